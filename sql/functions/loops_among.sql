create or replace function outbox.loops_among(p_event_ids uuid[], p_first_id uuid, p_last_id uuid)
returns uuid[] language plpgsql stable as $$
declare
  v_most integer := (select s.max_cause_depth from outbox.settings as s);
begin
  return array(
    select e.id
    from outbox.events as e
    where e.id = any (p_event_ids) and e.id between p_first_id and p_last_id
      and e.context is not null and outbox.cause_depth(e.context, v_most) > v_most);
end
$$;
comment on function outbox.loops_among(uuid[], uuid, uuid) is
  'Those of the events that lie deeper in a chain of causes than max_cause_depth allows: they are not sent. The smallest and the largest of the ids are given too, so that only their partitions are touched.';
