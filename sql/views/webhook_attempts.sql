drop view if exists outbox.webhook_attempts;
create view outbox.webhook_attempts as
select a.delivery_id, a.webhook_id, a.attempt, a.attempted_at, a.duration_ms, a.response_status,
       a.response_headers::json as response_headers, a.response_body, a.error
-- No condition stands inside the union: so both tables are read in the order of their primary keys, and a limit ends the reading.
from (
  select s.id as delivery_id, s.webhook_id, s.attempts as attempt, s.attempted_at, s.duration_ms, s.response_status,
         s.response_headers, s.response_body, s.error
  from outbox.settled_deliveries as s
  union all
  select e.delivery_id, e.webhook_id, e.attempt, e.attempted_at, e.duration_ms, e.response_status,
         e.response_headers, e.response_body, e.error
  from outbox.earlier_attempts as e
) as a
where a.attempt > 0;
comment on view outbox.webhook_attempts is 'Every attempt: one POST of a delivery. Newest first: order by delivery_id desc.';
comment on column outbox.webhook_attempts.delivery_id is 'The delivery.';
comment on column outbox.webhook_attempts.webhook_id is 'To whom.';
comment on column outbox.webhook_attempts.attempt is 'Counted from 1.';
comment on column outbox.webhook_attempts.attempted_at is 'When it began.';
comment on column outbox.webhook_attempts.duration_ms is 'How long it took, in milliseconds.';
comment on column outbox.webhook_attempts.response_status is 'The HTTP status. Null: no answer.';
comment on column outbox.webhook_attempts.response_headers is 'The answer''s headers. Null: no answer.';
comment on column outbox.webhook_attempts.response_body is 'The beginning of the answer''s body. Null: no answer.';
comment on column outbox.webhook_attempts.error is 'Why there was no answer, in words. Null: there was one.';
