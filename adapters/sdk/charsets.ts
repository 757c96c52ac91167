/** Charsets that approval systems are written to in, and what a text becomes in them. The runtime reads them and cannot write them. */
import iconv from 'iconv-lite'

export const CHARSETS = ['utf-8', 'gb18030', 'gbk'] as const
export type Charset = (typeof CHARSETS)[number]

export const isCharset = (name: string): name is Charset => CHARSETS.some(known => known === name)

/** The bytes of a text; null when it has a character that the charset lacks (GB 18030 has all, GBK lacks rare names). */
export function encode(text: string, charset: Charset): Uint8Array<ArrayBuffer> | null {
  if (charset === 'utf-8') return new TextEncoder().encode(text)
  const bytes = new Uint8Array(iconv.encode(text, charset))
  return charset === 'gb18030' || iconv.decode(Buffer.from(bytes), charset) === text ? bytes : null
}
