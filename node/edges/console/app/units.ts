/** Departments and windows as the organisation of this city names them. */
import { useEvery } from './query.ts'
import { useSettings } from './session.ts'

/** Places of a department's code. */
const CREDIT_CODE = 18

export function useUnits() {
  const { city } = useSettings()
  const { data } = useEvery('listUnits', { params: { city: city.code } })
  const units = data?.items ?? []
  const departments = units.filter(({ code }) => code.length === CREDIT_CODE)
  const names = new Map(departments.map(({ code, name }) => [code, name] as const))
  return {
    windows: [...new Set(units.flatMap(unit => (unit.windows ?? []).map(({ name }) => name)))],
    departments: departments.map(({ code, name }) => ({ code, name })),
    /** One that the organisation does not name stands by its code. */
    departmentName: (code: string): string => names.get(code) ?? code,
  }
}
