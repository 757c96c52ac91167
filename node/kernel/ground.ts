/** The ground that every part stands on (底座): the store, its audit and events, signals, time and chance. */
import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'
import { createAudit } from './records/audit.ts'
import { createEventLog } from './records/events.ts'
import { createSignals } from './signals.ts'
import type { Database } from './store/database.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

export function createGround({ db, clock, telemetry }: { db: Database; clock: Clock; telemetry: Telemetry }) {
  const log = telemetry.log('node')
  return {
    db,
    clock,
    telemetry,
    log,
    audit: createAudit({ database: db, now: clock.now }),
    events: createEventLog({ database: db, now: clock.now }),
    signals: createSignals((fact, error) => log.error('a fact was not seen to', { fact }, error)),
    random: Math.random,
    randomBytes: (n: number) => randomBytes(n),
    randomText: (bytes: number) => randomBytes(bytes).toString('base64url'),
    randomId: () => randomBytes(16).toString('hex'),
  }
}

export type Ground = ReturnType<typeof createGround>
