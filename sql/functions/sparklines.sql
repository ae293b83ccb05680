create or replace function outbox.sparklines(webhook_ids uuid[])
returns table (webhook_id uuid, since timestamptz, delivered integer[], failed integer[], dead integer[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_first timestamptz := date_trunc('hour', now() - interval '23 hours', 'UTC');
begin
  if webhook_ids is null or cardinality(webhook_ids) > 200 then
    raise exception 'argument "webhook_ids" is %', coalesce(format('a list of %s', cardinality(webhook_ids)), 'null')
      using errcode = 'OB001', hint = 'Give at most 200 ids.';
  end if;
  return query
    select u.id, v_first, array_agg(coalesce(h.delivered, 0) order by g.at), array_agg(coalesce(h.failed, 0) order by g.at),
           array_agg(coalesce(h.dead, 0) order by g.at)
    from unnest(webhook_ids) with ordinality as u (id, n)
    cross join generate_series(v_first, v_first + interval '23 hours', '1 hour') as g (at)
    left join lateral (select x.* from outbox.activity_hours as x where x.hour = g.at and x.webhook_id = u.id offset 0) as h on true
    group by u.n, u.id
    order by u.n;
end
$$;
comment on function outbox.sparklines(uuid[]) is
  'For each of these webhooks the 24 hours up to the present one, oldest first: attempts that were answered with 2xx, attempts that were not, deliveries that were given up. since: the beginning of the first hour. Raises OB001.';
