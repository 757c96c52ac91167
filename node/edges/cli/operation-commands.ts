/** Declares `tongban person …`, `audit …`, `parked …`, `trace …`, `calendar …`. */
import type { Command } from 'commander'
import { declareAudit } from './audit.ts'
import { declareCalendar } from './calendar.ts'
import type { Declare } from './declare.ts'
import { declareParked, declarePersons, declareTrace } from './operation.ts'

export function declareOperation(program: Command, declare: Declare): void {
  declarePersons(program.command('person').description('accounts 账号'), declare)
  declareAudit(program, declare)
  declareParked(program, declare)
  declareTrace(program, declare)
  declareCalendar(program, declare)
}
