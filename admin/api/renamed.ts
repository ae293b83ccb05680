/** Refusals name arguments of SQL functions; whoever asked knows them by the names of the API. */
import { refusalOf } from '../refusal.ts'
import { refused } from './problem.ts'

/** `names`: the field by the argument. */
export async function renamed<T>(names: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const refusal = refusalOf(error)
    const field = refusal?.field == null ? undefined : names[refusal.field]
    if (refusal === null || field === undefined) throw error
    throw refused({ ...refusal, field })
  }
}
