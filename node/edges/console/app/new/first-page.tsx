/** The first page of a PDF, as large as a stamp. */
import { PdfPage, usePdf } from '../case/view/pdf.tsx'

/** Pixels. */
const WIDTH = 44

export function FirstPage({ file, kind }: { file: Blob; kind: string }) {
  const { pdf } = usePdf(file)
  return pdf === null ? kind : <PdfPage pdf={pdf} no={1} width={WIDTH} />
}
