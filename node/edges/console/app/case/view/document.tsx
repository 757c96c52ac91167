/** One document as it looks: an image, the pages of a PDF, or the text of what no browser shows. */
import { useNode } from '../../query.ts'
import { Shown } from '../../ui/page.tsx'
import { useWords } from '../../words.ts'
import { materialAddress } from '../address.ts'
import type { Material } from '../tabs/materials.tsx'
import { heldBytes } from './ahead.ts'
import { PdfView } from './pdf.tsx'
import { VIEW } from './words.ts'

function TextOf({ thread, sha256 }: { thread: string; sha256: string }) {
  const words = useWords(VIEW)
  const read = useNode('readCaseMaterialText', { params: { thread, sha256 } })
  return (
    <section className="card">
      <p>
        {words.textOnly}{' '}
        <a href={materialAddress(thread, sha256)} download>
          {words.download}
        </a>
      </p>
      <Shown read={read}>
        {({ pages }) =>
          pages === null || pages.every(page => page === '') ? (
            <p className="muted">{words.noText}</p>
          ) : (
            pages.map((page, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: pages have no other name
              <div key={index}>
                <h3>{words.pageOf(index + 1)}</h3>
                <pre className="page-text">{page}</pre>
              </div>
            ))
          )
        }
      </Shown>
    </section>
  )
}

export function MaterialView({ thread, material, width }: { thread: string; material: Material; width: number }) {
  const words = useWords(VIEW)
  const { sha256, type, held, shown, unreadable, title, name } = material
  if (!held) return <p>{words.notHeld}</p>
  if (!shown || unreadable) return <TextOf thread={thread} sha256={sha256} />
  const address = materialAddress(thread, sha256)
  return <FileView type={type} address={address} bytes={heldBytes(sha256)} width={width} name={title ?? name ?? ''} />
}

type File = { type: string; address: string; bytes: ArrayBuffer | null; width: number; name: string }

export function FileView({ type, address, bytes, width, name }: File) {
  if (type.startsWith('image/')) return <img src={address} alt={name} style={{ width }} />
  return <PdfView key={address} address={address} bytes={bytes} width={width} />
}
