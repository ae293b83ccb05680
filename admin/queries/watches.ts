/** What is captured where. */

export const watches = `
select w.id::text as id, coalesce(outbox.relation_name(w.relation), w.relation::oid::text) as relation, w.event_type,
       w.operation, w.condition, w.columns, w.except_columns, w.key_columns, w.ignore_columns, w.tenant_column, w.enrich,
       w.coalesce_for::text as coalesce_for, outbox.watch_call(w) as call
from outbox.watches as w
order by 2, w.event_type, w.id
limit 500`
export interface WatchRow {
  id: string
  relation: string
  event_type: string
  operation: string
  condition: string | null
  columns: string[] | null
  except_columns: string[] | null
  key_columns: string[] | null
  ignore_columns: string[] | null
  tenant_column: string | null
  enrich: string | null
  coalesce_for: string | null
  /** The statement that makes it. */
  call: string
}

/** The newest ones only: a rule that fails for each row of a large update fails often. */
export const captureFailures = `
select relation, event_type, failed, sqlstate, left(message, 500) as message, count(*)::integer as failures,
       max(failed_at) as last_at
from (
  select *
  from outbox.capture_failures
  order by id desc
  limit 10000
) as newest
group by 1, 2, 3, 4, 5
order by last_at desc
limit 50`
export interface FailureRow {
  relation: string
  event_type: string
  failed: 'condition' | 'payload' | 'enrich'
  sqlstate: string
  message: string
  failures: number
  last_at: Date
}

/** Of the table of one watch, the watches of its type: that is how outbox.unwatch removes them. */
export const unwatch = `
select outbox.unwatch(w.relation, w.event_type) as removed, w.event_type
from outbox.watches as w
where w.id = $1::bigint`
export interface UnwatchedRow {
  removed: number
  event_type: string
}

/** The tables that can be watched. */
export const tables = `
select outbox.relation_name(c.oid) as relation, greatest(c.reltuples, 0)::bigint as rows,
       pg_has_role(c.relowner, 'usage') as ours, pg_get_userbyid(c.relowner) as owner, w.event_types
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
cross join lateral (
  select coalesce(array_agg(distinct w.event_type order by w.event_type), '{}') as event_types
  from outbox.watches as w
  where w.relation = c.oid) as w
where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
  and n.nspname not in ('outbox', 'information_schema') and n.nspname not like 'pg\\_%'
order by 1
limit 1000`
export interface TableRow {
  relation: string
  rows: string
  /** Whether the role of the admin may act for its owner. */
  ours: boolean
  owner: string
  event_types: string[]
}

export const columns = `
select c.name, format_type(a.atttypid, a.atttypmod) as type
from pg_class as t
cross join lateral unnest(outbox.relation_columns(t.oid)) with ordinality as c (name, position)
join pg_attribute as a on a.attrelid = t.oid and a.attname = c.name
where t.relkind in ('r', 'p') and outbox.relation_name(t.oid) = $1
order by c.position`
export interface ColumnRow {
  name: string
  type: string
}

/** By its name as we write it: a cast to regclass would fail for a text that is none. */
const relation = `(select c.oid::regclass from pg_class as c where c.relkind in ('r', 'p') and outbox.relation_name(c.oid) = $1)`
const rule = `${relation}, $2, $3, condition => $4, columns => $5, except_columns => $6, key_columns => $7,
  ignore_columns => $8, tenant_column => $9, enrich => $10, coalesce_for => $11::interval`

export const watch = `
select outbox.watch(${rule}) as event_type`

export const previewWatch = `
select p.statement, p.fires, p.key, p.tenant, left(p.data::text, 262144) as data
from outbox.preview_watch(${rule}) as p`
export interface PreviewRow {
  statement: string
  /** Null: it depends on the change, or there is no condition. */
  fires: boolean | null
  key: string | null
  tenant: string | null
  /** Null: the table is empty. */
  data: string | null
}

export const presets = {
  watch_tickets: `select outbox.watch_tickets(${relation}) as event_types`,
  watch_workflows: `select outbox.watch_workflows(${relation}) as event_types`,
  watch_workflow_steps: `select outbox.watch_workflow_steps(${relation}) as event_types`,
  watch_test_runs: `select outbox.watch_test_runs(${relation}) as event_types`,
} as const
export type Preset = keyof typeof presets
