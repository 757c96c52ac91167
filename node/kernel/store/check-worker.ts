/** The thread of one check of the store: see check.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import type { CheckOrder } from './check.ts'
import { openConnection } from './sqlite-connection.ts'

const { path } = workerData as CheckOrder
const connection = openConnection(path, ['busy_timeout = 5000'], 'read')
const [first] = connection.query<{ quick_check: string }>('PRAGMA quick_check(1)', [])
connection.close()
parentPort?.postMessage(first?.quick_check ?? 'no answer')
