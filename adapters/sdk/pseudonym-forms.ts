/**
 * Pseudonyms of single values (化名): each has the form of what it stands for, length, check digits, sex and script, and follows from
 * a key and the value, so that one value has one pseudonym as long as the key is the same. Nothing leads back without the key.
 */
import { createHmac } from 'node:crypto'
import { readCreditCode } from '../../protocol/codes/credit-code.ts'
import { readResidentId } from '../../protocol/codes/resident-id.ts'

/** No division begins so: nobody has an ID number of it. */
const NO_AREA = '99'
const HAN = /\p{Script=Han}/u
const SURNAMES = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜']
const LETTERS = [...'安平和乐清明春秋山水云松竹梅兰石玉林泉溪谷原野川岭桥舟星月光晨']
/** Characters that GBK lacks stay such: systems that cannot take them are to be found out. */
const RARE = [...'𠀀𠂇𠃊𠄌𠅤𠆢𠇇𠈌']
const SMALL = [...'abcdefghijklmnopqrstuvwxyz']
/** digits first, then letters */
const CHECKS = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ']

export function createShapes(key: Uint8Array) {
  /** Numbers that follow from a text, each below `most`: one digest is enough for sixteen of them. */
  function draws(seed: string): (at: number, most: number) => number {
    let block = -1
    let bytes = Buffer.alloc(0)
    return (at, most) => {
      const wanted = Math.floor(at / 16)
      if (wanted !== block) bytes = createHmac('sha256', key).update(`${wanted} ${seed}`).digest()
      block = wanted
      return bytes.readUInt16BE((at % 16) * 2) % most
    }
  }
  /** One of a list that is not what stands there. */
  const among = (at: number, list: readonly string[], not: string): string => {
    const found = list[at % list.length] ?? ''
    return found === not ? (list[(at + 1) % list.length] ?? '') : found
  }
  const digits = (seed: string, count: number): string => {
    const draw = draws(seed)
    return Array.from({ length: count }, (_, at) => String(draw(at, 10))).join('')
  }

  /** Any text: each character stays of its kind, and none stays what it is; signs and spaces stay. */
  function text(value: string, first: readonly string[] = LETTERS): string {
    const draw = draws(value)
    return [...value]
      .map((character, at) => {
        const drawn = draw(at, 0xffff)
        if (HAN.test(character))
          return among(drawn, (character.codePointAt(0) ?? 0) > 0xffff ? RARE : at === 0 ? first : LETTERS, character)
        if (/\d/.test(character)) return among(drawn, at === 0 ? CHECKS.slice(1, 10) : CHECKS.slice(0, 10), character)
        if (/[a-z]/.test(character)) return among(drawn, SMALL, character)
        if (/[A-Z]/.test(character)) return among(drawn, CHECKS.slice(10), character)
        return /\p{L}/u.test(character) ? 'x' : character
      })
      .join('')
  }

  function hex(value: string): string {
    const draw = draws(value)
    return [...value]
      .map((character, at) => (/[\da-f]/.test(character) ? draw(at, 16).toString(16) : character))
      .join('')
  }

  /** A day that is another one than `not`, YYYY-MM-DD. */
  function birth(seed: string, not: string): string {
    const day = (at: number) => new Date(Date.UTC(1950, 0, 1 + at)).toISOString().slice(0, 10)
    const drawn = draws(`birth ${seed}`)(0, 55 * 365)
    return day(drawn) === not ? day(drawn + 1) : day(drawn)
  }

  /** A number of a person; `birthDate` is told so that what stands for it elsewhere can agree. */
  function residentId(value: string): { number: string; birthDate: string } {
    const was = value.length === 15 ? `19${value.slice(6, 12)}` : value.slice(6, 14)
    const birthDate = birth(value, was.replace(/^(.{4})(..)(..)$/, '$1-$2-$3'))
    const odd = (place: string) => String(draws(`sex ${value}`)(0, 5) * 2 + (Number(place) % 2))
    const area = NO_AREA + digits(`area ${value}`, 4)
    if (value.length === 15)
      return {
        number: `${area}${birthDate.slice(2).replaceAll('-', '')}${digits(value, 2)}${odd(value.charAt(14))}`,
        birthDate,
      }
    const body = `${area}${birthDate.replaceAll('-', '')}${digits(value, 2)}${odd(value.charAt(16))}`
    const right =
      CHECKS.slice(0, 10)
        .concat('X')
        .find(check => readResidentId(body + check) !== null) ?? '0'
    const number = body + (value.endsWith('x') ? right.toLowerCase() : right)
    return { number, birthDate }
  }

  function creditCode(value: string): string {
    const head = `${value.slice(0, 2)}${NO_AREA}${digits(`area ${value}`, 4)}${digits(value, 8)}`
    for (const organisation of CHECKS)
      for (const check of CHECKS)
        if (readCreditCode(head + organisation + check) !== null) return head + organisation + check
    return text(value)
  }

  return {
    text,
    hex,
    residentId,
    creditCode,
    /** A date in the form of the one that is given. */
    date(value: string): string {
      const [y = '', m = '', d = ''] = value.split(/\D+/)
      const was = /^\d{8}$/.test(value)
        ? value.replace(/^(.{4})(..)(..)$/, '$1-$2-$3')
        : `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`
      const day = birth(value, was)
      if (/^\d{8}$/.test(value)) return day.replaceAll('-', '')
      const parts = day.split('-')
      return value.replaceAll(/\d+/g, run => (parts.shift() ?? '').padStart(run.length, '0').slice(-run.length))
    },
    name: (value: string): string => text(value, SURNAMES),
    phone: (value: string): string => {
      const start = /^(?:\+?86[ -]?)?1(?=[3-9])/.exec(value)?.[0] ?? /^0?/.exec(value)?.[0] ?? ''
      return start + text(value.slice(start.length))
    },
    /** The name of a file: its ending stays. */
    file(value: string): string {
      const ending = /\.[A-Za-z0-9]{1,5}$/.exec(value)?.[0] ?? ''
      return text(value.slice(0, value.length - ending.length)) + ending
    },
    mail: (value: string): string => `${text(value.split('@')[0] ?? '')}@example.com`,
  }
}
