/** Preloaded into a program under test: once its standard input ends, it writes the paths of the modules that are loaded, and ends. */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { cache } = createRequire(import.meta.url)
process.stdin.resume().once('end', () => {
  writeFileSync(process.env.LOADED_FILE ?? '', JSON.stringify(Object.keys(cache)))
  process.exit(0)
})
