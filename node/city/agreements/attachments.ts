/** Attachments of agreements (附件), such as the scan of the sealed paper: uploaded here, fetched from who wrote the text. */
import type { Commitment } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { Agreements } from './agreements.ts'
import { textsOf } from './comparison.ts'

/** `texts`: ids of the texts that name it. */
export type Attachment = Commitment & { name: string; texts: string[]; held: boolean }

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
        parts.audit.append(tx, { actor, action: 'attachment.uploaded', subject: sha256, detail: { size, type } }),
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
