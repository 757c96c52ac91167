/**
 * Resumable uploads of materials after tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation, also with its first piece, and termination
 * are `@tus/server`'s; checksum and expiration, which it lacks or counts by another clock, are added here. The admission, the problems and the headers
 * are those of every operation (docs/decisions/022).
 */
import type { DataStore, Server } from '@tus/server'
import type { Context } from 'hono'
import * as z from 'zod'
import { Commitment } from '../../../protocol/primitives.ts'
import { type ProblemCode, ProblemError } from '../../../protocol/problem.ts'
import { rolesFor } from '../../../protocol/rights/can.ts'
import type { Person } from '../../kernel/person.ts'
import { mediaTypeOf } from './body.ts'
import { BYTES } from './describe.ts'
import { callerOf, type Edge, type Env, type Registry } from './env.ts'
import { ProblemBody } from './problem.ts'
import { actorOf, Time } from './route.ts'

type State = {
  id: string
  offset: number
  size: number
  /** ms */
  expiresAt: number
  material: Commitment | null
}
type Checksum = { algorithm: 'sha1' | 'sha256'; hash: string }

/** What came of uploads, as the edge sees it; `spine/materials` implements it. */
export interface ResumableUploads {
  create(person: string, size: number, actor: string): Promise<State>
  state(person: string, id: string): State
  list(person: string): State[]
  /** Problems: `request.not-found`, `upload.writing`. */
  mayWrite(person: string, id: string): void
  /** False: the piece is not what its checksum says. */
  append(
    person: string,
    id: string,
    offset: number,
    pieces: AsyncIterable<Uint8Array>,
    by: { actor: string; checksum: Checksum | null },
  ): Promise<State | false>
  end(person: string, id: string): Promise<void>
}

const VERSION = '1.0.0'
const PATH = '/api/v1/uploads'
const OFFSET_TYPE = 'application/offset+octet-stream'
const ACTION = 'material.keep'
/** Status of a piece whose checksum does not fit. */
const MISMATCH = 460
const RESUMABLE = { 'tus-resumable': VERSION } as const

const UploadState = z
  .strictObject({
    id: z.string(),
    offset: z.number().int().describe('bytes that are here'),
    size: z.number().int(),
    expiresAt: Time.describe('when it is deleted unless somebody goes on'),
    material: Commitment.nullable().describe('what it became, once all of it was here'),
  })
  .meta({ id: 'ResumableUpload' })
const UploadStates = z.strictObject({ uploads: z.array(UploadState) }).meta({ id: 'ResumableUploads' })

const toBody = ({ expiresAt, ...state }: State) => ({ ...state, expiresAt: new Date(expiresAt).toISOString() })

function checksumIn(request: Request): Checksum | null {
  const given = request.headers.get('upload-checksum')
  if (given === null) return null
  const [, algorithm, hash] = /^(sha1|sha256) ([A-Za-z0-9+/]{27,43}=)$/.exec(given) ?? []
  if ((algorithm !== 'sha1' && algorithm !== 'sha256') || hash === undefined)
    throw new ProblemError('request.invalid', 'Upload-Checksum: sha1 or sha256 and its hash in base64 expected')
  return { algorithm, hash }
}

const headersOf = ({ offset, size, expiresAt, material }: State): Record<string, string> => ({
  ...RESUMABLE,
  'upload-offset': String(offset),
  'upload-length': String(size),
  'upload-expires': new Date(expiresAt).toUTCString(),
  ...(material === null ? {} : { 'material-sha256': material.sha256 }),
})

/** What the library refuses, in the vocabulary of the node; it says which header, never its value. */
const REFUSALS: Readonly<Record<number, ProblemCode>> = {
  404: 'request.not-found',
  409: 'request.conflict',
  413: 'request.oversize',
}
const refusalOf = (status: number, text: string): ProblemError =>
  new ProblemError(REFUSALS[status] ?? 'request.invalid', `tus: ${text.trim()}`)

/** Headers that the library is asked by: it judges some that are a proxy's, and not of the protocol. */
const ASKED = /^(tus-resumable|upload-.+|content-type|content-length)$/

