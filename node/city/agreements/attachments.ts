/** Attachments of agreements (附件), such as the scan of the sealed paper: uploaded here, fetched from who wrote the text. */
import { type Commitment, fromHex, toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database, Reader } from '../../kernel/store/database.ts'
import { inList } from '../../kernel/store/sql.ts'
import type { Agreements } from './agreements.ts'
import { textsOf } from './comparison.ts'

/** What the audit log calls it. */
const UPLOADED = 'attachment.uploaded'

/** `texts`: ids of the texts that name it. */
export type Attachment = Commitment & { name: string; texts: string[]; held: boolean }

/**
 * Of what is held, that which a text may name: what was uploaded as an attachment, and what a text of an agreement named before. To know the hash of
 * the scan of a case gives it to nobody.
 */
export async function attachable(db: Reader, hashes: readonly string[]): Promise<Commitment[]> {
  if (hashes.length === 0) return []
  const { marks, params } = inList(hashes.map(fromHex))
  const rows = await db.query<{ sha256: Uint8Array; size: number; type: string }>(
    `SELECT sha256, size, type FROM materials WHERE sha256 IN (${marks})
       AND (EXISTS (SELECT 1 FROM audit WHERE subject = lower(hex(materials.sha256)) AND action = '${UPLOADED}')
         OR EXISTS (SELECT 1 FROM packet_materials m JOIN packets p ON p.no = m.packet_no JOIN threads t ON t.no = p.thread_no
           WHERE m.sha256 = materials.sha256 AND t.type = 'agreement'))`,
    params,
  )
  return rows.map(({ sha256, ...row }) => ({ sha256: toHex(sha256), ...row }))
}

export type Attachments = ReturnType<typeof createAttachments>

export function createAttachments(parts: {
  db: Database
  audit: Audit
  agreements: Pick<Agreements, 'read'>
  materials: {
    upload(stream: ReadableStream<Uint8Array>): Promise<Commitment>
    held(hashes: readonly string[]): Promise<readonly Commitment[]>
    read(sha256: string): Promise<{ body: ReadableStream<Uint8Array> }>
  }
}) {
  const { materials } = parts

  async function list(thread: string): Promise<Attachment[]> {
    const { state } = await parts.agreements.read(thread)
    const found = new Map<string, Attachment>()
    for (const { id, document } of textsOf(state))
      for (const file of document.attachments) {
        const known = found.get(file.sha256)
        if (known === undefined) found.set(file.sha256, { ...file, texts: [id], held: false })
        else if (!known.texts.includes(id)) known.texts.push(id)
      }
    for (const { sha256 } of await materials.held([...found.keys()])) {
      const known = found.get(sha256)
      if (known !== undefined) known.held = true
    }
    return [...found.values()]
  }

  return {
    /** Keeps a file that a text is to name. Problems: `material.oversize`, `request.invalid`. */
    async upload(stream: ReadableStream<Uint8Array>, actor: string): Promise<Commitment> {
      const kept = await materials.upload(stream)
      const { sha256, size, type } = kept
      await parts.db.transaction(tx =>
        parts.audit.append(tx, { actor, action: UPLOADED, subject: sha256, detail: { size, type } }),
      )
      return kept
    },

    /** Of every text of the agreement. Problem: `thread.unknown`. */
    list,

    /** Problems: `thread.unknown`, `request.not-found` when no text names it, `material.missing` when it is not here yet. */
    async open(thread: string, sha256: string) {
      const found = (await list(thread)).find(file => file.sha256 === sha256)
      if (found === undefined) throw new ProblemError('request.not-found', 'attachment')
      if (!found.held) throw new ProblemError('material.missing')
      const { body } = await materials.read(sha256)
      return { type: found.type, size: found.size, filename: found.name, body }
    },
  }
}
