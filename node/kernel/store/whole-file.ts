/** Small files: private, and there with all of their content or not at all. */
import { open, rename, writeFile } from 'node:fs/promises'

export async function writeWhole(path: string, content: string): Promise<void> {
  const part = `${path}.part`
  await writeFile(part, content, { mode: 0o600 })
  const handle = await open(part, 'r')
  await handle.sync().finally(() => handle.close())
  await rename(part, path)
}
