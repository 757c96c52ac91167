/** `tongban passphrase`, `recover`: what keeps a node that is stopped, on its own machine, past the API. */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createPeople } from '../../city/people/people.ts'
import { openKeyStore } from '../../kernel/keys/keystore.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import { lockFolder } from '../../kernel/store/lock.ts'
import { migrate } from '../../kernel/store/migrate.ts'
import { PAST } from '../../kernel/store/migrations/former.ts'
import { MIGRATIONS } from '../../kernel/store/migrations/index.ts'
import { openSqlite } from '../../kernel/store/sqlite.ts'
import { writeWhole } from '../../kernel/store/whole-file.ts'
import type { CommandContext } from './context.ts'
import { TOKEN_FILE } from './target.ts'

const STORE = 'tongban.db'

/** Changes the passphrase of the key store of a node that is stopped. */
export async function passphrase(context: CommandContext): Promise<void> {
  const config = await context.config()
  const current = await context.passphrase()
  const unlock = lockFolder(config.data)
  try {
    const keyStore = await openKeyStore(join(config.data, 'keys'), current)
    await keyStore.changePassphrase(current, await context.newPassphrase('TONGBAN_NEW_PASSPHRASE'))
  } finally {
    unlock()
  }
  context.out.result({ changed: true }, () =>
    [
      'Changed 已修改. Older backups open with the old one only. 旧备份仍须用旧口令打开。',
      'Where the next start takes the old one from (TONGBAN_PASSPHRASE_FILE, a service file, a container) it fails: write the new one there first.',
      '下次启动所用的口令文件（TONGBAN_PASSPHRASE_FILE 等）仍是旧口令，请先改为新口令，否则节点无法启动。',
    ].join('\n'),
  )
}

/** Makes a new administrator of a node that is stopped, when every token is lost; whoever has the passphrase may. */
export async function recover(context: CommandContext): Promise<void> {
  const config = await context.config()
  const given = await context.passphrase()
  const unlock = lockFolder(config.data)
  const file = join(config.data, TOKEN_FILE)
  try {
    await openKeyStore(join(config.data, 'keys'), given)
    const db = openSqlite(join(config.data, STORE))
    try {
      await migrate(db, MIGRATIONS, Date.now, PAST)
      const audit = createAudit({ database: db, now: Date.now })
      const people = createPeople({ database: db, audit, now: Date.now, ids: randomUUID, random: randomBytes })
      const { account, token } = await people.create('cli', {
        name: 'administrator (recovered)',
        roles: ['administrator'],
        expiresAt: null,
      })
      await writeWhole(file, `${token}\n`)
      context.out.result(
        { id: account.id, token: file },
        () =>
          `A new administrator; token in 新管理员令牌文件: ${file}\n` +
          'Revoke the accounts whose tokens were lost. 请吊销令牌已遗失的账号。',
      )
    } finally {
      await db.close()
    }
  } finally {
    unlock()
  }
}
