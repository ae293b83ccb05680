/** The list of webhooks, failing ones first. */

/** Webhooks of one page; outbox.sparklines takes up to 200. */
export const PAGE = 50

/** After the webhook $2; from the beginning where that is gone. The path of a URL can be a password: it is not searched. */
export const webhookList = `
select h.webhook_id, h.url, h.state, h.success_rate, h.attempts_24h::integer as attempts_24h, h.p95_ms, h.last_success_at,
       h.failing_since, left(h.last_failure, 200) as last_failure, h.disabled_reason, w.description, w.events
from outbox.webhook_health as h
join outbox.webhooks as w on w.id = h.webhook_id
where ($1::text is null
       or strpos(lower(concat_ws(' ', substring(h.url from '^[^/]*//([^/?#]*)'), w.description)), lower($1)) > 0)
  and coalesce((h.state <> 'failing', h.url, h.webhook_id)
               > (select x.state <> 'failing', x.url, x.webhook_id from outbox.webhook_health as x where x.webhook_id::text = $2), true)
order by h.state <> 'failing', h.url, h.webhook_id
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
  disabled_reason: string | null
  description: string | null
  events: string[]
}
