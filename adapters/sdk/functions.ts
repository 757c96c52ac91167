/** The functions that mappings may call besides JSONata's own: dictionaries, times, lengths. */
import { encode, isCharset } from './charsets.ts'
import type { Code, Dictionary } from './dictionary.ts'
import { type Digest, decryptAes, digest, isDigest, keyedDigest } from './digests.ts'
import { type MappingFunctions, MappingRefusal } from './mapping.ts'
import { compactTime, readTime } from './time-forms.ts'

const PAD_LIMIT = 10_000

/**
 * `$theirs(dictionary, ourCode)` · `$ours(dictionary, theirCode)` · `$instant(time)` ISO 8601 with offset · `$day(time)`
 * YYYY-MM-DD · `$compactTime(time)` yyyyMMddHHmmss · `$atMost(text, characters)` and `$atMostBytes(text, bytes, charset)` the text,
 * refused when longer · `$digest(name, text)` and `$hmac(name, key, text)` lowercase hex · `$decryptAes(text, key)` · `$hexToBase64(hex)` · `$base64(text)` of its
 * UTF-8. An absent value and null stay absent.
 */
export function mappingFunctions(dictionaries: ReadonlyMap<string, Dictionary>): MappingFunctions {
  const named = (name: string): Dictionary => {
    const dictionary = dictionaries.get(name)
    if (dictionary === undefined) throw new MappingRefusal('there is no dictionary of this name')
    return dictionary
  }
  return {
    theirs: {
      signature: '<s(snl)?:(sn)>',
      call: (name: string, code?: Code | null) => {
        const dictionary = named(name)
        if (code === undefined || code === null) return undefined
        const found = dictionary.theirs(code)
        if (!found.ok) throw new MappingRefusal(found.problem.detail)
        return found.code
      },
    },
    ours: {
      signature: '<s(snl)?:s>',
      call: (name: string, code?: Code | null) => {
        const dictionary = named(name)
        if (code === undefined || code === null) return undefined
        const found = dictionary.ours(code)
        if (!found.ok) throw new MappingRefusal(found.problem.detail)
        return found.code ?? undefined
      },
    },
    instant: { signature: '<(snl)?:s>', call: (time?: string | number | null) => asTime(time, read => read.instant) },
    day: { signature: '<(snl)?:s>', call: (time?: string | number | null) => asTime(time, read => read.day) },
    compactTime: {
      signature: '<(snl)?:s>',
      call: (time?: string | number | null) => asTime(time, read => compactTime(read)),
    },
    atMost: {
      signature: '<s?n:s>',
      call: (text: string | undefined, characters: number) => {
        if (text !== undefined && [...text].length > characters) {
          throw new MappingRefusal(`longer than the ${characters} characters that the field holds`)
        }
        return text
      },
    },
    atMostBytes: {
      signature: '<s?ns?:s>',
      call: (text: string | undefined, bytes: number, charset = 'utf-8') => {
        if (!isCharset(charset)) throw new MappingRefusal('there is no charset of this name')
        if (text === undefined) return undefined
        const encoded = encode(text, charset)
        if (encoded === null) throw new MappingRefusal(`has a character that ${charset} lacks`)
        if (encoded.byteLength > bytes) throw new MappingRefusal(`longer than the ${bytes} bytes that the field holds`)
        return text
      },
    },
    digest: { signature: '<s(snb)?:s>', call: (name: string, text?: Code) => withDigest(name, text, digest) },
    hmac: {
      signature: '<s(snb)(snb)?:s>',
      call: (name: string, key: Code, text?: Code) =>
        withDigest(name, text, (found, of) => keyedDigest(found, String(key), of)),
    },
    base64: { signature: '<s?:s>', call: (text?: string) => (text === undefined ? undefined : btoaOf(text, 'utf8')) },
    decryptAes: {
      signature: '<s?s:s>',
      call: (text: string | undefined, key: string) => {
        if (text === undefined) return undefined
        const read = decryptAes(text, key)
        if (read === null) throw new MappingRefusal('not a text that this key encrypted')
        return read
      },
    },
    hexToBase64: {
      signature: '<s?:s>',
      call: (hex?: string) => {
        if (hex === undefined) return undefined
        if (!/^(?:[\da-f]{2})*$/i.test(hex)) throw new MappingRefusal('not bytes in hexadecimal')
        return btoaOf(hex, 'hex')
      },
    },
    // JSONata's own makes a text of any length in one call, which the time box cannot cut short.
    pad: {
      signature: '<s?ns?:s>',
      call: (text: string | undefined, width: number, filler = ' ') => {
        if (Math.abs(width) > PAD_LIMIT) throw new MappingRefusal(`$pad makes at most ${PAD_LIMIT} characters`)
        return width < 0 ? text?.padStart(-width, filler) : text?.padEnd(width, filler)
      },
    },
  }
}

function asTime(
  time: string | number | null | undefined,
  form: (read: { instant: string; day: string }) => string,
): string | undefined {
  if (time === undefined || time === null) return undefined
  const read = readTime(String(time))
  if (read === null) throw new MappingRefusal('not a time in a known form')
  return form(read)
}

const btoaOf = (text: string, from: 'utf8' | 'hex'): string => Buffer.from(text, from).toString('base64')

function withDigest(
  name: string,
  text: Code | undefined,
  make: (found: Digest, text: string) => string,
): string | undefined {
  if (!isDigest(name)) throw new MappingRefusal('there is no digest of this name: md5, sha1, sha256, sha512, sm3')
  return text === undefined ? undefined : make(name, String(text))
}
