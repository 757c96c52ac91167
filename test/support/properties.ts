/** Properties (fast-check), drawn by the seed of the run; one that hangs says what it drew, before the test is ended without a word. */
import fc from 'fast-check'
import { SEED } from './chance.ts'

/** Both are below the time of a test, and are no measure either. ms */
const ONE = 300_000
const ALL = 540_000

fc.configureGlobal({ seed: SEED, timeout: ONE, interruptAfterTimeLimit: ALL, markInterruptAsFailure: true })

export { fc }
