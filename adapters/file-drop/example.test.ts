/** The example of the README, played over a folder in place of its server. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encode } from '../sdk/index.ts'
import { readAnswers, sampleMaterial, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import { createFileDropAdapter } from './file-drop.ts'

test('the example hands over a case as CSV in GB 18030, and reads its acknowledgement, steps and decision', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tongban-example-'))
  try {
    for (const part of ['out', 'in', 'done', 'in/files']) await mkdir(join(root, part))
    const { sftp, ...example } = JSON.parse(await readFile(join(import.meta.dirname, 'example.json'), 'utf8'))
    expect(() =>
      createFileDropAdapter({ config: { sftp, ...example }, base: '/', secrets: { exchangeKey: 'k' } }),
    ).not.toThrow()
    const adapter = createFileDropAdapter({ config: { ...example, folder: root }, base: '/', secrets: {} })
    const { context: call, kept } = testContext()

    const submit = sampleSubmit('example', [sampleMaterial('scan')])
    expect(await adapter.deliver(submit, call)).toEqual({ ok: 'handed' })
    const [folder = ''] = (await readdir(join(root, 'out'))).filter(name => name !== '.writing')
    const data = new TextDecoder('gb18030').decode(await readFile(join(root, 'out', folder, 'data.csv')))
    expect(data).toBe(
      `XTBH,SBLSH,SXBM,SXMC,BLFS,SQRXM,SQRZJHM,SQRDH,CL\r\n${folder},${submit.caseNo},11420300011315330Y4000111111000,学历公证,2,欧阳金丝雀,42030019900307123X,13800138000,M01=materials/01-m01.pdf\r\n`,
    )

    await writeFile(join(root, 'in', 'files', '决定书.pdf'), '%PDF-1.4')
    const rows = [
      'LSH,XTBH,HZ,SBLSH,ZT,CZSJ,HJ,JG,JGWJ',
      `,${folder},0,DX-1,,,,,`,
      ',,,DX-1,DY,20261203090000,,,',
      '1,,,DX-1,SL,20261203090000,,,',
      '2,,,DX-1,BL,20261204090000,审查,,',
      '3,,,DX-1,BJ,20261205090000,,1,files/决定书.pdf',
    ]
    await writeFile(join(root, 'in', '答复1203.csv'), encode(`${rows.join('\r\n')}\r\n`, 'gb18030') ?? '')
    expect((await adapter.poll?.(null, call))?.events).toEqual([])
    await writeFile(join(root, 'in', '答复1203.csv.ok'), '')
    const page = await adapter.poll?.(null, call)
    const { events, outcomes, problems } = await readAnswers(adapter, page?.events ?? [], call)
    expect(problems).toEqual([])
    expect(outcomes).toMatchObject([{ taken: submit.idempotencyKey, localCaseNo: 'DX-1' }])
    expect(events.map(({ id, at, move: { kind } }) => [id, at, kind])).toEqual([
      ['1', Date.UTC(2026, 11, 3, 1), 'case.accept'],
      ['2', Date.UTC(2026, 11, 4, 1), 'case.progress'],
      ['3', Date.UTC(2026, 11, 5, 1), 'case.decide'],
    ])
    expect(events[2]?.move.body).toMatchObject({ outcome: 'granted', documents: [...kept.keys()] })
    await adapter.acknowledge?.(page?.events.map(({ id }) => id ?? '') ?? [], call)
    expect((await readdir(join(root, 'done'))).sort()).toEqual(['答复1203.csv', '答复1203.csv.ok'])
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})