/** A piece was not what its checksum says. */
class Mismatch extends Error {}

/** A name for the library, until the upload has its own. */
const UNNAMED = 'new'

export function addResumableUploads(edge: Edge, uploads: ResumableUploads, maxBytes: number): void {
  const { app, admission } = edge
  const abilities = {
    ...RESUMABLE,
    'tus-version': VERSION,
    'tus-extension': 'creation,creation-with-upload,termination,checksum,expiration',
    'tus-max-size': String(maxBytes),
    'tus-checksum-algorithm': 'sha1,sha256',
  }

  /** Who asks; null: of another version of the protocol nothing is carried out. */
  async function admitted(c: Context<Env>, id: string, path: string): Promise<Person | null> {
    c.set('route', path)
    const { method } = c.req.raw
    const person = await admission.person(callerOf(c), { id, action: ACTION, unsafe: !/^(GET|HEAD)$/.test(method) })
    c.set('personId', person.id)
    if (Object.keys(c.req.query()).length > 0) throw new ProblemError('request.invalid', 'query: no field is taken')
    return method === 'GET' || c.req.header('tus-resumable') === VERSION ? person : null
  }
  const otherVersion = () => new Response(null, { status: 412, headers: { ...RESUMABLE, 'tus-version': VERSION } })

  /** Lets the library answer over a store that knows who asks. */
  async function answer(c: Context<Env>, person: Person): Promise<Response> {
    // Only who uploads needs it.
    const tus = await import('@tus/server')
    const checksum = checksumIn(c.req.raw)
    const actor = actorOf(person)
    let state: State | null = null
    let failure: unknown = null
    const store: DataStore = Object.assign(new tus.DataStore(), {
      extensions: ['creation', 'creation-with-upload', 'termination'],
      async create(upload: Parameters<DataStore['create']>[0]) {
        state = await uploads.create(person.id, upload.size ?? 0, actor)
        upload.id = state.id
        return upload
      },
      async write(pieces: AsyncIterable<Uint8Array>, id: string, offset: number) {
        const found = await uploads.append(person.id, id, offset, pieces, { actor, checksum })
        if (found === false) throw new Mismatch()
        state = found
        return found.offset
      },
      async getUpload(id: string) {
        state = uploads.state(person.id, id)
        return new tus.Upload({ id, size: state.size, offset: state.offset })
      },
      remove: (id: string) => uploads.end(person.id, id),
    })
    const server: Server = new tus.Server({
      path: PATH,
      datastore: store,
      maxSize: maxBytes,
      relativeLocation: true,
      allowedOrigins: [],
      namingFunction: () => UNNAMED,
      // Who comes while a piece is received is told so, and waits for nothing.
      locker: {
        newLock: id => ({
          async lock() {
            if (id !== UNNAMED && c.req.method !== 'HEAD') uploads.mayWrite(person.id, id)
          },
          unlock: async () => {},
        }),
      },
      async onResponseError(_, error) {
        failure = error
        return undefined
      },
    })
    const { url, method, body } = c.req.raw
    const headers = [...c.req.raw.headers].filter(([name]) => ASKED.test(name))
    const given = await server.handleWeb(new Request(url, { method, headers, body }))
    if (failure instanceof Mismatch) return new Response(null, { status: MISMATCH, headers: RESUMABLE })
    if (failure instanceof ProblemError) throw failure
    if (failure instanceof Error && !('status_code' in failure)) throw failure
    if (given.status >= 400) throw refusalOf(given.status, await given.text())
    const location = given.headers.get('location')
    return new Response(null, {
      status: given.status,
      headers: {
        ...(state === null ? RESUMABLE : headersOf(state)),
        ...(location === null ? {} : { location }),
      },
    })
  }

  // Whatever is answered here, also a problem, is of the protocol.
  app.use(`${PATH}/*`, async (c, next) => {
    await next()
    c.res.headers.set('tus-resumable', VERSION)
  })

  app.on(['OPTIONS'], [PATH, `${PATH}/:id`], c => {
    c.set('route', PATH)
    return new Response(null, { status: 204, headers: abilities })
  })

  app.on(['POST'], [PATH], async c => {
    const person = await admitted(c, 'createUpload', PATH)
    return person === null ? otherVersion() : answer(c, person)
  })

  app.on(['GET'], [PATH], async c => {
    const person = await admitted(c, 'listUploads', PATH)
    if (person === null) return otherVersion()
    return c.json(UploadStates.parse({ uploads: uploads.list(person.id).map(toBody) }))
  })

  // What is asked with HEAD comes here too.
  app.on(['GET'], [`${PATH}/:id`], async c => {
    const person = await admitted(c, 'getUpload', `${PATH}/{id}`)
    if (person === null) return otherVersion()
    if (c.req.raw.method === 'HEAD') return answer(c, person)
    const state = uploads.state(person.id, c.req.param('id'))
    return c.json(UploadState.parse(toBody(state)), 200, headersOf(state))
  })

  app.on(['PATCH'], [`${PATH}/:id`], async c => {
    const person = await admitted(c, 'continueUpload', `${PATH}/{id}`)
    if (person === null) return otherVersion()
    if (mediaTypeOf(c.req.raw) !== OFFSET_TYPE)
      throw new ProblemError('request.media-type', `content-type: ${OFFSET_TYPE} expected`)
    return answer(c, person)
  })

  app.on(['DELETE'], [`${PATH}/:id`], async c => {
    const person = await admitted(c, 'endUpload', `${PATH}/{id}`)
    return person === null ? otherVersion() : answer(c, person)
  })

  edge.descriptions.push(describe)
}

