/** People and records (人员与审计): who may use the node, how they sign in, what was done, and what others are told of it. */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { base64url } from 'jose'
import { readSecrets } from '../../kernel/config/secrets.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createPasswords } from '../../kernel/keys/passwords.ts'
import { createSeal } from '../../kernel/keys/seal.ts'
import type { Part } from '../../part.ts'
import { createAccess } from './access.ts'
import { withAccessEvents } from './access-events.ts'
import { auditRoutes } from './audit-routes.ts'
import { createAuditSearch } from './audit-search.ts'
import { combinedReminders } from './combined.ts'
import { credentialRoutes } from './credential-routes.ts'
import { createGrants } from './grants.ts'
import { peopleRoutes } from './routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { createSingleSignOn } from './single-sign-on.ts'
import { tokenRoutes } from './token-routes.ts'

/** File of the data folder with the code of the set-up, for its owner alone. */
const SET_UP_FILE = 'setup-code'

export type PeoplePort = Awaited<ReturnType<typeof createPeoplePart>>['port']

export async function createPeoplePart({ config, db, clock, audit, events, keyStore, telemetry, log }: Kernel) {
  const dataKey = base64url.decode(keyStore.keys().dataKey)
  const seal = createSeal(dataKey)
  const noticed = withAccessEvents(audit, events)
  const grants = createGrants({
    db,
    audit: noticed,
    now: clock.now,
    seal,
    dataKey,
    separateAdministrators: config.rights.separateAdministrators,
  })
  const { singleSignOn: settings, ...rules } = config.signIn
  const { clientSecret } =
    settings === undefined
      ? {}
      : await readSecrets({ clientSecret: settings.clientSecret }, process.env, config.folder, 'signIn.singleSignOn.')
  const access = createAccess({
    database: db,
    audit: noticed,
    rules,
    now: clock.now,
    ids: randomUUID,
    random: randomBytes,
    passwords: createPasswords(),
    seal,
    city: config.city.name,
    setUpFile: join(config.data, SET_UP_FILE),
    observe: outcome => telemetry.events.signIn({ outcome }),
    failed: error => log.error('a failed sign-in was not written', {}, error),
  })
  const { people, sessions, signIn, credentials, tokens, setUp, authenticator } = access
  const singleSignOn =
    settings === undefined || clientSecret === undefined
      ? null
      : createSingleSignOn({ settings, secret: clientSecret, signIn, seal, now: clock.now, random: randomBytes })
  let setUpFile: string | null = null
  return {
    port: {
      people,
      grants,
      authenticator,
      /** null without one */
      singleSignOn,
      /** where the code of the set-up waits, or null */
      setUpFile: () => setUpFile,
    },
    routes: [
      peopleRoutes(people, grants, credentials),
      sessionRoutes(signIn, sessions, credentials, setUp, rules, singleSignOn !== null, {
        name: config.city.name,
        colour: config.console.colour,
      }),
      credentialRoutes(credentials, sessions),
      tokenRoutes(tokens),
      auditRoutes(audit, createAuditSearch({ db, audit })),
    ],
    reminders: [(now: number) => combinedReminders(db, !config.rights.separateAdministrators, now)],
    jobs: { events: () => events.purge(), sessions: () => access.purge() },
    async start() {
      setUpFile = await setUp.start()
    },
    stop: () => access.settle(),
  } satisfies Part<object>
}
