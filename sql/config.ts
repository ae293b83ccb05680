/** Reading the environment once: every variable is checked, all faults are told together, and no value is ever printed. */
import { z } from 'zod'

/** The environment does not fit. The message has a line for each fault. */
export class ConfigError extends Error {}

/** A variable that names a database. */
export const databaseUrlVariable = z
  .string()
  .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text), 'is not a postgres:// URL')
  .optional()

/** Parses the environment by a schema whose keys are the names of the variables. An empty variable counts as absent. */
export function readConfig<S extends z.ZodType>(schema: S, environment: NodeJS.ProcessEnv): z.output<S> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new ConfigError(faults.join('\n'))
}

/** Whether the environment names a database: by DATABASE_URL or by the variables that psql knows. */
export function namesDatabase(environment: NodeJS.ProcessEnv = process.env): boolean {
  return [environment['DATABASE_URL'], environment['PGHOST'], environment['PGSERVICE']].some(
    (value) => value !== undefined && value !== '',
  )
}
