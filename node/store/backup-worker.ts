/** The thread of one backup: see backup.ts. */
import { workerData } from 'node:worker_threads'
import type { BackupOrder } from './backup.ts'
import { openConnection } from './sqlite-connection.ts'

const { source, target } = workerData as BackupOrder
const connection = openConnection(source, ['busy_timeout = 5000'], 'read')
connection.run('VACUUM INTO ?', [target])
connection.close()
