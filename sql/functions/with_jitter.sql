create or replace function outbox.with_jitter(p_wait interval, p_random double precision default random())
returns interval language sql immutable strict as $$
  select p_wait * (1 + p_random * 0.1)
$$;
comment on function outbox.with_jitter(interval, double precision) is
  'The wait, up to a tenth longer, so that deliveries that failed together do not come back together. Never shorter.';
