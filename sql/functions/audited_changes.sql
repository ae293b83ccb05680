create or replace function outbox.audited_changes(p_noun text, p_before jsonb, p_after jsonb, p_kept text[])
returns table (action text, before jsonb, after jsonb) language sql immutable as $$
  select p_noun || case when p_before is not null then '.deleted' when p_noun = 'replay' then '.requested' else '.created' end, p_before, p_after
  where p_before is null or p_after is null
  union all
  select p_noun || '.' || v.verb, jsonb_object_agg(k.name, p_before -> k.name) || kept.value, jsonb_object_agg(k.name, p_after -> k.name) || kept.value
  from jsonb_object_keys(p_before || p_after) as k (name)
  cross join lateral (
    select case
      when k.name in ('enabled', 'disabled_reason') and p_before -> 'enabled' <> p_after -> 'enabled'
        then case when (p_after -> 'enabled')::boolean then 'enabled' else 'disabled' end
      when k.name = 'paused_at' then case when p_after ? 'paused_at' then 'paused' else 'resumed' end
      when k.name = 'revoked_at' then 'revoked'
      when k.name = 'cancelled_at' then 'cancelled'
      else 'updated' end) as v (verb)
  cross join (
    select coalesce(jsonb_object_agg(n.name, p_after -> n.name), '{}') from unnest(p_kept) as n (name)) as kept (value)
  where p_before is not null and p_after is not null and p_before -> k.name is distinct from p_after -> k.name
  group by v.verb, kept.value
  order by 1
$$;
comment on function outbox.audited_changes(text, jsonb, jsonb, text[]) is
  'The rows of the audit log that a change of a row makes: enabling, disabling, pausing, resuming, revoking and cancelling apart, and the values that changed, with those of the kept columns. No row: nothing changed that is told.';
