/** The HTTP API as commands and examples call it: all that they do goes through the public API. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FieldProblem, isProblemCode, ProblemError } from '../../protocol/problem.ts'

export type Target = { url: string; token: string }

export interface Client {
  readonly url: string
  get<T>(path: string): Promise<T>
  /** `null` sends no body; a request with the same `key` is carried out once */
  post<T>(path: string, body?: unknown, key?: string): Promise<T>
  put<T>(path: string, body: unknown): Promise<T>
  patch<T>(path: string, body: unknown): Promise<T>
  delete<T>(path: string): Promise<T>
  upload<T>(path: string, bytes: Bun.BodyInit, type: string): Promise<T>
  download(path: string): Promise<ReadableStream<Uint8Array>>
}

/** File in the data folder that holds the token of the local administrator. */
export const TOKEN_FILE = 'administrator.token'

/** Flags over environment over the local node's config. Problem: `request.unauthenticated` when there is no token. */
export async function findTarget(
  flags: { url?: string | undefined; token?: string | undefined },
  env: Record<string, string | undefined>,
  local: () => Promise<{ url: string; data: string }>,
): Promise<Target> {
  const url = flags.url ?? env.TONGBAN_URL
  const token = flags.token ?? env.TONGBAN_TOKEN
  if (url !== undefined && token !== undefined) return { url, token }
  const node = await local()
  const read = async () => {
    try {
      return (await readFile(join(node.data, TOKEN_FILE), 'utf8')).trim()
    } catch {
      throw new ProblemError('request.unauthenticated', 'give --token or TONGBAN_TOKEN')
    }
  }
  return { url: url ?? node.url, token: token ?? (await read()) }
}

export function createClient(target: Target): Client {
  async function call(
    method: string,
    path: string,
    init: { body?: Bun.BodyInit; type?: string; key?: string } = {},
  ): Promise<Response> {
    let response: Response
    try {
      response = await fetch(new URL(path, target.url), {
        method,
        headers: {
          authorization: `Bearer ${target.token}`,
          'accept-language': 'zh',
          ...(init.type === undefined ? {} : { 'content-type': init.type }),
          ...(method === 'POST' && init.type === 'application/json'
            ? { 'idempotency-key': init.key ?? randomUUID() }
            : {}),
        },
        ...(init.body === undefined ? {} : { body: init.body }),
      })
    } catch (cause) {
      throw new ProblemError('node.unreachable', target.url, { cause })
    }
    if (response.ok) return response
    const problem = (await response.json().catch(() => ({}))) as {
      code?: string
      detail?: string
      errors?: FieldProblem[]
    }
    throw new ProblemError(
      problem.code !== undefined && isProblemCode(problem.code) ? problem.code : 'internal',
      problem.detail ?? (problem.code === undefined ? `HTTP ${response.status}` : undefined),
      { errors: problem.errors ?? [] },
    )
  }
  const json = async <T>(method: string, path: string, body?: unknown, key: string = randomUUID()): Promise<T> =>
    (await (
      await call(
        method,
        path,
        body === undefined || body === null ? {} : { body: JSON.stringify(body), type: 'application/json', key },
      )
    ).json()) as T
  return {
    url: target.url,
    get: path => json('GET', path),
    post: (path, body = {}, key) => json('POST', path, body, key),
    put: (path, body) => json('PUT', path, body),
    patch: (path, body) => json('PATCH', path, body),
    delete: path => json('DELETE', path),
    upload: async <T>(path: string, body: Bun.BodyInit, type: string) =>
      (await (await call('POST', path, { body, type })).json()) as T,
    download: async path => {
      const { body } = await call('GET', path)
      if (body === null) throw new ProblemError('internal', 'empty answer')
      return body
    },
  }
}
