/** The API by address, for tests of the edge itself and of other versions of the node; the rest uses the client's own methods. */
import { randomUUID } from 'node:crypto'
import * as typed from '../../node/edges/client/client.ts'

export type Client = typed.Client & {
  get<T>(path: string): Promise<T>
  /** `null` sends no body; a request with the same `key` is carried out once */
  post<T>(path: string, body?: unknown, key?: string): Promise<T>
  put<T>(path: string, body: unknown): Promise<T>
  patch<T>(path: string, body: unknown): Promise<T>
  delete<T>(path: string): Promise<T>
  upload<T>(path: string, bytes: NonNullable<RequestInit['body']>, type: string): Promise<T>
  download(path: string): Promise<ReadableStream<Uint8Array>>
}

export function createClient(target: typed.Target): Client {
  const client = typed.createClient(target)
  const json = async <T>(method: string, path: string, body?: unknown, key?: string): Promise<T> => {
    const headers = {
      ...(body === undefined || body === null ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    }
    const sent = body === undefined || body === null ? undefined : JSON.stringify(body)
    return (await client.request({ path, method, headers, body: sent })).json() as Promise<T>
  }
  return {
    ...client,
    get: path => json('GET', path),
    post: (path, body = {}, key = randomUUID()) => json('POST', path, body, key),
    put: (path, body) => json('PUT', path, body),
    patch: (path, body) => json('PATCH', path, body),
    delete: path => json('DELETE', path),
    upload: async <T>(path: string, bytes: NonNullable<RequestInit['body']>, type: string) =>
      (
        await client.request({ path, method: 'POST', headers: { 'content-type': type }, body: bytes })
      ).json() as Promise<T>,
    download: async path => {
      const { body } = await client.request({ path, method: 'GET' })
      if (body === null) throw new Error(`${path}: empty answer`)
      return body
    },
  }
}
