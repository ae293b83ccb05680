create or replace function outbox.retry_wait(p_attempt integer, p_schedule interval[], p_retry_after interval default null, p_max_retry_after interval default '24 h')
returns interval language sql immutable as $$
  select case
    when p_schedule[p_attempt] is null then null
    -- least() would take the maximum for an absent wish
    when p_retry_after is null then p_schedule[p_attempt]
    else greatest(p_schedule[p_attempt], least(p_retry_after, p_max_retry_after))
  end
$$;
comment on function outbox.retry_wait(integer, interval[], interval, interval) is
  'The wait after this failed attempt, before jitter: that of the schedule, or a longer one that the receiver asked for, within the maximum. Null: the schedule is used up.';
