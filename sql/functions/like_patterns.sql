create or replace function outbox.like_patterns(p_patterns text[])
returns text[] language sql immutable parallel safe as $$
  select case when '*' <> all (p_patterns) then array(
    select regexp_replace(replace(u.pattern, '_', '\_'), '\*$', '%') from unnest(p_patterns) as u (pattern)) end
$$;
comment on function outbox.like_patterns(text[]) is
  'Patterns of event types, as LIKE understands them. Null: they match every type.';
