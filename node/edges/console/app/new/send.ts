/** Sends a file to the node: a small one at once, a large one in pieces, so that a line that was cut costs the piece alone. */

import { ProblemError } from '../../../../../protocol/problem.ts'
import { OPERATIONS } from '../../../client/addresses.generated.ts'
import { addressOf } from '../../../client/client.ts'
import { node } from '../session.ts'

/** Of a large file, bytes. */
const PIECE = 4 * 1024 * 1024
const TUS = { 'tus-resumable': '1.0.0' } as const

export type Sent = { sha256: string; pages: number | null }
/** A large file of which a part is there: its upload, by which it goes on. */
export type Begun = { id: string | null }

async function inPieces(file: Blob, begun: Begun, tell: (share: number) => void): Promise<string> {
  if (begun.id === null) {
    const { method } = OPERATIONS.createUpload
    const response = await node.request({
      path: addressOf(OPERATIONS.createUpload, {}),
      method,
      headers: { ...TUS, 'upload-length': String(file.size) },
    })
    begun.id = response.headers.get('location')?.split('/').at(-1) ?? null
  }
  const id = begun.id ?? ''
  for (;;) {
    // As the node has it: a piece whose answer was lost is not sent twice.
    const { offset, material } = await node.getUpload({ params: { id } }).catch((error: unknown) => {
      // One that was forgotten meanwhile is begun anew.
      if (error instanceof ProblemError && error.problem.code === 'request.not-found') begun.id = null
      throw error
    })
    tell(offset / file.size)
    if (material !== null) return material.sha256
    if (offset >= file.size) throw new ProblemError('internal', 'all pieces are there, and no material')
    await node.request({
      path: addressOf(OPERATIONS.continueUpload, { params: { id } }),
      method: OPERATIONS.continueUpload.method,
      headers: { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
      body: file.slice(offset, offset + PIECE),
    })
  }
}

/** `tell`: how much is there, 0 to 1. Problems: those of the operations. */
export async function sendFile(file: File, begun: Begun, tell: (share: number) => void): Promise<Sent> {
  const sha256 =
    file.size > PIECE
      ? await inPieces(file, begun, tell)
      : (await node.uploadMaterial({ bytes: file, type: file.type === '' ? undefined : file.type })).sha256
  const { pages } = await node.countMaterialPages({ params: { sha256 } })
  return { sha256, pages }
}
