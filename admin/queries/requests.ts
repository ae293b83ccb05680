/** Requests of the API that carried an Idempotency-Key. */

/** No row: the key is taken. */
export const claimRequest = `
insert into outbox.api_requests (owner, key, request_hash)
values ($1, $2, $3)
on conflict do nothing
returning key`

export const finishRequest = `update outbox.api_requests set result = $3 where owner = $1 and key = $2`

/** The members of the body as JSON text, each with its exact digits. */
export const knownRequest = `
select r.request_hash, (r.result ->> 'status')::integer as status, r.result -> 'headers' as headers,
       (select json_agg(json_build_object('name', m.key, 'value', m.value::text)) from json_each(r.result -> 'body') as m) as body
from outbox.api_requests as r
where r.owner = $1 and r.key = $2`
export interface KnownRequestRow {
  request_hash: Buffer
  status: 200 | 201 | 202
  headers: Record<string, string> | null
  body: { name: string; value: string }[] | null
}
