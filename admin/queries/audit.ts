/** Who changed what. */

/** The names are those of before and after together; the values are JSON text, as digits beyond 2^53 would be lost else. */
export const auditLog = `
select a.id, a.at, a.actor, a.door, a.address, a.db_role, a.action, a.object_id,
       a.before is not null as has_before, a.after is not null as has_after,
       (select json_agg(json_build_object('name', n.name, 'before', (a.before -> n.name)::text, 'after', (a.after -> n.name)::text)
                        order by n.name)
        from (select json_object_keys(a.before) union select json_object_keys(a.after)) as n (name)) as values
from outbox.audit_log as a
where ($1::text is null or a.actor = $1)
  and ($2::text is null or a.action = $2 or starts_with(a.action, $2 || '.'))
  and ($3::text is null or a.object_id = $3)
  and ($4::bigint is null or a.id < $4)
order by a.id desc
limit 51`
export interface AuditRow {
  id: string
  at: Date
  actor: string
  door: string
  address: string | null
  db_role: string
  action: string
  object_id: string | null
  has_before: boolean
  has_after: boolean
  /** Null: the action tells it all. */
  values: ChangedValue[] | null
}
export interface ChangedValue {
  name: string
  before: string | null
  after: string | null
}

/** Before and after as text: parsed by JavaScript, digits beyond 2^53 would be lost. */
export const auditResources = `
select id, at, actor, door, address, db_role, action, object_id, before::text as before, after::text as after
from outbox.audit_log
where ($1::text is null or actor = $1)
  and ($2::text is null or action = $2 or starts_with(action, $2 || '.'))
  and ($3::text is null or object_id = $3)
  and ($4::bigint is null or id < $4)
order by id desc
limit $5`
export interface AuditResourceRow {
  id: string
  at: Date
  actor: string
  door: string
  address: string | null
  db_role: string
  action: string
  object_id: string | null
  before: string | null
  after: string | null
}
