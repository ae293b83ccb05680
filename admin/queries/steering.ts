/** What operators do with a webhook as a whole. */

export const rotateSecret = `
select outbox.rotate_secret($1, coalesce(make_interval(secs => $2), '24 hours'), $3) as old_secrets_end_at`

export const revealSecret = `select secret, created_at, expires_at from outbox.reveal_secret($1)`
export interface SecretRow {
  secret: string
  created_at: Date
  expires_at: Date | null
}

export const pause = `select outbox.pause($1) as changed`
export const resume = `select outbox.resume($1) as changed`

export const replay = `
select replay_id, deliveries
from outbox.replay($1, $2, coalesce($3, now()), $4, coalesce($5, false), coalesce($6, 'all'), coalesce($7, 100))`
export interface AskedReplayRow {
  replay_id: string | null
  deliveries: string
}

/** Null for the id: a page of the list. */
export const replays = `
select id, webhook_id, since, until, event_types, which, rate_limit, total, deliveries, requested_by, requested_at, finished_at,
       cancelled_at
from outbox.replays
where ($1::bigint is null or id = $1)
  and ($2::uuid is null or webhook_id = $2)
  and ($3::bigint is null or id < $3)
order by id desc
limit $4`
export interface ReplayRow {
  id: string
  webhook_id: string
  since: Date
  until: Date
  event_types: string[] | null
  which: string
  rate_limit: number
  total: string
  deliveries: string
  requested_by: string
  requested_at: Date
  finished_at: Date | null
  cancelled_at: Date | null
}

export const cancelReplay = `select outbox.cancel_replay($1) as cancelled`
