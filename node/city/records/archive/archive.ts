/**
 * Archive export (归档, 一事一档): one case as one ZIP after the shape of an electronic archive of government services: its
 * evidence bundle, timeline, papers, materials and decision documents under names that people read, and a catalogue of them.
 * Written as a stream. May import the cases' port, evidence, papers and the store.
 *
 * Inside:
 *   证据包.zip      the evidence bundle, to be verified offline
 *   时间线.html     the case for people to read
 *   文书/…          papers that the case has, as pages for A4
 *   申请材料/… 办理结果/… 往来附件/…   the files, each under its number, code and name
 *   目录.html, 目录.json               the catalogue: number, name, pages when known, bytes, SHA-256 of each
 */

import { dayOf } from '../../../../protocol/agreement/document.ts'
import type { CaseContent, CaseKind, CaseMaterial } from '../../../../protocol/case/kinds.ts'
import { OUTCOME_NAMES } from '../../../../protocol/case/names.ts'
import { STATES } from '../../../../protocol/case/table.ts'
import { type Commitment, encodeUtf8 } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { type Clock, seconds } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { Database } from '../../../kernel/store/database.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import { isPurged } from '../../cases/purged.ts'
import type { CaseRow } from '../../cases/rows.ts'
import type { PlannedBundle } from '../evidence/bundle.ts'
import { BUNDLE_LIMITS } from '../evidence/manifest.ts'
import { createZipWriter, zipSize } from '../evidence/zip-writer.ts'
import type { Mine } from '../papers/papers.ts'
import {
  ARCHIVE_FORMAT,
  CATEGORIES,
  type Catalogue,
  type CatalogueEntry,
  type Category,
  catalogueHtml,
} from './catalogue.ts'

export type ArchiveParts = {
  db: Database
  clock: Clock
  audit: Audit
  own: string
  /** Problem: `thread.unknown`. */
  row: (thread: string) => Promise<CaseRow>
  packets: (threadNo: number) => Promise<readonly StoredPacket[]>
  evidence: { plan(thread: string): Promise<PlannedBundle> }
  papers: { all(thread: string, mine?: Mine): Promise<{ title: string; html: string }[]> }
  materials: { open(sha256: string): ReadableStream<Uint8Array>; size(sha256: string): Promise<number | null> }
  cityName: (code: string) => string
}

export type Archives = ReturnType<typeof createArchives>

type Part = Omit<CatalogueEntry, 'no' | 'bytes' | 'sha256'> & {
  size: number
  content: Uint8Array | (() => ReadableStream<Uint8Array>)
  /** what the bytes must be, when they were signed */
  signed: string | null
}

/** Room for the catalogue in the bound of the whole: JSON and page, bytes of each file's lines. */
const CATALOGUE_ROOM = { base: 64 * 1024, file: 8 * 1024 }
const EXTENSIONS: Record<string, string> = {
  'application/pdf': '.pdf',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'application/ofd': '.ofd',
}

/** The ending of a file of this type; what is none of a scan gets one that nothing opens. */
export const endingOf = (type: string): string => EXTENSIONS[type] ?? '.bin'

