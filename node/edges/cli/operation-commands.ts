/** Declares `tongban person …`, `audit …`, `parked …`, `trace …`, `calendar …`, `settings`, `backups …`. */
import type { Command } from 'commander'
import { declareAudit } from './audit.ts'
import { declareCalendar } from './calendar.ts'
import { declareColleagues } from './colleagues.ts'
import type { Declare } from './declare.ts'
import { declareParked, declarePersons, declareTrace } from './operation.ts'
import { declareSettings } from './settings.ts'
import { declareSignIn } from './sign-in.ts'

export function declareOperation(program: Command, declare: Declare): void {
  const person = program.command('person').description('accounts 账号')
  declarePersons(person, declare)
  declareSignIn(person, declare)
  declareColleagues(person, declare)
  declareAudit(program, declare)
  declareParked(program, declare)
  declareTrace(program, declare)
  declareCalendar(program, declare)
  declareSettings(program, declare)
}
