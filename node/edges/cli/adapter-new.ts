/** `tongban adapter new`: a folder with an adapter that runs and passes, to be changed one thing at a time. */
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ProblemError } from '../../../protocol/problem.ts'
import type { CommandContext } from './context.ts'

const PROGRAM = fileURLToPath(new URL('../../../', import.meta.url))
const TEMPLATE = join(PROGRAM, 'adapters', 'template')

export const WAYS = ['mapping', 'code'] as const
type Way = (typeof WAYS)[number]

/** Files of each way, and the name that each gets. */
const FILES: Record<Way, readonly (readonly [from: string, to: string])[]> = {
  mapping: [
    ['mapping-adapter.json', 'adapter.json'],
    ['mapping.json', 'mapping.json'],
    ['fake.ts', 'fake.ts'],
  ],
  code: [
    ['code-adapter.json', 'adapter.json'],
    ['adapter.ts', 'adapter.ts'],
    ['fake.ts', 'fake.ts'],
  ],
}

/** As `tongban/sdk` is found from a folder outside of the program. */
const TSCONFIG = {
  extends: './node_modules/tongban/tsconfig.json',
  compilerOptions: { typeRoots: ['./node_modules/tongban/node_modules/@types'] },
  include: ['*.ts'],
}

/** Problems: `request.invalid` for a way that there is not, and for a folder that is there. */
export async function newAdapter(
  { out }: CommandContext,
  name: string,
  { by = 'mapping' }: { by?: string },
): Promise<void> {
  const way = WAYS.find(known => known === by)
  if (way === undefined) throw new ProblemError('request.invalid', `--by ${WAYS.join(' | ')}`)
  const folder = resolve(name)
  const made = await mkdir(folder, { recursive: true })
  if (made === undefined) throw new ProblemError('request.invalid', `${folder} is there already`)
  for (const [from, to] of FILES[way])
    await writeFile(join(folder, to), adapted(await readFile(join(TEMPLATE, from), 'utf8')))
  const token = join(folder, 'token')
  await writeFile(token, 'fake-token\n')
  await chmod(token, 0o600)
  if (way === 'code') {
    await mkdir(join(folder, 'node_modules'))
    await symlink(PROGRAM, join(folder, 'node_modules', 'tongban'))
    await writeFile(join(folder, 'tsconfig.json'), `${JSON.stringify(TSCONFIG, null, 2)}\n`)
  }
  out.result({ folder, files: [...FILES[way].map(([, to]) => to), 'token'] }, ({ files }) =>
    [
      `Made 已创建: ${folder} (${files.join(', ')})`,
      `Next 下一步: tongban adapter test ${name}`,
      'Then make fake.ts like the true system, and change the adapter with it 再把 fake.ts 改成真实系统的样子，随之修改适配器',
    ].join('\n'),
  )
}

/** What a file of the template names of the program, as it is named from elsewhere. */
const adapted = (text: string): string =>
  text
    .replace("'../sdk/index.ts'", "'tongban/sdk'")
    .replace('"../rest/config.schema.json"', JSON.stringify(join(PROGRAM, 'adapters', 'rest', 'config.schema.json')))
