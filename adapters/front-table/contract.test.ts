import { join } from 'node:path'
import { adapterContract } from '../sdk/contract.ts'
import { LONG_NUMBERS, SQLITE_TABLES, startSystem } from './test-system.ts'
import { startTrial } from './trial.ts'

adapterContract(
  'front-table, on SQLite',
  async () => {
    const trial = startTrial()
    trial.db.run('PRAGMA journal_mode = WAL')
    const subject = await startSystem({
      database: { dialect: 'sqlite', file: join(trial.folder, 'exchange.sqlite') },
      tables: SQLITE_TABLES,
      longNumbers: LONG_NUMBERS.sqlite,
    })
    const stop = async () => {
      await subject.stop()
      await trial.stop()
    }
    return { ...subject, stop }
  },
  { outside: true },
)
