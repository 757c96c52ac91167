/** The way of a packet (composed): whom this city trusts, the host, lists, the exchange, materials and the approval system. */
import type { Adapter } from '../adapters/sdk/port.ts'
import { createCalendarsPart } from './city/calendar/part.ts'
import { createListsPart } from './city/catalogue/lists-part.ts'
import { observeExchange } from './city/partners/observer.ts'
import { createSightings } from './city/partners/sightings.ts'
import { createTrustPart } from './city/partners/trust-part.ts'
import { mainName, type NodeConfig } from './kernel/config/config.ts'
import type { Kernel } from './kernel/kernel.ts'
import { createDispatchPart, type DispatchUses, observeDispatch } from './spine/dispatch/part.ts'
import { createRouting } from './spine/dispatch/routing.ts'
import type { ExchangeObserver } from './spine/exchange/exchange.ts'
import { createExchangePart } from './spine/exchange/part.ts'
import type { Misconduct } from './spine/exchange/ports.ts'
import { createMaterialsPart } from './spine/materials/part.ts'
import { createHostPart } from './spine/p2p/part.ts'
import { VERSION } from './version.ts'

export type WayOptions = {
  makeAdapter: (config: NodeConfig) => Promise<Adapter>
  /** told what the exchange does, besides telemetry */
  observe: Partial<ExchangeObserver>
  /** of a sandbox city alone */
  misconduct: Misconduct | undefined
  /** aborted while the node starts */
  stopping: AbortSignal | undefined
}

export async function composeWay(kernel: Kernel, { makeAdapter, observe, misconduct, stopping }: WayOptions) {
  const trust = await createTrustPart(kernel)
  const { identity, epoch, seal, caseKeys } = trust.port
  const host = await createHostPart(kernel, trust.port)
  const lists = await createListsPart(kernel, trust.port, host.port)
  const calendars = await createCalendarsPart(kernel, identity.city)
  const sightings = createSightings({ clock: kernel.clock })
  const exchange = createExchangePart(kernel, {
    identity,
    trust: trust.port.trust,
    epoch,
    caseKeys,
    software: `tongban/${VERSION}`,
    space: kernel.space.problem,
    transport: host.port.transport,
    lists: lists.port.services,
    calendar: calendars.port.calendars,
    addresses: () => host.port.host.addresses(),
    renewKey: async () => void (await identity.rotate('node')),
    quota: kernel.config.quotas.packetsGB * 1e9,
    misconduct,
    observer: observeExchange(kernel.telemetry, kernel.signals, sightings, observe),
  })
  const materials = await createMaterialsPart(kernel, trust.port, host.port, misconduct)
  const { config } = kernel
  const systems = await makeSystems(kernel, makeAdapter)
  stopping?.throwIfAborted()
  const dispatch = createDispatchPart(kernel, exchange.port, {
    systems,
    routing: createRouting(config.routes, config.withoutMain ? null : mainName(config)),
    pollEvery: kernel.config.pollSeconds * 1000,
    seal,
    caseKeys,
    keep: bytes => materials.port.materials.upload(bytes),
    openMaterial: sha256 => materials.port.materials.open(sha256),
  })
  return { trust, host, lists, calendars, sightings, exchange, materials, dispatch }
}

/** The approval systems of the configuration, the main one first. Problem: `config.invalid`. */
async function makeSystems(
  { config, telemetry }: Kernel,
  makeAdapter: WayOptions['makeAdapter'],
): Promise<DispatchUses['systems']> {
  const made: DispatchUses['systems'][number][] = []
  if (!config.withoutMain) {
    const adapter = await makeAdapter(config)
    made.push({
      adapter,
      name: config.adapter.name,
      observer: observeDispatch(telemetry, config.adapter.name ?? adapter.kind),
    })
  }
  for (const [name, settings] of Object.entries(config.adapters))
    made.push({
      lane: name,
      name,
      adapter: await makeAdapter({ ...config, adapter: settings }),
      observer: observeDispatch(telemetry, name),
    })
  const [first, ...others] = made
  if (first === undefined) throw new Error('there is no approval system')
  return [first, ...others]
}
