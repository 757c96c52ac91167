/** Every attack once, beside honest cases: none of them is lost, and the victim keeps within its bounds. How much is kept of the honest throughput says `npm run bench -- hostile`. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ATTACKS, type AttackName } from './attacks.ts'
import { type AnyAttack, type Field, openField } from './field.ts'
import { FORM_ATTACK } from './forms.ts'

/** MB that the victim may take at its highest, whatever is done to it. */
const MEMORY = 512
/** Audit rows that one attack may leave. */
const ROWS = 100
const LOAD = { rate: 40, seconds: 1 } as const

let root = ''
let field: Field

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-hostile-'))
  field = await openField(root, 1)
  await field.honest.paced(LOAD)
})

afterAll(async () => {
  await field?.stop()
  await rm(root, { recursive: true, force: true })
})

test.each<AnyAttack>([...(Object.keys(ATTACKS) as AttackName[]), FORM_ATTACK])(
  '%s: every honest case has its receipt',
  async attack => {
    const { value, harm } = await field.under(attack, 1, () => field.honest.paced(LOAD))
    expect(value).toHaveLength(LOAD.rate * LOAD.seconds)
    expect(harm.memory).toBeLessThan(MEMORY)
    expect(harm.audit).toBeLessThan(ROWS)
    await expect(field.victim.client.getIdentity()).resolves.toMatchObject({ code: field.victim.code })
  },
)
