drop view if exists outbox.dead_deliveries;
create view outbox.dead_deliveries as
-- Nothing is joined: so they are read in the order of settled_deliveries_newest_dead_idx, and a limit ends the reading.
select s.id, s.webhook_id, (select w.url from outbox.webhooks as w where w.id = s.webhook_id) as url, s.event_id, s.event_type,
       (select e.key from outbox.events as e where e.id = s.event_id) as key, s.attempts,
       s.attempted_at + s.duration_ms * interval '1 ms' as died_at, s.response_status,
       coalesce(s.error, left(s.response_body, 200)) as error, s.created_at
from outbox.settled_deliveries as s
where s.status = 'dead'
order by s.id desc;
comment on view outbox.dead_deliveries is 'Deliveries that were given up, those of the newest events first. outbox.resend sends one again, outbox.replay all those of a webhook.';
comment on column outbox.dead_deliveries.id is 'Names the delivery; begins with the time of its event.';
comment on column outbox.dead_deliveries.webhook_id is 'To whom.';
comment on column outbox.dead_deliveries.url is 'Where the webhook''s events are POSTed now. Null: it has been deleted.';
comment on column outbox.dead_deliveries.event_id is 'What; sent as webhook-id.';
comment on column outbox.dead_deliveries.event_type is 'The event''s type.';
comment on column outbox.dead_deliveries.key is 'What the event is about. Null: a table without a key, or the event is gone.';
comment on column outbox.dead_deliveries.attempts is 'How many attempts were made. 0: it was not sent at all (settings.max_cause_depth).';
comment on column outbox.dead_deliveries.died_at is 'When the last attempt ended.';
comment on column outbox.dead_deliveries.response_status is 'The HTTP status of the last attempt. Null: no answer.';
comment on column outbox.dead_deliveries.error is 'Why there was no answer, in words, or else the beginning of the answer''s body.';
comment on column outbox.dead_deliveries.created_at is 'When the delivery came to be.';
