/** The list of webhooks, failing ones first. */

/** Webhooks of one page; outbox.sparklines takes up to 200. */
export const PAGE = 50

/** After the webhook $2; from the beginning where that is gone. The path of a URL can be a password: it is not searched. */
export const webhookList = `
with found as (
  select h.webhook_id, h.url, h.state, h.success_rate, h.attempts_24h::integer as attempts_24h, h.p95_ms, h.last_success_at,
         h.failing_since, left(h.last_failure, 200) as last_failure, h.pending::integer as pending, h.disabled_reason,
         w.description, w.events, (h.state <> 'failing', h.url, h.webhook_id) as place
  from outbox.webhook_health as h
  join outbox.webhooks as w on w.id = h.webhook_id
)
select webhook_id, url, state, success_rate, attempts_24h, p95_ms, last_success_at, failing_since, last_failure, pending,
       disabled_reason, description, events
from found
where ($1::text is null
       or strpos(lower(concat_ws(' ', substring(url from '^[^/]*//([^/?#]*)'), description)), lower($1)) > 0)
  and coalesce(place > (select f.place from found as f where f.webhook_id::text = $2), true)
order by place
limit ${PAGE + 1}`
export interface WebhookListRow {
  webhook_id: string
  url: string
  state: 'ok' | 'failing' | 'disabled' | 'paused' | 'idle'
  /** In percent. Null: no attempt in 24 hours. */
  success_rate: string | null
  attempts_24h: number
  p95_ms: string | null
  last_success_at: Date | null
  failing_since: Date | null
  last_failure: string | null
  pending: number
  disabled_reason: string | null
  description: string | null
  events: string[]
}
