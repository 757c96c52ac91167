import { describe, expect, test } from 'vitest'
import type { Problem } from '../../../protocol/problem.ts'
import { fieldProblem } from '../../kernel/fields.ts'
import { type Answered, type Language, ProblemBody, problemResponse } from './problem.ts'

const bodyOf = async (problem: Problem, language: Language, answered: Answered = {}) =>
  ProblemBody.parse(await problemResponse(problem, 'request-1', language, answered).json())

describe('the detail of a problem', () => {
  const problem = { code: 'case.transition', detail: 'case.accept in state closed' } as const
  const zh = '当前状态为“已办结”，不能办理“受理”'

  test.each([
    ['en', problem.detail],
    ['zh', zh],
  ] as const)('is told in both languages, and in the one that was asked for: %s', async (language, detail) => {
    expect(await bodyOf(problem, language)).toMatchObject({ detail, detailEn: problem.detail, detailZh: zh })
  })

  test('is the name of a field in both', async () => {
    const body = await bodyOf({ code: 'request.not-found', detail: 'caseNo' }, 'zh')
    expect(body).toMatchObject({ detail: 'caseNo', detailEn: 'caseNo', detailZh: 'caseNo' })
  })

  test('is told from the fields that it is about, where it is about fields', async () => {
    const errors = [fieldProblem('caseNo', 'must be there', '必填'), fieldProblem('', 'too old', '内容过旧')]
    const detail = 'body: caseNo: must be there; body: (top): too old'
    const body = await bodyOf({ code: 'request.invalid', detail }, 'en', { errors })
    expect(body).toMatchObject({ detail, detailEn: detail, detailZh: 'caseNo：必填；请求：内容过旧' })
  })

  test('is in no language when there is none', async () => {
    const body = await bodyOf({ code: 'internal' }, 'zh')
    expect(['detail', 'detailEn', 'detailZh'].filter(field => field in body)).toEqual([])
  })
})
