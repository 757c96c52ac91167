/** `tongban services sample`: uploads a sample of a material, or fetches one that an item names. */
import { ProblemError } from '../../../protocol/problem.ts'
import type { CommandContext } from './context.ts'
import { saveStream } from './files.ts'
import { ofFile } from './uploads.ts'

type Flags = { city?: string; item?: string; sha256?: string; out?: string }

export async function sample(context: CommandContext, file: string | undefined, flags: Flags): Promise<void> {
  const client = await context.client()
  if (file !== undefined) {
    const made = await client.uploadSample({ bytes: Bun.file(file) }).catch(ofFile(file))
    context.out.result(made, value =>
      ['Put this into the item 请填入事项:', `  "exampleGuid": ${JSON.stringify(value)}`].join('\n'),
    )
    return
  }
  const { city, item, sha256, out } = flags
  if (city === undefined || item === undefined || sha256 === undefined || out === undefined)
    throw new ProblemError('request.invalid', 'a file to upload, or --city, --item, --sha256 and --out')
  const params = { city, item, sha256 }
  await saveStream(await client.downloadSample({ params }), out)
  context.out.result({ file: out }, value => `Written 已写出: ${value.file}`)
}
