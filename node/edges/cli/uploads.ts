/** Files that a command uploads (材料上传): each counts its pages, and goes where its packet names it. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { CaseKind, CaseMaterial } from '../../../protocol/case/kinds.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Client } from '../client/client.ts'
import type { CommandContext } from './context.ts'
import { type Output, table } from './output.ts'
import { countPages } from './scans.ts'

type Material = { sha256?: string; code: string; name: string; pages?: number; form?: CaseMaterial['form'] }
export type Given = {
  materials?: Material[]
  attachments?: Material[]
  documents?: string[]
  /** of a joint case: what stands once for all */
  shared?: Given
} & Record<string, unknown>

export type CaseFlags = { material: string[]; ownCodes?: boolean }

/** How `--material` is written; the last part says what the applicant handed in: 原件, 复印件, 电子. */
export const MATERIAL_FLAG = '<CODE=PATH[:original|:copy|:electronic]>'

/** `CODE=PATH` with its form; a document of a decision needs no code. Problem: `request.invalid`. */
export function readMaterialFlag(flag: string): { code: string | null; path: string; form: CaseMaterial['form'] } {
  const read = /^(?:([^=/]+)=)?(.+?)(?::(original|copy|electronic))?$/s.exec(flag)
  const [, code, path, form] = read ?? []
  if (path === undefined) throw new ProblemError('request.invalid', `--material ${flag}: CODE=PATH`)
  return { code: code ?? null, path, form: form as CaseMaterial['form'] }
}

async function uploadFile(client: Client, out: Output, flag: string): Promise<Material> {
  const { code, path, form } = readMaterialFlag(flag)
  if (code === null)
    throw new ProblemError('request.invalid', `--material ${flag}: CODE=PATH, with the code of the material`)
  const { sha256 } = await upload(client, out, path)
  const pages = await countPages(client, sha256)
  out.print(`${code} ${basename(path)}: ${pagesOf(pages)}`)
  return {
    code,
    name: basename(path),
    sha256,
    ...(form === undefined ? {} : { form }),
    ...(pages == null ? {} : { pages }),
  }
}

const pagesOf = (pages: number | null | undefined): string =>
  pages == null ? 'pages cannot be counted 无法核对页数' : `${pages} ${pages === 1 ? 'page' : 'pages'} 页`

/**
 * Uploads each file and adds it to the materials of a case, of a joint one to those that all its items share; says whose codes
 * they are. Problems: `request.invalid`, those of the upload.
 */
export async function withMaterials(client: Client, out: Output, read: Given, flags: CaseFlags): Promise<Given> {
  if (read.shared !== undefined) return { ...read, shared: await withMaterials(client, out, read.shared, flags) }
  const given = flags.ownCodes === true ? { ...read, codes: 'own' } : read
  if (flags.material.length === 0) return given
  const materials = [...(given.materials ?? [])]
  for (const flag of flags.material) materials.push(await uploadFile(client, out, flag))
  const { agent } = given as { agent?: { authorisation?: string } }
  const authorised = materials.find(({ code }) => code === agent?.authorisation)
  return {
    ...given,
    // A file names the authorisation (授权委托书) by the code of its material: the hash is known only now.
    ...(agent === undefined || authorised === undefined
      ? {}
      : { agent: { ...agent, authorisation: authorised.sha256 } }),
    materials,
  }
}

/** Under what name the body of a step lists its files. */
const LISTS: Partial<Record<CaseKind, 'materials' | 'attachments' | 'documents'>> = {
  'case.supplement': 'materials',
  'case.hand-in': 'materials',
  'case.commit': 'documents',
  'case.request-payment': 'documents',
  'case.message': 'attachments',
  'case.decide': 'documents',
  'case.send-result': 'documents',
}

/** Steps that take files, as they are typed. */
export const STEPS_WITH_FILES = Object.keys(LISTS).map(name => name.slice('case.'.length))

/** Uploads each file and adds it where the body of this step lists files. Problem: `request.invalid` for a step without any. */
export async function withStepFiles(
  client: Client,
  out: Output,
  kind: CaseKind,
  body: Given,
  flags: readonly string[],
): Promise<Given> {
  if (flags.length === 0) return body
  const list = LISTS[kind]
  if (list === undefined) {
    const taking = STEPS_WITH_FILES.join(', ')
    throw new ProblemError('request.invalid', `--material: ${kind} takes no files; these do: ${taking}`)
  }
  if (list === 'documents') {
    const documents = [...(body.documents ?? [])]
    for (const flag of flags) documents.push((await upload(client, out, readMaterialFlag(flag).path)).sha256)
    return { ...body, documents }
  }
  const materials = [...(body[list] ?? [])]
  for (const flag of flags) materials.push(await uploadFile(client, out, flag))
  return { ...body, [list]: materials }
}

/** `tongban case upload`: files for bodies that are written by hand. */
export async function uploadFiles(context: CommandContext, files: readonly string[]): Promise<void> {
  const client = await context.client()
  const done: { file: string; sha256: string; pages: number | null }[] = []
  for (const file of files) {
    const { sha256 } = await upload(client, context.out, file)
    done.push({ file, sha256, pages: (await countPages(client, sha256)) ?? null })
  }
  context.out.result(done, list => table(list.map(({ file, sha256, pages }) => ({ sha256, pages, file }))))
}

/** The same request within a day has the same key, so that one cut off can be repeated. */
export const keyOf = (given: unknown): string => createHash('sha256').update(JSON.stringify(given)).digest('hex')

/** Says of which file a problem is. */
export const ofFile =
  (path: string) =>
  (error: unknown): never => {
    if (!(error instanceof ProblemError)) throw error
    const { code, detail } = error.problem
    throw new ProblemError(code, detail === undefined ? path : `${path}: ${detail}`, { cause: error })
  }

async function upload(client: Client, out: Output, path: string): Promise<{ sha256: string }> {
  const total = await stat(path).then(
    found => found.size,
    () => {
      throw new ProblemError('request.invalid', `${path} cannot be read`)
    },
  )
  const bar = out.progress(total)
  let done = 0
  const counted = Bun.file(path)
    .stream()
    .pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          done += chunk.byteLength
          bar.update(done)
          controller.enqueue(chunk)
        },
      }),
    )
  try {
    return await client.uploadMaterial({ bytes: counted }).catch(ofFile(path))
  } finally {
    bar.stop()
  }
}