function describe(registry: Registry): void {
  const problem = { description: 'Problem', content: { 'application/problem+json': { schema: ProblemBody } } }
  const common = { tags: ['Resumable uploads'], 'x-action': ACTION, 'x-roles': rolesFor(ACTION) }
  const params = z.strictObject({ id: z.string() })
  const safe = [{ bearer: [] }, { session: [] }]
  const unsafe = [{ bearer: [] }, { session: [], csrf: [] }]
  registry.registerPath({
    ...common,
    method: 'post',
    path: PATH,
    operationId: 'createUpload',
    summary: 'Begin an upload that can go on after a break (断点续传), by the tus protocol 1.0',
    description:
      'Headers `Tus-Resumable: 1.0.0` and `Upload-Length`; the address to go on at is in `Location`. Any client of tus can be used; what an upload became is in `Material-SHA256` of its last answer. It goes on for a day, also after a restart of the node.',
    security: unsafe,
    // A second one of the same file is an upload of its own, which ends by itself.
    'x-looks-up': true,
    responses: { 201: { description: 'Begun' }, default: problem },
  })
  registry.registerPath({
    ...common,
    method: 'get',
    path: PATH,
    operationId: 'listUploads',
    summary: 'Own uploads of the last day, the one gone on with last first: how far each is, and what it became',
    description: 'One that is not needed any more is ended with `DELETE`.',
    security: safe,
    responses: {
      200: { description: 'How far they are', content: { 'application/json': { schema: UploadStates } } },
      default: problem,
    },
  })
  registry.registerPath({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    operationId: 'getUpload',
    summary: 'How far an upload is, and what it became; `HEAD` has the same in its headers',
    security: safe,
    request: { params },
    responses: {
      200: { description: 'How far it is', content: { 'application/json': { schema: UploadState } } },
      default: problem,
    },
  })
  registry.registerPath({
    ...common,
    method: 'patch',
    path: `${PATH}/{id}`,
    operationId: 'continueUpload',
    summary: 'Go on with an upload at `Upload-Offset`',
    description: 'With `Upload-Checksum` (sha1 or sha256) a piece that came otherwise is left out: status 460.',
    security: unsafe,
    request: { params, body: { required: true, content: { [OFFSET_TYPE]: { schema: BYTES } } } },
    responses: { 204: { description: 'Taken' }, default: problem },
  })
  registry.registerPath({
    ...common,
    method: 'delete',
    path: `${PATH}/{id}`,
    operationId: 'endUpload',
    summary: 'Give an upload up; what became a material stays one',
    security: unsafe,
    request: { params },
    responses: { 204: { description: 'Given up' }, default: problem },
  })
}
