/** Options of an example, as they are typed. */
import { type ParseArgsConfig, parseArgs } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

/** The options; exits with 2 and `usage` where one is unknown or lacks its value, with 0 for `--help`. */
export function flagsOf<T extends Options>(options: T, usage: string) {
  const told = `Options 选项: ${usage}`
  if (process.argv.slice(2).includes('--help')) {
    console.log(told)
    process.exit(0)
  }
  try {
    return parseArgs({ options }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${told}`)
    process.exit(2)
  }
}
