/** The HTTP API as commands call it: which node, as whom. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProblemError } from '../../protocol/problem.ts'
import * as typed from '../client/client.ts'

/** The typed client, and requests by address for callers that have not moved to it. */
export type Client = typed.Client & {
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
): Promise<typed.Target> {
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

export function createClient(target: typed.Target): Client {
  const client = typed.createClient(target)
  async function call(
    method: string,
    path: string,
    init: { body?: Bun.BodyInit; type?: string; key?: string } = {},
  ): Promise<Response> {
    return client.request({
      path,
      method,
      headers: {
        ...(init.type === undefined ? {} : { 'content-type': init.type }),
        ...(method === 'POST' && init.type === 'application/json'
          ? { 'idempotency-key': init.key ?? randomUUID() }
          : {}),
      },
      body: init.body,
    })
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
    ...client,
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
