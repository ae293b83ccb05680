create or replace function outbox.snapshot_up_to(p_snapshot pg_snapshot, p_txid xid8)
returns pg_snapshot language sql immutable strict as $$
  select format('%s:%s:%s',
    least(pg_snapshot_xmin(p_snapshot)::text::numeric, b.xmax),
    b.xmax,
    (select string_agg(x.txid::text, ',' order by x.txid) from pg_snapshot_xip(p_snapshot) as x (txid) where x.txid::text::numeric < b.xmax)
  )::pg_snapshot
  from (select least(pg_snapshot_xmax(p_snapshot)::text::numeric, p_txid::text::numeric + 1) as xmax) as b
$$;
comment on function outbox.snapshot_up_to(pg_snapshot, xid8) is
  'The snapshot that sees what this one sees of transactions up to this one, and nothing later.';
