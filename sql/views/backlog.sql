drop view if exists outbox.backlog;
create view outbox.backlog as
with burst as (
  -- As outbox.close_bursts sees them: a change without a key is a burst of its own.
  select count(*) as changes, min(c.occurred_at) as oldest_at, min(c.occurred_at) + coalesce(w.coalesce_for, interval '0') as ends_at
  from outbox.coalescing_changes as c
  left join outbox.watches as w on w.id = c.watch_id
  group by c.watch_id, c.event_type, c.key, case when c.key is null then c.id end, w.coalesce_for
), queue as (
  select d.webhook_id, count(*) as waiting, count(*) filter (where d.leased_by is not null) as under_way,
         count(*) filter (where d.leased_by is null and d.next_attempt_at <= now()) as due,
         min(d.created_at) as oldest_at, min(d.next_attempt_at) filter (where d.leased_by is null) as next_attempt_at
  from outbox.pending_deliveries as d
  group by d.webhook_id
)
select b.queue, b.webhook_id, (select w.url from outbox.webhooks as w where w.id = b.webhook_id) as url, b.waiting, b.due, b.under_way, b.held, b.oldest_at, b.next_attempt_at
from (
  select 1 as place, 'log' as queue, null::uuid as webhook_id, u.waiting, u.waiting as due, 0::bigint as under_way, 0::bigint as held,
         u.oldest_at, null::timestamptz as next_attempt_at
  from outbox.count_unread() as u
  union all
  select 2, 'batches', null, sum(cardinality(t.event_ids)), coalesce(sum(cardinality(t.event_ids)) filter (where t.leased_by is null), 0),
         coalesce(sum(cardinality(t.event_ids)) filter (where t.leased_by is not null), 0), 0, min(outbox.uuid_time(t.first_id)), null
  from outbox.batches as t
  having count(*) > 0
  union all
  select 3, 'bursts', null, sum(c.changes)::bigint, coalesce(sum(c.changes) filter (where c.ends_at <= now()), 0)::bigint, 0, 0, min(c.oldest_at), min(c.ends_at)
  from burst as c
  having count(*) > 0
  union all
  select 4, 'webhook', q.webhook_id, q.waiting, case when s.sends then q.due else 0 end, q.under_way,
         case when s.sends then 0 else q.waiting - q.under_way end, q.oldest_at, case when s.sends then q.next_attempt_at end
  from queue as q
  left join outbox.webhooks as w on w.id = q.webhook_id
  cross join lateral (select coalesce(w.enabled and w.paused_at is null, false) as sends) as s
) as b
order by b.place, b.waiting desc, b.webhook_id;
comment on view outbox.backlog is 'What is on its way and how far it has come, a row a queue: from the log through batches to the webhooks whose deliveries have to wait, the longest queue first. Nothing waits where a queue has no row.';
comment on column outbox.backlog.queue is 'log: events that no relay has read yet. batches: events that are being matched and sent. bursts: changes that wait to become one event (watches.coalesce_for). webhook: pending deliveries of this webhook.';
comment on column outbox.backlog.webhook_id is 'The webhook. Null for log, batches and bursts.';
comment on column outbox.backlog.url is 'Where its events are POSTed. Null for log, batches and bursts.';
comment on column outbox.backlog.waiting is 'How many there are, in whatever state. The log is counted up to 1000000.';
comment on column outbox.backlog.due is 'How many of them a relay could take now.';
comment on column outbox.backlog.under_way is 'How many of them a relay has taken.';
comment on column outbox.backlog.held is 'How many of them wait because their webhook is disabled or paused.';
comment on column outbox.backlog.oldest_at is 'Since when the oldest has been waiting: when its event occurred, or its delivery came to be. Null: there is none.';
comment on column outbox.backlog.next_attempt_at is 'When the next attempt of the webhook is due, or the next burst ends. Null: at once (log, batches), never (held), or all are under way.';
