/** What is wrong with the installation. */

export const doctor = `
select severity, subject, finding, mend
from outbox.doctor()`
export interface FindingRow {
  severity: 'error' | 'warning' | 'info' | 'ok'
  subject: string
  finding: string
  /** Statements, or a sentence where no statement helps. Null: nothing to do. */
  mend: string | null
}
