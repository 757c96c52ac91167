/** Two whole nodes with cases between them, of which one city's console is looked at; its queue is as long as it is asked to be. */
import { join } from 'node:path'
import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib'
import { openSqlite } from '../../node/kernel/store/sqlite.ts'
import { ROLES } from '../../protocol/rights/roles.ts'
import { seat } from '../support/console.ts'
import { ANKANG, SHIYAN } from '../support/node-folder.ts'
import { until } from '../support/pair-cities.ts'
import { Child } from './child.ts'
import { offer, startNode } from './contenders.ts'

export const ACCOUNT = 'bench'

export type ConsoleCities = {
  /** of the handling city */
  url: string
  /** number of a case with materials */
  caseNo: string
  /** of its first materials: two short ones, and the long one */
  pages: readonly [number, number, number]
  stop(): Promise<void>
}

/** A PDF with a line of text on each page. */
async function document(pages: number): Promise<Blob> {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  for (let no = 1; no <= pages; no++) {
    const page = pdf.addPage([595, 842])
    for (let line = 0; line < 40; line++)
      page.drawText(`Page ${no}, line ${line + 1}: what was handed in`, { x: 50, y: 790 - line * 18, size: 11, font })
  }
  return new Blob([new Uint8Array(await pdf.save())])
}

/** Cases are rows beside those that came by exchange, copies of one of them but for their numbers. The node does not run. */
async function lengthen(data: string, count: number): Promise<void> {
  const db = openSqlite(join(data, 'tongban.db'))
  try {
    const columns = (await db.query<{ name: string }>("SELECT name FROM pragma_table_info('cases')")).map(
      ({ name }) => name,
    )
    const changed: Record<string, string> = {
      thread_no: 'n.i',
      case_no: "printf('610900%014d', n.i)",
      number_key: "printf('610900%014d', n.i)",
      local_case_no: 'NULL',
      local_key: 'NULL',
      // Before what statistics have followed: they do not begin anew with each of them.
      updated_at: '1',
    }
    await db.transaction(async tx => {
      const [last] = await tx.query<{ no: number }>('SELECT max(no) AS no FROM threads')
      const from = (last?.no ?? 0) + 1
      const numbers = `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${from + count - 1})`
      await tx.run(
        `${numbers} INSERT INTO threads (no, thread, type, partner, started_at) SELECT i, randomblob(16), 'case', '${ANKANG.code}', 0 FROM n`,
      )
      await tx.run(
        `${numbers} INSERT INTO cases (${columns.join(', ')})
         SELECT ${columns.map(name => changed[name] ?? `c.${name}`).join(', ')} FROM n
         JOIN (SELECT * FROM cases WHERE turn = 'own' ORDER BY thread_no LIMIT 1) c`,
      )
      await tx.query('PRAGMA optimize')
    })
  } finally {
    await db.close()
  }
}

/** `real`: cases that come by exchange; `cases`: with those beside them. `pages`: of the long document. */
export async function openCities(
  folder: string,
  { real, cases, pages }: { real: number; cases: number; pages: number },
): Promise<ConsoleCities> {
  const [there, here] = await Promise.all([
    startNode(join(folder, 'a'), ANKANG, 'answers'),
    startNode(join(folder, 'b'), SHIYAN, 'answers'),
  ])
  const children = [there.child, here.child]
  const stop = async () => void (await Promise.all(children.map(child => child.stop())))
  try {
    const { item, materials } = await offer(there, here)
    const [code = ''] = materials.map(material => material.code)
    const counts = [2, 3, pages] as const
    const uploads = await Promise.all(
      counts.map(async count => there.client.uploadMaterial({ bytes: await document(count), type: 'application/pdf' })),
    )
    const shown = uploads.map(({ sha256 }, at) => ({
      sha256,
      code,
      name: `${at + 1}.pdf`,
      form: 'electronic' as const,
    }))
    const others = materials
      .filter(material => material.code !== code)
      .map(material => ({ ...material, form: 'electronic' as const }))
    let thread = ''
    for (let no = 0; no < real; no++) {
      const submitted = await there.client.submitCase({
        body: {
          to: SHIYAN.code,
          item,
          mode: 0,
          applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
          form: { reason: `在十堰市购买首套自住住房 ${no}` },
          window: '跨省通办 3 号窗',
          // The first one in the queue is the one that is opened.
          materials: [...(no === 0 ? shown : shown.slice(0, 1)), ...others],
          consent: { text: '告知书 2026-01', acceptedAt: '2026-11-23T09:00:00+08:00' },
        },
      })
      if (no === 0) thread = submitted.thread
    }
    const caseNo = await until(async () => {
      const found = await here.client.getCase({ params: { thread } }).catch(() => null)
      const held = found?.state === 'arrived' ? await here.client.listCaseMaterials({ params: { thread } }) : null
      return held?.items.every(material => material.held) === true && found !== null && found.caseNo
    }, 'the case and its materials are there')
    await until(
      async () => (await here.client.readQueue({ params: { queue: 'ours' } })).items.length >= Math.min(real, 50),
      'all cases are there',
    )
    await seat(here.client, ACCOUNT, [...ROLES], { name: '李审核', windows: null, departments: null })
    if (cases > real) {
      await here.child.stop()
      await lengthen(here.data, cases - real)
      const again = new Child('./node.ts')
      children.push(again)
      await again.call('start', { config: join(folder, 'b', 'tongban.json'), approval: 'answers' })
    }
    return { url: here.url, caseNo, pages: counts, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
