/** What is captured, and how the outbox fares. */

export const watches = `
select id, relation::text as relation, event_type, operation, condition, columns, except_columns, key_columns, ignore_columns,
       tenant_column, enrich, extract(epoch from coalesce_for)::double precision as coalesce_for, created_at
from outbox.watches
order by relation::text, event_type, operation, id`
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
  /** Seconds. */
  coalesce_for: number | null
  created_at: Date
}

export const health = `select severity, subject, finding, since, mend from outbox.health`
export interface FindingRow {
  severity: 'error' | 'warning' | 'info' | 'ok'
  subject: string
  finding: string
  since: Date | null
  mend: string | null
}
