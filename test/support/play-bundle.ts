/** Evidence bundles of played cases, in memory. */
import { type BundleInput, writeBundle } from '../../node/city/records/evidence/bundle.ts'
import { CHINA_HOLIDAYS } from '../../protocol/calendar/china.ts'
import type { PlayedCase } from './play-case.ts'

/** Everything of a played case that a bundle of it holds. */
export const bundleInputOf = ({ collecting, handling, agreement, caseNo, play }: PlayedCase): BundleInput => ({
  thread: play.thread,
  caseNo,
  packets: play.ordered.map(({ jws, bytes }) => ({ jws, body: bytes })),
  receipts: play.receipts,
  delegations: [...collecting.delegations, ...handling.delegations],
  revocations: [...collecting.revocations, ...handling.revocations],
  certificates: [collecting.certificate, handling.certificate],
  agreements: [{ text: agreement.text, signatures: agreement.signatures.map(({ signature }) => signature) }],
  calendars: new Map([collecting.code, handling.code].map(code => [code, CHINA_HOLIDAYS])),
  materials: [...play.materials.values()].map(({ sha256, size, bytes }) => ({
    sha256,
    size,
    open: () => new Blob([bytes]).stream(),
  })),
  exportedAt: (play.clock + 24 * 3600) * 1000,
  exportedBy: collecting.code,
})

/** The bundle as one array of bytes. */
export async function bundleBytes(input: BundleInput): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  await writeBundle(
    input,
    new WritableStream({
      write(chunk) {
        chunks.push(new Uint8Array(chunk))
      },
    }),
  )
  return new Blob(chunks).bytes()
}
