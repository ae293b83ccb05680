drop view if exists outbox.health;
create view outbox.health as
with found as materialized (
  select f.severity, f.subject, f.finding, f.since, f.mend, c.place
  from unnest(array[
    'doctor_copy', 'doctor_relays', 'doctor_pause', 'doctor_unread', 'doctor_batches', 'doctor_transactions', 'doctor_bursts',
    'doctor_webhooks', 'doctor_partitions', 'doctor_retention']) with ordinality as c (name, place)
  cross join lateral outbox.examine(c.name) as f
)
select h.severity, h.subject, h.finding, h.since, h.mend
from (
  select f.* from found as f
  union all
  select 'ok', 'outbox', 'Events are captured, read and sent.', null, null, 0 where not exists (select from found)) as h
order by array_position('{error,warning,info,ok}', h.severity), h.place, h.since;
comment on view outbox.health is 'What is wrong with the running outbox, worst first; one row with ok when nothing is. Fast, however much there is in the tables. outbox.doctor() tells this and more.';
comment on column outbox.health.severity is 'error: events are not sent. warning: they will not be, or some are not. info: worth knowing. ok: nothing was found.';
comment on column outbox.health.subject is 'What it is about.';
comment on column outbox.health.finding is 'What is wrong with it, and what that means.';
comment on column outbox.health.since is 'Since when. Null: it cannot be told.';
comment on column outbox.health.mend is 'Statements that can be run as they are, each on a line of its own, or a sentence where no statement helps. Null: nothing is to be done.';
