/** Where people and programs reach the node (边界): the HTTP API, and the pages for applicants. */
import { randomUUID } from 'node:crypto'
import { LIMITS } from '../../protocol/limits.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { createSite, SITE_LIMITS } from '../city/applicants/site-routes.ts'
import type { TrustPort } from '../city/partners/trust-part.ts'
import type { RecordsPort } from '../city/records/part.ts'
import type { CaseRights } from '../kernel/case-rights.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Lifecycle } from '../kernel/lifecycle.ts'
import type { EventFeed, LiveFeed } from '../kernel/records/event-feed.ts'
import { createWriteProbe } from '../kernel/store/probe.ts'
import type { DispatchPort } from '../spine/dispatch/part.ts'
import { VERSION } from '../version.ts'
import { createConsoleFiles } from './console/files.ts'
import { CONSOLE_PATHS } from './console/paths.ts'
import type { Authenticator } from './http/admission.ts'
import { createHttpApp, type HttpApp } from './http/app.ts'
import { type RouteModule, timeOrNull } from './http/route.ts'
import { startServer } from './http/server.ts'
import type { SignOn } from './http/single-sign-on.ts'
import type { ResumableUploads } from './http/tus.ts'

/** Largest upload and its framing, bytes. */
const MAX_BODY = LIMITS.materialBytes + 1024 * 1024

/** Serves from now on; where. Problem: `config.invalid` with the setting that another program keeps from being used. */
export function serve(
  { config, db, clock, telemetry, log, space }: Kernel,
  {
    seal,
    cityKey,
    dispatch,
    applicants,
    authenticator,
    caseRights,
    feed,
    live,
    uploads,
    singleSignOn,
    routes,
  }: Pick<TrustPort, 'seal' | 'cityKey'> &
    Pick<DispatchPort, 'dispatch'> &
    Pick<RecordsPort, 'applicants'> & {
      authenticator: Authenticator
      caseRights: CaseRights
      feed: EventFeed
      live: LiveFeed
      uploads: ResumableUploads
      singleSignOn: SignOn | null
      routes: readonly RouteModule[]
    },
  life: Lifecycle,
): { url: string; applicantsUrl: string | null } {
  const makeApp = () =>
    createHttpApp({
      routes,
      people: authenticator,
      caseRights,
      signOn: singleSignOn,
      seal,
      telemetry,
      clock,
      feed,
      live,
      console: { ...createConsoleFiles(), paths: CONSOLE_PATHS },
      uploads: { port: uploads, maxBytes: LIMITS.materialBytes },
      database: db,
      ids: randomUUID,
      version: VERSION,
      title: `${config.city.name} ${config.city.code}`,
      beside: () => {
        const { polling, slow } = dispatch.state()
        return {
          approvalSystem: {
            lastGoodPoll: timeOrNull(polling?.lastGood ?? null),
            failures: polling?.failures ?? 0,
            slowCalls: slow,
          },
          cityKey: cityKey(),
        }
      },
      ready: {
        store: createWriteProbe(db, clock.now),
        space: async () => {
          const problem = space.problem()
          if (problem !== null) throw new ProblemError(problem.code, problem.detail)
        },
      },
    })
  let made: HttpApp | null = null
  const app = (): HttpApp => (made ??= makeApp())
  const { host, port, trustedProxies: proxies } = config.http
  const server = startServer({
    app: { fetch: (request, address) => app().fetch(request, address), drain: () => app().drain() },
    host,
    port,
    setting: 'http.port',
    maxBytes: MAX_BODY,
    clock,
    proxies,
  })
  // Hundreds of routes with their schemas: they are made once the node is up, unless somebody asks before.
  setImmediate(app)
  life.add('server', () => server.stop())
  const { applicants: pages } = config
  if (pages.port === undefined) return { url: server.url, applicantsUrl: null }
  const site = startServer({
    app: createSite({
      title: config.city.name,
      applicants,
      now: clock.now,
      failed: error => log.error("applicant's page failed", {}, error),
    }),
    host: pages.host,
    port: pages.port,
    setting: 'applicants.port',
    clock,
    proxies,
    maxBytes: SITE_LIMITS.formBytes * 2,
  })
  life.add('site', () => site.stop())
  return { url: server.url, applicantsUrl: site.url }
}
