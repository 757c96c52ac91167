/** Usual sets of roles, and which of them one person is not given together. */
import type { Role } from '../../../../../protocol/rights/roles.ts'

export const PRESETS = {
  window: ['window-clerk'],
  windowLead: ['window-clerk', 'window-lead'],
  examiner: ['examiner'],
  leader: ['leader'],
  business: ['business-administrator'],
  system: ['system-administrator'],
  security: ['security-administrator'],
  audit: ['audit-administrator'],
  program: ['integrator'],
} as const satisfies Record<string, readonly Role[]>
export type Preset = keyof typeof PRESETS
export const PRESET_NAMES = Object.keys(PRESETS) as Preset[]

const APART: readonly Role[] = ['system-administrator', 'security-administrator', 'audit-administrator']

/** Of the three administrators who watch each other (三员), those that would be one person. */
export const joined = (roles: readonly Role[]): Role[] => {
  const found = APART.filter(role => roles.includes(role))
  return found.length > 1 ? found : []
}

/** People whose name, staff number, window or role holds `text`; those who left only where they are wanted. */
export function peopleWith<
  P extends { name: string; staffNumber: string | null; windows: string[] | null; revokedAt: string | null },
>(people: readonly P[], text: string, ended: boolean): P[] {
  const wanted = text.trim().toLowerCase()
  return people.filter(
    ({ name, staffNumber, windows, revokedAt }) =>
      (ended || revokedAt === null) &&
      [name, staffNumber ?? '', ...(windows ?? [])].some(part => part.toLowerCase().includes(wanted)),
  )
}
