/** Which node commands talk to, and as whom. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Target } from '../client/client.ts'

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
