/** Who can cure what is wrong with an item, in words. */
import { useWords } from '../words.ts'
import { SERVICES } from './words.ts'

export function useCures() {
  const { cureAdministrator, cureDepartment, cureUnits, cureFile } = useWords(SERVICES)
  return { administrator: cureAdministrator, department: cureDepartment, units: cureUnits, file: cureFile }
}
