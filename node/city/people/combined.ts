/** Reminders of people who are several of the three administrators (三员未分立), whether the settings allow it or they held it before. */
import {
  combinedAdministrators,
  ROLE_NAMES,
  type Role,
  SEPARATE_ADMINISTRATORS,
} from '../../../protocol/rights/roles.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import type { Reader } from '../../kernel/store/database.ts'
import { holdersOf } from './repository.ts'

/** `allowed`: the settings let one person be several. */
export async function combinedReminders(reader: Reader, allowed: boolean, now: number): Promise<Reminder[]> {
  const people = new Map<string, { id: string; name: string; roles: Role[] }>()
  for (const { id, name, roles, person } of await holdersOf(reader, SEPARATE_ADMINISTRATORS, now)) {
    const known = people.get(person)
    people.set(person, { id: known?.id ?? id, name: known?.name ?? name, roles: [...(known?.roles ?? []), ...roles] })
  }
  return [...people.values()].flatMap(({ id, name, roles }) => {
    const combined = combinedAdministrators(roles)
    return combined.length === 0 ? [] : [reminderOf(id, name, combined, allowed, now)]
  })
}

const reminderOf = (id: string, name: string, roles: readonly Role[], allowed: boolean, now: number): Reminder => ({
  id: `administrators:${id}:${roles.join('+')}`,
  kind: 'administrators',
  subject: id,
  dueAt: now,
  level: 'warn',
  act: 'you',
  en: `${name} is ${roles.map(role => ROLE_NAMES[role].en).join(' and ')} at once: nobody watches what they do`,
  zh: `${name}一人兼任${roles.map(role => ROLE_NAMES[role].zh).join('、')}，三员未分立`,
  cure: allowed
    ? 'Give the roles to different people (tongban person grant), and set rights.separateAdministrators back to true'
    : 'Give the roles to different people: tongban person grant',
})
