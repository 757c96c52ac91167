/** What the detail of a row says, in words where there are any: purposes, problems, rights and roles by their names. */
import { isProblemCode, PROBLEMS } from '../../../../../protocol/problem.ts'
import { PURPOSES, type Purpose } from '../../../../../protocol/rights/purposes.ts'
import { ROLE_NAMES, type Role } from '../../../../../protocol/rights/roles.ts'
import { type Action, RIGHTS } from '../../../../../protocol/rights/table.ts'
import type { AuditRow } from '../../../client/api.generated.ts'

type Pair = { zh: string; en: string }
const same = (text: string): Pair => ({ zh: text, en: text })
const held = <K extends string>(names: Readonly<Record<K, Pair>>, name: string): Pair | null =>
  Object.hasOwn(names, name) ? names[name as K] : null

function rolesText(text: string): Pair {
  const roles = text.split(/[ ,]+/).filter(part => part !== '')
  const names = roles.map(role => held(ROLE_NAMES as Readonly<Record<Role, Pair>>, role) ?? same(role))
  return { zh: names.map(({ zh }) => zh).join('、'), en: names.map(({ en }) => en).join(', ') }
}

/** How somebody signed in. */
const WAYS: Readonly<Record<string, Pair>> = {
  password: { zh: '密码', en: 'password' },
  'second-factor': { zh: '密码和动态验证码', en: 'password and second factor' },
  'single-sign-on': { zh: '统一身份认证', en: 'single sign-on' },
}
/** Why a session ended. */
const REASONS: Readonly<Record<string, Pair>> = {
  ended: { zh: '退出', en: 'ended' },
  replaced: { zh: '被新的会话取代', en: 'a newer one took its place' },
}

/** What a value is called; its code where nobody named it. */
export function valueText(name: string, value: string | number | boolean | null): Pair {
  const text = value === null ? '–' : String(value)
  if (name === 'purpose') return held(PURPOSES as Readonly<Record<Purpose, Pair>>, text) ?? same(text)
  if (name === 'problem' && isProblemCode(text)) return PROBLEMS[text]
  if (name === 'right') return held(RIGHTS as Readonly<Record<Action, Pair>>, text) ?? same(text)
  if (name === 'way') return held(WAYS, text) ?? same(text)
  if (name === 'reason') return held(REASONS, text) ?? same(text)
  return name === 'roles' ? rolesText(text) : same(text)
}

/** Each part of a detail with its value; what a problem tells in words is said in the language of the reader. */
export function partsOf({ detail, detailZh }: Pick<AuditRow, 'detail' | 'detailZh'>): { name: string; value: Pair }[] {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => ({
      name,
      value: name === 'detail' ? { zh: detailZh ?? String(value), en: String(value) } : valueText(name, value),
    }))
}
