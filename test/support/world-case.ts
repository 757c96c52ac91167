/** An agreement and cases between two cities of a world: Ankang (610900) collects, Shiyan (420300) handles. */
import { randomBytes } from 'node:crypto'
import type { CaseRow } from '../../node/city/cases/rows.ts'
import type { AgreementDocumentInput } from '../../protocol/agreement/document.ts'
import type { CaseContent, Mode } from '../../protocol/case/kinds.ts'
import { PLAY_ITEM, submitContentOf } from './play-case.ts'
import type { World } from './world.ts'

export const COLLECTING = '610900'
export const HANDLING = '420300'

export const worldAgreement = (change: Partial<AgreementDocumentInput> = {}): AgreementDocumentInput => ({
  v: 1,
  title: '跨省通办合作协议',
  parties: [
    { code: COLLECTING, name: '安康市', authority: '安康市行政审批服务局' },
    { code: HANDLING, name: '十堰市', authority: '十堰市行政审批局' },
  ],
  items: [
    { taskCode: PLAY_ITEM.code, taskName: PLAY_ITEM.name, handling: HANDLING, collecting: [COLLECTING], modes: [0, 1] },
  ],
  clock: {},
  mailing: 'handling',
  archive: 'handling',
  purgeDays: 90,
  dispute: '协商解决',
  validFrom: '2026-01-01',
  validTo: '2028-12-31',
  ...change,
})

/** Proposes and signs; the id that cases name. */
export async function agree(world: World, input = worldAgreement(), signer: string = HANDLING): Promise<string> {
  const [proposed] = await world.city(COLLECTING).agreements.propose(input, { actor: 'person:1' })
  if (proposed === undefined) throw new Error('nothing was proposed')
  await world.settle()
  await world.city(signer).agreements.sign(proposed.thread, null, { actor: 'person:2' })
  await world.settle()
  return proposed.id
}

/** Submits past the pre-flight, which has tests of its own; the thread. */
export async function submitCase(
  world: World,
  agreement: string,
  { mode = 0, ...change }: Partial<CaseContent<'case.submit'>> & { mode?: Mode } = {},
): Promise<string> {
  const thread = randomBytes(16).toString('hex')
  const content = { ...submitContentOf(`AK-${thread.slice(0, 8)}`, mode, []), ...change }
  const materials = content.materials.map(({ sha256 }) => ({ sha256, size: 1, type: 'application/pdf' }))
  await world
    .city(COLLECTING)
    .exchange.author.write({ thread, partner: HANDLING }, [{ kind: 'case.submit', content, materials, agreement }])
  return thread
}

/** Every case that a city holds, last changed first. */
export async function casesAt(world: World, code: string): Promise<CaseRow[]> {
  const { db, cases } = world.city(code)
  const rows = await db.query<{ no: number }>(
    'SELECT thread_no AS no FROM cases ORDER BY updated_at DESC, thread_no DESC',
  )
  return cases.rows(rows.map(({ no }) => no))
}
