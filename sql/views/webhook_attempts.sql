drop view if exists outbox.webhook_attempts;
create view outbox.webhook_attempts as
select s.id as delivery_id, s.webhook_id, s.attempts as attempt, s.attempted_at, s.duration_ms, s.response_status,
       s.response_headers::json as response_headers, s.response_body, s.error
from outbox.settled_deliveries as s
where s.attempts > 0
union all
select a.delivery_id, a.webhook_id, a.attempt, a.attempted_at, a.duration_ms, a.response_status,
       a.response_headers::json, a.response_body, a.error
from outbox.earlier_attempts as a;
comment on view outbox.webhook_attempts is 'Every attempt: one POST of a delivery.';
comment on column outbox.webhook_attempts.delivery_id is 'The delivery.';
comment on column outbox.webhook_attempts.webhook_id is 'To whom.';
comment on column outbox.webhook_attempts.attempt is 'Counted from 1.';
comment on column outbox.webhook_attempts.attempted_at is 'When it began.';
comment on column outbox.webhook_attempts.duration_ms is 'How long it took, in milliseconds.';
comment on column outbox.webhook_attempts.response_status is 'The HTTP status. Null: no answer.';
comment on column outbox.webhook_attempts.response_headers is 'The answer''s headers. Null: no answer.';
comment on column outbox.webhook_attempts.response_body is 'The beginning of the answer''s body. Null: no answer.';
comment on column outbox.webhook_attempts.error is 'Why there was no answer, in words. Null: there was one.';
