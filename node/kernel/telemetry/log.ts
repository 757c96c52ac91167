/**
 * Logging (日志) for the whole process: one line per event, JSON for machines or text for a terminal, with personal data
 * blotted out. LogTape's configuration is global, so main.ts starts it once; without it every line is dropped.
 */
import {
  configureSync,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type Logger,
  resetSync,
} from '@logtape/logtape'
import { redactByPattern } from '@logtape/redaction'
import { PERSONAL } from './redact.ts'

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

/** Writes log lines of one part of one node. Never throws. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warning(message: string, fields?: LogFields): void
  /** `cause` is told by name, message and stack, blotted out. */
  error(message: string, fields?: LogFields, cause?: unknown): void
}

export type LoggingOptions = {
  level: LogLevel
  format: 'json' | 'text'
  /** takes one line with its line break; standard error by default */
  write?: (line: string) => void
}

/** Whether somebody reads what is logged as debug: asked once for each packet and more. */
let debugging = false

/** Sets up logging for the process; a second call replaces the first. */
export function startLogging({ level, format, write = line => process.stderr.write(line) }: LoggingOptions): void {
  debugging = level === 'debug'
  const plain =
    format === 'json'
      ? getJsonLinesFormatter({ message: 'rendered', properties: 'flatten' })
      : getTextFormatter({ timestamp: 'rfc3339', format: textLine })
  const line = redactByPattern(plain, PERSONAL)
  configureSync({
    reset: true,
    sinks: { out: record => write(line(record)) },
    loggers: [
      { category: ['tongban'], sinks: ['out'], lowestLevel: level },
      { category: ['logtape', 'meta'], sinks: ['out'], lowestLevel: 'warning' },
    ],
  })
}

export function stopLogging(): void {
  debugging = false
  resetSync()
}

type Formatted = {
  timestamp: string | null
  level: string
  category: string
  message: string
  record: { properties: object }
}

function textLine({ timestamp, level, category, message, record }: Formatted): string {
  const fields = Object.entries(record.properties).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return [timestamp, level, category, message, ...fields].join(' ')
}

/** A logger for one part (`http`, `exchange`, …) of the node of one city. */
export function createLog(area: string, base: LogFields = {}): Log {
  const logger: Logger = getLogger(['tongban', area]).with(base)
  const safely = (write: () => void) => {
    try {
      write()
    } catch {
      // A log line must never fail what it tells of.
    }
  }
  return {
    debug(message, fields = {}) {
      // Nothing is made of it while nobody reads it.
      if (debugging) safely(() => logger.debug(message, fields))
    },
    info: (message, fields = {}) => safely(() => logger.info(message, fields)),
    warning: (message, fields = {}) => safely(() => logger.warning(message, fields)),
    error: (message, fields = {}, cause) => safely(() => logger.error(message, { ...fields, ...causeOf(cause) })),
  }
}

function causeOf(cause: unknown): LogFields {
  if (cause === undefined) return {}
  if (!(cause instanceof Error)) return { cause: String(cause) }
  return { cause: `${cause.name}: ${cause.message}`, stack: cause.stack ?? null }
}
