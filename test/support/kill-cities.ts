/** Two cities as processes that a test kills: Ankang collects, Shiyan handles with the approval system, over a proxy that plays dead. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type ApprovalProcess, startApprovalProcess } from '../../examples/approval-system/process.ts'
import type { Database } from '../../node/kernel/store/database.ts'
import { openSqlite } from '../../node/kernel/store/sqlite.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { ANKANG, makeNodeFolder, SHIYAN } from './node-folder.ts'
import { freePort, NodeProcess } from './node-process.ts'
import { pairCities, until } from './pair-cities.ts'
import { startProxy, type TcpProxy } from './tcp-proxy.ts'

export type KillCities = {
  ankang: NodeProcess
  shiyan: NodeProcess
  /** Ankang reaches Shiyan through it; Shiyan reaches Ankang over Ankang's connection or directly */
  proxy: TcpProxy
  approval: ApprovalProcess
  items: readonly ServiceItem[]
  stop(): Promise<void>
}

const MAPPING = join(import.meta.dirname, '../../examples/approval-system/mapping.json')

/** `packets` adds to the approval system's mapping; `items` changes what Shiyan publishes and Ankang may collect. */
export async function startKillCities(
  options: {
    approvalFlags?: readonly string[]
    packets?: Readonly<Record<string, unknown>>
    items?: (items: ServiceItem[]) => ServiceItem[]
    /** of both cities' config files */
    settings?: Readonly<Record<string, unknown>>
    /** of Ankang's alone */
    ankang?: Readonly<Record<string, unknown>>
    /** of Shiyan's alone */
    shiyan?: Readonly<Record<string, unknown>>
    /** stands between Shiyan and the approval system; gives its own address */
    before?: (url: string) => Promise<string>
    /** lines of each log that are kept */
    keep?: number
  } = {},
): Promise<KillCities> {
  const root = await mkdtemp(join(tmpdir(), 'tongban-kill-'))
  const approval = await startApprovalProcess(['--data', join(root, 'approval.db'), ...(options.approvalFlags ?? [])])
  const p2pA = await freePort()
  const p2pS = await freePort()
  const proxy = await startProxy(p2pS)
  const baseUrl = (await options.before?.(approval.url)) ?? approval.url
  const known = JSON.parse(await readFile(MAPPING, 'utf8')) as { packets: object }
  const mapping = join(root, 'mapping.json')
  await writeFile(
    mapping,
    JSON.stringify({ ...known, $schema: undefined, packets: { ...known.packets, ...options.packets } }),
  )
  const folderA = await makeNodeFolder(join(root, 'ankang'), ANKANG, {
    httpPort: 0,
    p2pPort: p2pA,
    rest: { ...options.settings, ...options.ankang },
  })
  const folderS = await makeNodeFolder(join(root, 'shiyan'), SHIYAN, {
    httpPort: 0,
    p2pPort: p2pS,
    rest: {
      ...options.settings,
      adapter: {
        kind: 'rest',
        mapping,
        baseUrl,
        secrets: { approvalToken: { env: 'APPROVAL_TOKEN' } },
      },
      pollSeconds: 0.1,
      p2p: { listen: [`/ip4/127.0.0.1/tcp/${p2pS}`], announce: [`/ip4/127.0.0.1/tcp/${proxy.port}`] },
      ...options.shiyan,
    },
  })
  const ankang = new NodeProcess(folderA, {}, options.keep)
  const shiyan = new NodeProcess(folderS, { APPROVAL_TOKEN: approval.secrets.approvalToken ?? '' }, options.keep)
  const stop = async () => {
    await Promise.allSettled([ankang.stop(), shiyan.stop()])
    await proxy.close()
    await approval.stop()
    await rm(root, { recursive: true, force: true })
  }
  try {
    await Promise.all([ankang.start(), shiyan.start()])
    const { items } = await pairCities(
      { client: ankang.client, ...ANKANG },
      { client: shiyan.client, ...SHIYAN },
      options.items,
    )
    return { ankang, shiyan, proxy, approval, items, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The first item that a person may ask for in mode 1, as Ankang does in these tests. */
export function itemOf(items: readonly ServiceItem[]): ServiceItem {
  const found = items.find(entry => entry.modes.includes(1) && entry.serverType.includes('1'))
  if (found === undefined) throw new Error('no item')
  return found
}

export async function restart(node: NodeProcess): Promise<void> {
  await node.kill()
  await node.start()
}

/**
 * Stops both nodes and expects their stores to be whole, with nothing left to do, and to hold the same of each other by
 * running hash; `look` reads them before they close.
 */
export async function expectSameStores(
  { ankang, shiyan }: Pick<KillCities, 'ankang' | 'shiyan'>,
  look: (ankang: Database, shiyan: Database) => Promise<void> = async () => {},
): Promise<void> {
  const [a, s] = [ankang, shiyan].map(node => openSqlite(join(node.folder.config.data, 'tongban.db')))
  if (a === undefined || s === undefined) throw new Error('no store')
  try {
    // A case may be closed before its last packets have their receipts.
    const waiting = `SELECT 1 FROM links WHERE direction = 'out' AND acked < n`
    await until(
      async () => (await Promise.all([a, s].map(db => db.query(waiting)))).every(rows => rows.length === 0),
      'all is receipted',
    )
    await Promise.all([ankang.stop(), shiyan.stop()])
    const links = (db: Database) =>
      db.query<{ direction: string; n: number; hash: Uint8Array; acked: number }>(
        'SELECT direction, n, hash, acked FROM links ORDER BY direction',
      )
    const [inA, outA] = await links(a)
    const [inS, outS] = await links(s)
    for (const [out, into] of [
      [outA, inS],
      [outS, inA],
    ] as const)
      expect({ n: out?.n, hash: out?.hash, acked: out?.acked }).toEqual({
        n: into?.n,
        hash: into?.hash,
        acked: into?.n,
      })
    for (const db of [a, s]) {
      expect(await db.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
      expect(await db.query(`SELECT count(*) AS n FROM packets WHERE status <> 'stored'`)).toEqual([{ n: 0 }])
      expect(
        await db.query(
          `SELECT d.*, p.kind FROM dispatch_jobs d JOIN packets p ON p.no = d.packet_no WHERE d.state <> 'done'`,
        ),
      ).toEqual([])
      expect(await db.query(`SELECT count(*) AS n FROM adapter_events WHERE state <> 'done'`)).toEqual([{ n: 0 }])
    }
    await look(a, s)
  } finally {
    await Promise.all([a.close(), s.close()])
  }
}
