/** Tokens as the API makes them: until an instant, not for a span. */

export const createToken = `select outbox.create_token($1, $2, $3) as token`

/** Of live tokens the name is one of a kind. */
export const tokenByName = `
select id, name, scope, beginning, created_by, created_at, expires_at, last_used_at
from outbox.api_tokens
where revoked_at is null and name = $1`
