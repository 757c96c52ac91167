/** What a case file leaves out is filled in, whatever else is wrong with it. */
import { expect, test } from 'vitest'
import { type FieldProblem, ProblemError } from '../../../protocol/problem.ts'
import type { PrefillCaseAnswer, PrefillCaseRequest } from '../client/api.generated.ts'
import { withKnown } from './known.ts'

const FILE = {
  to: '420300',
  item: 'CODE',
  applicant: { name: '陈小满', idNumber: '11010519491231002X' },
  clerk: { phone: '0915-3200001' },
  delivery: { method: 'mail' },
}
const KNOWN: PrefillCaseAnswer = {
  applicant: { name: '陈小满', idNumber: '11010519491231002X', idType: '111', type: '1' },
  form: {},
  from: {},
  application: { mode: 1, window: '3 号', clerk: { name: '李窗口' }, delivery: { method: 'mail' } },
}
const fault = (field: string): FieldProblem => ({
  field,
  code: 'format',
  level: 'error',
  cure: 'caller',
  reason: '',
  reasonZh: '',
})

/** A node that refuses while `part` is sent. */
function refusing(part: keyof PrefillCaseRequest) {
  const asked: PrefillCaseRequest[] = []
  const prefillCase = async ({ body }: { body: PrefillCaseRequest }): Promise<PrefillCaseAnswer> => {
    asked.push(body)
    if (body[part] === undefined) return KNOWN
    throw new ProblemError('request.invalid', part, { errors: [fault(`${part}.name`)] })
  }
  return { asked, client: { prefillCase } as unknown as Parameters<typeof withKnown>[0] }
}

test('a part of a wrong form stays as it was written, and the rest is filled in', async () => {
  const { client, asked } = refusing('clerk')
  expect(await withKnown(client, FILE)).toEqual({
    ...FILE,
    applicant: KNOWN.applicant,
    mode: 1,
    window: '3 号',
    clerk: FILE.clerk,
  })
  expect(asked).toHaveLength(2)
})

test('a file whose applicant is of a wrong form is sent as it is', async () => {
  const { client, asked } = refusing('applicant')
  expect(await withKnown(client, FILE)).toBe(FILE)
  expect(asked).toHaveLength(1)
})
