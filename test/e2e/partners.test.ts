/** What two administrators do with each other before the first case, on two whole nodes over real libp2p and HTTP. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, createClient } from '../../node/cli/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'

/** From nothing (`tongban init`, `tongban start`) to a partner whose words were compared, on each side. */
const MOST_ACTIONS = 6

type City = CityName & { node: RunningNode; client: Client /** what its administrator did */; actions: string[] }

let root = ''
let ankang: City
let shiyan: City

async function openCity(name: CityName): Promise<City> {
  const actions = ['init', 'start']
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: await freePort() })
  const node = await startNode({ config: made.config, passphrase: PASSPHRASE })
  const client = createClient({ url: node.url, token: made.token })
  const counted: Client = {
    ...client,
    get(path) {
      actions.push(`GET ${path}`)
      return client.get(path)
    },
    post(path, body) {
      actions.push(`POST ${path}`)
      return client.post(path, body)
    },
  }
  return { ...name, node, client: counted, actions }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-partners-'))
  ;[ankang, shiyan] = await Promise.all([openCity(ANKANG), openCity(SHIYAN)])
}, 60_000)

afterAll(async () => {
  await Promise.allSettled([ankang?.node.stop(), shiyan?.node.stop()])
  await rm(root, { recursive: true, force: true })
})

type Partner = { code: string; status: string; words: string[] }

describe('partners', () => {
  test('six actions at most on each side bring two nodes to partners that compared their words', async () => {
    const { link } = await ankang.client.post<{ link: string }>('/api/v1/invites', { hours: 1 })
    const accepted = await shiyan.client.post<Partner>('/api/v1/partners/accept', { invite: link })
    const { items } = await ankang.client.get<{ items: Partner[] }>('/api/v1/partners')
    expect(items.map(({ words }) => words)).toEqual([accepted.words])
    expect(accepted.words).toHaveLength(6)
    const confirmed = await Promise.all([
      ankang.client.post<Partner>(`/api/v1/partners/${SHIYAN.code}/confirm`),
      shiyan.client.post<Partner>(`/api/v1/partners/${ANKANG.code}/confirm`),
    ])
    expect(confirmed.map(({ status }) => status)).toEqual(['active', 'active'])
    expect(ankang.actions).toEqual([
      'init',
      'start',
      'POST /api/v1/invites',
      'GET /api/v1/partners',
      `POST /api/v1/partners/${SHIYAN.code}/confirm`,
    ])
    expect(shiyan.actions).toEqual([
      'init',
      'start',
      'POST /api/v1/partners/accept',
      `POST /api/v1/partners/${ANKANG.code}/confirm`,
    ])
    for (const { actions } of [ankang, shiyan]) expect(actions.length).toBeLessThanOrEqual(MOST_ACTIONS)
  })

  test('pairings and rotated keys are counted', async () => {
    await ankang.client.post('/api/v1/identity/rotate')
    const metrics = await (await fetch(`${ankang.node.url}/metrics`)).text()
    expect(metrics).toContain('tongban_pairings_total 1')
    expect(metrics).toContain('tongban_key_rotations_total{purpose="packet"} 1')
  })

  test('invites are listed without their secret, drawn, and taken back', async () => {
    type Invite = { id: string; state: string }
    const { id, invite } = await ankang.client.post<{ id: string; invite: string }>('/api/v1/invites', { hours: 1 })
    const listed = await ankang.client.get<{ items: Invite[] }>('/api/v1/invites')
    expect(listed.items.map(({ state }) => state).toSorted()).toEqual(['open', 'used'])
    expect(JSON.stringify(listed)).not.toContain(invite.slice(20, 60))
    const picture = await new Response(await ankang.client.download(`/api/v1/invites/${id}/qr`)).text()
    expect(picture).toMatch(/^<svg /)
    await ankang.client.post(`/api/v1/invites/${id}/cancel`)
    await expect(shiyan.client.post('/api/v1/partners/accept', { invite })).rejects.toMatchObject({
      problem: { code: 'invite.cancelled' },
    })
  })
})
