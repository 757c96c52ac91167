/**
 * Data as XML: an object is an element with an element for each field, a list repeats its element, `@name` is an attribute and `#text` the
 * text beside it. What is read is text; an element that is there once is no list.
 */
import type { JsonValue } from '../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import { jsonOfXml, readXml } from '../sdk/index.ts'

/** XML 1.0 §2.3, without colons at the beginning. */
const NAME = /^[\p{L}_][\p{L}\p{N}_.:-]{0,199}$/u
/** What XML 1.0 holds (§2.2). */
const HELD = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
}

/** A whole document. Problem: `adapter.mapping`. */
export function writeXml(
  place: string,
  root: string,
  value: JsonValue,
  charset: string,
): { ok: true; text: string } | Refused {
  const escaped = (at: string, text: string): string => {
    if (!HELD.test(text)) throw new ProblemError('adapter.mapping', `${at}: has a character that XML cannot hold`)
    return text.replaceAll(/[&<>"\r]/g, character => ESCAPES[character] ?? '')
  }
  const element = (at: string, name: string, content: JsonValue): string => {
    if (!NAME.test(name)) throw new ProblemError('adapter.mapping', `${at}: not a name of XML`)
    if (Array.isArray(content)) return content.map(entry => element(at, name, entry)).join('')
    if (typeof content !== 'object' || content === null)
      return `<${name}>${content === null ? '' : escaped(at, String(content))}</${name}>`
    let attributes = ''
    let inside = ''
    for (const [field, entry] of Object.entries(content)) {
      const place = `${at}.${field}`
      if (field === '#text') inside += escaped(place, textOf(place, entry))
      else if (!field.startsWith('@')) inside += element(place, field, entry)
      else if (!NAME.test(field.slice(1))) throw new ProblemError('adapter.mapping', `${place}: not a name of XML`)
      else attributes += ` ${field.slice(1)}="${escaped(place, textOf(place, entry))}"`
    }
    return `<${name}${attributes}>${inside}</${name}>`
  }
  try {
    return {
      ok: true,
      text: `<?xml version="1.0" encoding="${charset.toUpperCase()}"?>\n${element(place, root, value)}\n`,
    }
  } catch (error) {
    if (error instanceof ProblemError) return refuse('adapter.mapping', error.problem.detail ?? '')
    throw error
  }
}

function textOf(place: string, value: JsonValue): string {
  if (typeof value === 'object' && value !== null)
    throw new ProblemError('adapter.mapping', `${place}: must be a text, a number, true or false`)
  return value === null ? '' : String(value)
}

/** The content of the document's element. Problem: `adapter.mapping`, without what stands there. */
export function readDocument(place: string, text: string): { ok: true; value: JsonValue } | Refused {
  const read = readXml(text)
  return read.ok
    ? { ok: true, value: jsonOfXml(read.root) }
    : refuse('adapter.mapping', `${place}: no XML: ${read.fault}`)
}