/** A name that is safe as a file's on every system, with the ending of what it is; a partner wrote it. */
export function fileName(name: string, type: string): string {
  const stem = name
    .normalize('NFC')
    .replaceAll(/[\p{C}\p{Z}<>:"/\\|?*]+/gu, ' ')
    .replaceAll(/(^|[ ])[. ]+/g, '$1')
    .trim()
  const extension = endingOf(type)
  const bare = stem.toLowerCase().endsWith(extension) ? stem.slice(0, -extension.length) : stem
  return `${[...bare].slice(0, 60).join('').trim() || '文件'}${extension}`
}

export type Named = { sha256: string; category: Category; code: string | null; name: string; pages: number | null }

/** Kinds that bring materials of the application. */
const MATERIALS: ReadonlySet<CaseKind> = new Set<CaseKind>(['case.submit', 'case.supplement', 'case.hand-in'])
const DOCUMENT_NAMES: Readonly<Partial<Record<CaseKind, string>>> = {
  'case.decide': '决定文件',
  'case.commit': '承诺书',
  'case.request-payment': '缴款书',
}

/** The files that a packet's body names, under the names it gives them. */
export function namedBy(kind: CaseKind, body: unknown): Named[] {
  if (body === null) return []
  const content = body as { materials?: CaseMaterial[]; attachments?: CaseMaterial[]; documents?: string[] }
  const listed = (found: readonly CaseMaterial[] | undefined, category: Category): Named[] =>
    (found ?? []).map(({ sha256, code, name, pages }) => ({ sha256, category, code, name, pages: pages ?? null }))
  const documentNo = kind === 'case.decide' ? (body as CaseContent<'case.decide'>).documentNo : undefined
  const document = { category: 'decision' as const, code: documentNo ?? null, pages: null }
  const name = DOCUMENT_NAMES[kind] ?? '结果文件'
  return [
    ...(MATERIALS.has(kind) ? listed(content.materials, 'material') : []),
    ...listed(content.attachments, 'attachment'),
    ...(content.documents ?? []).map(sha256 => ({ sha256, name, ...document })),
  ]
}

export function createArchives(parts: ArchiveParts) {
  const { db, clock } = parts

  /** Files of all packets, each once, in the order in which they came. */
  async function filesOf(
    packets: readonly StoredPacket[],
    purged: boolean,
  ): Promise<{ parts: Part[]; absent: string[] }> {
    const found: Part[] = []
    const absent: string[] = []
    const seen = new Set<string>()
    for (const packet of packets) {
      const named = new Map(namedBy(packet.claims.kind as CaseKind, packet.body).map(file => [file.sha256, file]))
      for (const { sha256, size, type } of packet.claims.materials as readonly Commitment[]) {
        if (seen.has(sha256)) continue
        seen.add(sha256)
        if (purged || (await parts.materials.size(sha256)) === null) {
          absent.push(sha256)
          continue
        }
        // A body that is gone names nothing; what is still held is kept all the same.
        const unnamed = { category: 'attachment' as const, code: null, name: '文件', pages: null }
        const { category, code, name, pages } = named.get(sha256) ?? unnamed
        const place = String(found.length + 1).padStart(3, '0')
        found.push({
          category,
          code,
          name,
          pages,
          city: packet.claims.iss,
          day: dayOf(packet.claims.iat),
          size,
          signed: sha256,
          path: `${CATEGORIES[category]}/${place}-${fileName(code === null ? name : `${code} ${name}`, type)}`,
          content: () => parts.materials.open(sha256),
        })
      }
    }
    return { parts: found, absent }
  }

  async function plan(thread: string, mine: Mine | undefined) {
    const row = await parts.row(thread)
    const packets = await parts.packets(row.no)
    const evidence = await parts.evidence.plan(thread)
    const today = dayOf(seconds(clock.now()))
    const page = (category: Category, name: string, path: string, html: Uint8Array): Part => ({
      category,
      code: null,
      name,
      city: parts.own,
      day: today,
      pages: null,
      path,
      size: html.byteLength,
      content: html,
      signed: null,
    })
    const { parts: files, absent } = await filesOf(packets, await isPurged(db, row.no))
    const papers = await parts.papers.all(thread, mine)
    const all: Part[] = [
      {
        category: 'evidence',
        code: null,
        name: '证据包',
        city: parts.own,
        day: today,
        pages: null,
        path: '证据包.zip',
        size: evidence.bytes,
        signed: null,
        content() {
          const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
          // A failure reaches the reader of the stream, which is aborted.
          evidence.write(writable).catch(() => {})
          return readable
        },
      },
      ...(evidence.timeline === null ? [] : [page('timeline', '时间线', '时间线.html', evidence.timeline)]),
      ...papers.map(({ title, html }, index) =>
        page('paper', title, `文书/${String(index + 1).padStart(2, '0')}-${title}.html`, encodeUtf8(html)),
      ),
      ...files,
    ]
    const bytes = zipSize(all) + CATALOGUE_ROOM.base + CATALOGUE_ROOM.file * all.length
    if (bytes > BUNDLE_LIMITS.bundleBytes)
      throw new ProblemError('request.oversize', `archive of ${bytes} bytes, ${BUNDLE_LIMITS.bundleBytes} at most`)
    return { all, catalogue: catalogueOf(row, packets, absent) }
  }

  function catalogueOf(row: CaseRow, packets: readonly StoredPacket[], absent: string[]): Omit<Catalogue, 'files'> {
    const submit = packets.find(({ claims }) => claims.kind === 'case.submit')
    const ended = packets.findLast(({ claims }) => claims.kind === 'case.close' || claims.kind === 'case.refuse')
    const body = (submit?.body ?? null) as CaseContent<'case.submit'> | null
    return {
      format: ARCHIVE_FORMAT,
      thread: row.thread,
      case: row.caseNo,
      localCase: row.localCaseNo,
      item: row.item,
      mode: row.mode,
      applicant: body?.applicant.name ?? null,
      collecting: submit?.claims.iss ?? (row.role === 'collecting' ? parts.own : row.partner),
      handling: submit?.claims.aud ?? (row.role === 'handling' ? parts.own : row.partner),
      submittedOn: dayOf(seconds(row.submittedAt)),
      endedOn: ended === undefined ? null : dayOf(ended.claims.iat),
      state: row.state,
      outcome: row.outcome,
      absent,
      exportedAt: new Date(clock.now()).toISOString(),
      exportedBy: parts.own,
    }
  }

  const words: Record<string, string> = {
    ...STATES,
    ...Object.fromEntries(Object.entries(OUTCOME_NAMES).map(([outcome, { zh }]) => [outcome, zh])),
  }
  const nameOf = (word: string): string => words[word] ?? (/^\d{6}$/.test(word) ? parts.cityName(word) : word)

  async function write({ all, catalogue }: Awaited<ReturnType<typeof plan>>, sink: WritableStream<Uint8Array>) {
    const writer = sink.getWriter()
    try {
      const zip = await createZipWriter(writer, clock.now())
      const files: CatalogueEntry[] = []
      for (const { size, content, signed, ...told } of all) {
        const written = await zip.add(told.path, size, content instanceof Uint8Array ? content : content())
        if (signed !== null && signed !== written.sha256) throw new ProblemError('material.hash', told.path)
        files.push({ no: files.length + 1, ...told, ...written })
      }
      const whole: Catalogue = { ...catalogue, files }
      for (const [path, text] of [
        ['目录.html', catalogueHtml(whole, nameOf)],
        ['目录.json', `${JSON.stringify(whole, null, 2)}\n`],
      ] as const) {
        const bytes = encodeUtf8(text)
        await zip.add(path, bytes.byteLength, bytes)
      }
      await zip.end()
      await writer.close()
    } catch (error) {
      await writer.abort(error).catch(() => {})
    }
  }

  return {
    /**
     * The archive of a case, open or ended, as a stream of ZIP bytes; a failure under way ends the stream. Leaves an audit
     * row, for it holds personal data. Problems: `thread.unknown`; `request.oversize` past 4 GiB, before the first byte.
     */
    async export(thread: string, actor: string, mine?: Mine): Promise<ReadableStream<Uint8Array>> {
      const planned = await plan(thread, mine)
      await db.transaction(tx =>
        parts.audit.append(tx, {
          actor,
          action: 'case.archived',
          subject: thread,
          detail: { files: planned.all.length, absent: planned.catalogue.absent.length },
        }),
      )
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      void write(planned, writable)
      return readable
    },
  }
}
