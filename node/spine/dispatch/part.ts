/** The approval system (审批系统): the adapter that the configuration names, and dispatch to it. */
import { randomUUID } from 'node:crypto'
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { readSecrets } from '../../kernel/config/secrets.ts'
import type { Ground } from '../../kernel/ground.ts'
import type { CaseKeys, Seal } from '../../kernel/keys/case-keys.ts'
import type { Telemetry } from '../../kernel/telemetry/telemetry.ts'
import type { ExchangePort } from '../exchange/part.ts'
import { createAdapterState } from './adapter-state.ts'
import { createDispatch, type DispatchParts } from './dispatch.ts'
import type { LaneParts } from './lane.ts'
import { deskOf } from './remote-adapter.ts'
import type { Routing } from './routing.ts'

export type DispatchPort = ReturnType<typeof createDispatchPart>['port']

/** What dispatch asks of cases. */
export type DispatchCases = ReturnType<DispatchParts['cases']>

export type DispatchUses = {
  systems: DispatchParts['systems']
  routing: Routing
  pollEvery?: number
  seal: Seal
  caseKeys: CaseKeys
  keep: (bytes: ReadableStream<Uint8Array>) => ReturnType<DispatchParts['context']['keep']>
  openMaterial: DispatchParts['openMaterial']
}

export function createDispatchPart(
  { db, clock, audit, events, signals, telemetry, random }: Ground,
  { packets }: Pick<ExchangePort, 'packets'>,
  { systems, routing, seal, caseKeys, keep, ...uses }: DispatchUses,
) {
  const adapterLog = telemetry.log('adapter')
  const stopping = new AbortController()
  const adapterState = createAdapterState({ db, seal, keys: caseKeys })
  /** told when all parts are there, before the first job is leased */
  let cases: DispatchCases | null = null
  const dispatch = createDispatch({
    ...uses,
    db,
    clock,
    audit,
    events,
    random,
    packets,
    keys: caseKeys,
    systems,
    route: routing.route,
    stateOf: adapterState.of,
    context: {
      keep,
      now: clock.now,
      signal: stopping.signal,
      log: (message, fields) => adapterLog.info(message, fields),
    },
    cases() {
      if (cases === null) throw new Error('dispatch was not started')
      return cases
    },
  })
  signals.on('material.held', () => dispatch.wake())
  const ofEach = (value: (state: ReturnType<typeof dispatch.states>[number]) => number | null) =>
    dispatch.states().flatMap(state => {
      const found = value(state)
      return found === null ? [] : [[state.name, found] as const]
    })
  telemetry.metrics.observed(
    'tongban_adapter_last_good_poll_seconds',
    'When the approval system last gave its answers, as Unix time; 0: not since the start',
    () => ofEach(({ polling }) => (polling === null ? null : (polling.lastGood ?? 0) / 1000)),
    'adapter',
  )
  telemetry.metrics.observed(
    'tongban_adapter_slow_calls',
    'Calls to the approval system that are under way too long',
    () => ofEach(({ slow }) => slow),
    'adapter',
  )
  const remoteDesks = systems.map(({ adapter }) => deskOf(adapter)).filter(desk => desk !== null)
  return {
    port: { adapter: routing.asOne(systems), dispatch, adapterState, remoteDesks, keepFile: keep },
    async start(caseOf: DispatchCases) {
      cases = caseOf
      await dispatch.start()
    },
    async stop() {
      stopping.abort()
      await dispatch.stop()
    },
  }
}

/** What dispatch did, as business events. */
export function observeDispatch(telemetry: Telemetry, adapter: string): LaneParts['observer'] {
  const log = telemetry.log('adapter')
  const { events } = telemetry
  return {
    effect: (kind, outcome, seconds) => events.adapterEffect({ adapter, kind, outcome, seconds }),
    event: outcome => events.adapterEvent({ adapter, outcome }),
    parked: (what, problem, subject) => events.parked({ what, code: problem.code, subject }),
    failed: error => log.error('dispatch failed', {}, error),
    unavailable: (problem, failures) =>
      log.warning('approval system not asked', { problem: problem.code, detail: problem.detail ?? '', failures }),
  }
}

/** The adapter that the configuration names. Problem: `config.invalid`. */
export async function pickAdapter(config: Pick<NodeConfig, 'adapter' | 'folder'>): Promise<Adapter> {
  if (config.adapter.kind === 'workbench') {
    const { createWorkbench } = await import('../../../adapters/workbench/workbench.ts')
    return createWorkbench()
  }
  if (config.adapter.kind === 'remote') {
    const { createRemoteAdapter } = await import('./remote-adapter.ts')
    return createRemoteAdapter({ clock: systemClock, ids: randomUUID, account: config.adapter.account })
  }
  if (config.adapter.kind === 'module') {
    const { loadModuleAdapter } = await import('./module-adapter.ts')
    const secrets = await readSecrets(config.adapter.secrets, process.env, config.folder)
    return loadModuleAdapter({ ...config.adapter, secrets }, config.folder)
  }
  const { loadMappedAdapter } = await import('./mapped-part.ts')
  const named = 'secrets' in config.adapter ? config.adapter.secrets : {}
  return loadMappedAdapter(config.adapter, config.folder, () => readSecrets(named, process.env, config.folder))
}
