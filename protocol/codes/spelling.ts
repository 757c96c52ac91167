/**
 * Spellings (异写): one person, number or code as it is written with other dots, widths, brackets, blanks or letters, made equal for
 * comparing and looking up. What is signed and shown stays as it was written. Pure.
 */

/**
 * Characters that GBK had no place for in Unicode 3.0 and put into its private area, U+E815 to U+E864, in their order there: old
 * systems still write them so (䶮 as U+E863). GB 18030-2022, table of changed code points.
 */
const GBK_PRIVATE = [
  '⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟',
  '䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻',
].join('')
const PRIVATE = new Map<string, string>([
  ...[...GBK_PRIVATE].map((character, index): [string, string] => [String.fromCodePoint(0xe815 + index), character]),
  ['\ue7c7', 'ḿ'],
  ['\ue7c8', 'ǹ'],
])

/** Nothing that is seen: format characters (Unicode general category Cf), variation selectors, fillers. */
const UNSEEN = /\p{Cf}|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]|\u034f|[\u115f\u1160\u3164\uffa0]/gu
/** Dots that Unicode holds for letters, and circles that stand for the letter 〇. */
const DOTS = /[\ua78f\u119e\u318d\u1427]/g
const CIRCLES = /[\u25cb\u25ef\u3147]/g

/** Text in its plain characters: no private ones, half width, nothing unseen, no blanks around it. */
export const plainText = (text: string): string =>
  text
    .replaceAll(/[\ue7c7\ue7c8\ue815-\ue864]/g, character => PRIVATE.get(character) ?? character)
    .replaceAll(UNSEEN, '')
    .normalize('NFKC')
    .replaceAll(UNSEEN, '')
    .trim()

/** Letters, marks and digits alone; what has none of them stays as it is. */
const lettersOf = (text: string): string => {
  const letters = text.replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '')
  return letters === '' ? text : letters
}

/** Folds what a fold gave until it stays as it is: a letter and a mark that it brought together may be one character. */
const settled =
  (fold: (text: string) => string) =>
  (text: string): string => {
    let before = text
    let folded = fold(text)
    for (let rounds = 0; folded !== before && rounds < 8; rounds++) [before, folded] = [folded, fold(folded)]
    return folded
  }

/** A name of a person or an organisation for looking it up: without dots, blanks and brackets, in small letters. */
export const foldName = settled(name =>
  lettersOf(plainText(plainText(name).replaceAll(CIRCLES, '〇').replaceAll(DOTS, '')).toLowerCase()),
)

/** A number of a document, a case or a parcel for looking it up: letters and digits, in capitals. */
export const foldNumber = settled(number => lettersOf(plainText(number).toUpperCase()))

/** Words and signs before an extension (分机), by which no case is found. */
const EXTENSION = /(转|分机|ext\.?|#|x|;).*$/i
/** The prefix of China, before a number without the zero of its area code. */
const COUNTRY = /^(?:\+86|0086)/
const MOBILE = /^1\d{10}$/

/** A phone number for looking it up: its digits as they are dialled in China, without the country's prefix and an extension; empty without digits. */
export function foldPhone(phone: string): string {
  const written = plainText(phone)
    .replaceAll(/[\s()\u2010-\u2015\-.·/]/g, '')
    .replace(EXTENSION, '')
  const digits = written.replace(COUNTRY, '').replaceAll(/\D/g, '')
  if (MOBILE.test(digits)) return digits
  if (digits.startsWith('86') && MOBILE.test(digits.slice(2))) return digits.slice(2)
  return COUNTRY.test(written) && digits !== '' && !digits.startsWith('0') ? `0${digits}` : digits
}

/** A code as it is meant: in plain characters, without the apostrophe that keeps a spreadsheet from taking it for a number. */
export const plainCode = (code: string): string => plainText(code).replace(/^['‘’`]+(?=[0-9A-Za-z])/, '')
