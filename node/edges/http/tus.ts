/**
 * Resumable uploads of materials after tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation, termination, checksum, expiration.
 * The admission, the problems and the headers are those of every operation.
 */
import type { Context } from 'hono'
import * as z from 'zod'
import { Commitment } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { rolesFor } from '../../../protocol/rights/can.ts'
import type { Person } from '../../kernel/person.ts'
import { bounded, mediaTypeOf } from './body.ts'
import { BYTES } from './describe.ts'
import { callerOf, type Edge, type Env } from './env.ts'
import { ProblemBody } from './problem.ts'
import { actorOf, Time } from './route.ts'

type State = {
  offset: number
  size: number
  /** ms */
  expiresAt: number
  material: Commitment | null
}
type Checksum = { algorithm: 'sha1' | 'sha256'; hash: string }

/** What came of uploads, as the edge sees it; `spine/materials` implements it. */
export interface ResumableUploads {
  create(person: string, size: number, actor: string): Promise<{ id: string } & State>
  state(person: string, id: string): State
  /** False: the piece is not what its checksum says. */
  append(
    person: string,
    id: string,
    offset: number,
    stream: ReadableStream<Uint8Array>,
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

const UploadState = z
  .strictObject({
    id: z.string(),
    offset: z.number().int().describe('bytes that are here'),
    size: z.number().int(),
    expiresAt: Time.describe('when it is deleted unless somebody goes on'),
    material: Commitment.nullable().describe('what it became, once all of it was here'),
  })
  .meta({ id: 'ResumableUpload' })

const numberIn = (c: Context<Env>, name: string): number => {
  const given = c.req.header(name) ?? ''
  if (!/^\d{1,15}$/.test(given)) throw new ProblemError('request.invalid', `${name}: a number expected`)
  return Number(given)
}

function checksumIn(c: Context<Env>): Checksum | null {
  const given = c.req.header('upload-checksum')
  if (given === undefined) return null
  const [, algorithm, hash] = /^(sha1|sha256) ([A-Za-z0-9+/]{27,43}=)$/.exec(given) ?? []
  if ((algorithm !== 'sha1' && algorithm !== 'sha256') || hash === undefined)
    throw new ProblemError('request.invalid', 'Upload-Checksum: sha1 or sha256 and its hash in base64 expected')
  return { algorithm, hash }
}

const headersOf = ({ offset, size, expiresAt, material }: State): Record<string, string> => ({
  'tus-resumable': VERSION,
  'upload-offset': String(offset),
  'upload-length': String(size),
  'upload-expires': new Date(expiresAt).toUTCString(),
  ...(material === null ? {} : { 'material-sha256': material.sha256 }),
})

export function addResumableUploads(edge: Edge, uploads: ResumableUploads, maxBytes: number): void {
  const { app, admission } = edge
  const abilities = {
    'tus-resumable': VERSION,
    'tus-version': VERSION,
    'tus-extension': 'creation,termination,checksum,expiration',
    'tus-max-size': String(maxBytes),
    'tus-checksum-algorithm': 'sha1,sha256',
  }

  /** Who asks; of another version of the protocol nothing is carried out. */
  async function admitted(c: Context<Env>, id: string, path: string): Promise<Person | Response> {
    c.set('route', path)
    const { method } = c.req.raw
    const person = await admission.person(callerOf(c), { id, action: ACTION, unsafe: !/^(GET|HEAD)$/.test(method) })
    c.set('personId', person.id)
    if (Object.keys(c.req.query()).length > 0) throw new ProblemError('request.invalid', 'query: no field is taken')
    if (method !== 'GET' && c.req.header('tus-resumable') !== VERSION)
      return new Response(null, { status: 412, headers: { 'tus-version': VERSION } })
    return person
  }

  app.on(['OPTIONS'], [PATH, `${PATH}/:id`], c => {
    c.set('route', PATH)
    return new Response(null, { status: 204, headers: abilities })
  })

  app.on(['POST'], [PATH], async c => {
    const person = await admitted(c, 'createUpload', PATH)
    if (person instanceof Response) return person
    const { id, ...state } = await uploads.create(person.id, numberIn(c, 'Upload-Length'), actorOf(person))
    return new Response(null, { status: 201, headers: { ...headersOf(state), location: `${PATH}/${id}` } })
  })

  // What is asked with HEAD comes here too.
  app.on(['GET'], [`${PATH}/:id`], async c => {
    const person = await admitted(c, 'getUpload', `${PATH}/{id}`)
    if (person instanceof Response) return person
    const id = c.req.param('id')
    const { expiresAt, ...state } = uploads.state(person.id, id)
    const body = UploadState.parse({ id, ...state, expiresAt: new Date(expiresAt).toISOString() })
    return c.json(body, 200, { ...headersOf({ expiresAt, ...state }), 'cache-control': 'no-store' })
  })

  app.on(['PATCH'], [`${PATH}/:id`], async c => {
    const person = await admitted(c, 'continueUpload', `${PATH}/{id}`)
    if (person instanceof Response) return person
    const request = c.req.raw
    if (mediaTypeOf(request) !== OFFSET_TYPE)
      throw new ProblemError('request.media-type', `content-type: ${OFFSET_TYPE} expected`)
    const id = c.req.param('id')
    const { size } = uploads.state(person.id, id)
    const offset = numberIn(c, 'Upload-Offset')
    const checksum = checksumIn(c)
    const body = request.body ?? new Blob([]).stream()
    const stream = bounded(request, body, Math.max(0, size - offset))
    const state = await uploads.append(person.id, id, offset, stream, { actor: actorOf(person), checksum })
    if (state === false) return new Response(null, { status: MISMATCH, headers: { 'tus-resumable': VERSION } })
    return new Response(null, { status: 204, headers: headersOf(state) })
  })

  app.on(['DELETE'], [`${PATH}/:id`], async c => {
    const person = await admitted(c, 'endUpload', `${PATH}/{id}`)
    if (person instanceof Response) return person
    await uploads.end(person.id, c.req.param('id'))
    return new Response(null, { status: 204, headers: { 'tus-resumable': VERSION } })
  })

  describe(edge)
}

function describe({ app }: Edge): void {
  const registry = app.openAPIRegistry
  const problem = { description: 'Problem', content: { 'application/problem+json': { schema: ProblemBody } } }
  const common = { tags: ['Resumable uploads'], 'x-action': ACTION, 'x-roles': rolesFor(ACTION) }
  const params = z.strictObject({ id: z.string() })
  const unsafe = [{ bearer: [] }, { session: [], csrf: [] }]
  registry.registerPath({
    ...common,
    method: 'post',
    path: PATH,
    operationId: 'createUpload',
    summary: 'Begin an upload that can go on after a break (断点续传), by the tus protocol 1.0',
    description:
      'Headers `Tus-Resumable: 1.0.0` and `Upload-Length`; the address to go on at is in `Location`. Any client of tus can be used; what an upload became is in `Material-SHA256` of its last answer.',
    security: unsafe,
    // A second one of the same file is an upload of its own, which ends by itself.
    'x-looks-up': true,
    responses: { 201: { description: 'Begun' }, default: problem },
  })
  registry.registerPath({
    ...common,
    method: 'get',
    path: `${PATH}/{id}`,
    operationId: 'getUpload',
    summary: 'How far an upload is, and what it became; `HEAD` has the same in its headers',
    security: [{ bearer: [] }, { session: [] }],
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
