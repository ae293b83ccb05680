drop view if exists outbox.webhook_deliveries;
create view outbox.webhook_deliveries as
select d.id, d.webhook_id, d.event_id, d.event_type,
       coalesce(d.status, case when w.enabled and w.paused_at is null then 'pending' else 'held' end) as status,
       case when e.id is not null then outbox.delivery_body(e, d.template_id)::json end as payload,
       case when d.status is null
         then json_build_object('status', a.response_status, 'headers', a.response_headers::json, 'body', a.response_body, 'error', a.error)
         else json_build_object('status', d.response_status, 'headers', d.response_headers::json, 'body', d.response_body, 'error', d.error)
       end as response,
       d.attempts, d.next_attempt_at, d.created_at, coalesce(d.attempted_at, a.attempted_at) as attempted_at, d.leased_by,
       e.key, e.tenant, e.context
-- Nothing is joined inside the union: so both tables are read in the order of their primary keys, and a limit ends the reading.
from (
  select s.id, s.webhook_id, s.event_id, s.event_type, s.status, s.attempts, null::timestamptz as next_attempt_at, s.created_at,
         s.attempted_at, s.response_status, s.response_headers, s.response_body, s.error, null::integer as leased_by, s.template_id
  from outbox.settled_deliveries as s
  union all
  select p.id, p.webhook_id, p.event_id, p.event_type, null, p.attempts, p.next_attempt_at, p.created_at,
         null, null, null, null, null, p.leased_by, p.template_id
  from outbox.pending_deliveries as p
) as d
left join outbox.webhooks as w on w.id = d.webhook_id
left join outbox.earlier_attempts as a on a.delivery_id = d.id and a.attempt = d.attempts
left join outbox.events as e on e.id = d.event_id;
comment on view outbox.webhook_deliveries is 'Every delivery: one event for one webhook, and what has become of it. Newest first: order by id desc.';
comment on column outbox.webhook_deliveries.id is 'Names the delivery; begins with the time of its event.';
comment on column outbox.webhook_deliveries.webhook_id is 'To whom.';
comment on column outbox.webhook_deliveries.event_id is 'What; sent as webhook-id.';
comment on column outbox.webhook_deliveries.event_type is 'The event''s type.';
comment on column outbox.webhook_deliveries.status is 'pending: will be attempted at next_attempt_at. delivered: answered with 2xx. dead: given up. held: waits because its webhook is disabled or paused.';
comment on column outbox.webhook_deliveries.payload is 'The body, as sent on every attempt.';
comment on column outbox.webhook_deliveries.response is 'The last answer: status, headers, body, or the error why there was none.';
comment on column outbox.webhook_deliveries.attempts is 'How many attempts were made.';
comment on column outbox.webhook_deliveries.next_attempt_at is 'When the next attempt is due. Null: there is none, or it waits for an earlier delivery of the same key (webhooks.ordered).';
comment on column outbox.webhook_deliveries.created_at is 'When the delivery came to be.';
comment on column outbox.webhook_deliveries.attempted_at is 'When the last attempt began. Null: none was made.';
comment on column outbox.webhook_deliveries.leased_by is 'The relay that is attempting it now. Null: nobody.';
comment on column outbox.webhook_deliveries.key is 'What the event is about.';
comment on column outbox.webhook_deliveries.tenant is 'Whose event it is. Null: nobody''s in particular.';
comment on column outbox.webhook_deliveries.context is 'What the writer set as outbox.context: actor, request id, cause. Null: nothing.';
