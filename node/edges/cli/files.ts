/** What commands write to the disk of whoever runs them. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Writes a stream into a file for its owner alone: it may hold personal data. */
export const saveStream = (stream: ReadableStream<Uint8Array>, path: string): Promise<void> =>
  pipeline(Readable.fromWeb(stream as never), createWriteStream(path, { mode: 0o600 }))
