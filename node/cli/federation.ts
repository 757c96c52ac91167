/** `tongban federation`: the operator's desk (create, add, remove, revoke, issue), and what a city does with directories. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Directory } from '../../protocol/federation/directory.ts'
import { Sha256 } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'
import {
  createOperator,
  directoryPath,
  type IssueTerms,
  issueDirectory,
  type MembershipCard,
  openDirectory,
  readCard,
  readDirectory,
  withCity,
  withoutCity,
  withRevocation,
} from '../federation/operator.ts'
import type { Client } from './client.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

type DeskFlags = { folder: string; days: string; graceDays: string }

const nowSeconds = () => Math.floor(Date.now() / 1000)
const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

function termsOf({ days, graceDays }: DeskFlags): IssueTerms {
  const terms = { days: Number(days), graceDays: Number(graceDays) }
  if (!Number.isInteger(terms.days) || terms.days < 1 || !Number.isInteger(terms.graceDays) || terms.graceDays < 0)
    throw new ProblemError('request.invalid', '--days and --grace-days are whole days')
  return terms
}

const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10)

async function tell(context: CommandContext, folder: string, directory: Directory): Promise<void> {
  const { operator } = await openDirectory(await readFile(directoryPath(folder), 'utf8'))
  const { version, nextUpdate, grace, entries, revocations } = directory
  context.out.result(
    {
      file: directoryPath(folder),
      operator,
      name: directory.operator.name,
      version,
      nextUpdate: dayOf(nextUpdate),
      graceUntil: dayOf(nextUpdate + grace),
      cities: entries.map(({ city, name, certificates, since }) => ({ city, name, certificates, since })),
      revocations,
    },
    value =>
      [
        `${value.name}, version 版本 ${value.version}, next by 下一版应于 ${value.nextUpdate}, counts until 有效至 ${value.graceUntil}`,
        `  operator 运营方 ${value.operator}`,
        `  file 文件 ${value.file}: give it to one city 交给任一城市; partners pass it on 由合作城市相互传递`,
        '',
        table(
          value.cities.map(({ city, name, certificates, since }) => ({
            city,
            name,
            certificates: certificates.map(one => one.slice(0, 16)).join(' '),
            since,
          })),
        ),
        ...(value.revocations.length === 0
          ? []
          : [
              '',
              ...value.revocations.map(
                one => `revoked 已撤销 ${one.certificate.slice(0, 16)}  ${dayOf(one.revokedAt)}  ${one.reason}`,
              ),
            ]),
      ].join('\n'),
  )
}

/** Makes an operator: its key under the passphrase, and version 1 of its directory. */
export async function create(context: CommandContext, flags: DeskFlags & { name: string }): Promise<void> {
  const passphrase = await context.passphrase()
  const options = { ...termsOf(flags), name: flags.name, passphrase, now: nowSeconds() }
  await tell(context, flags.folder, await createOperator(flags.folder, options))
}

async function issue(
  context: CommandContext,
  flags: DeskFlags,
  change: (held: Directory) => Pick<Directory, 'entries' | 'revocations'>,
): Promise<void> {
  const options = { ...termsOf(flags), passphrase: await context.passphrase(), now: nowSeconds() }
  await tell(context, flags.folder, await issueDirectory(flags.folder, options, change))
}

/** Lists the city of a membership card, or its new certificate or addresses. */
export async function add(
  context: CommandContext,
  path: string,
  flags: DeskFlags & { fingerprint?: string },
): Promise<void> {
  const card = readCard(await readFile(path))
  if (flags.fingerprint === undefined) {
    context.out.result({ added: false, ...card }, () =>
      [
        `${card.name} ${card.city}`,
        `  fingerprint 指纹 ${card.certificate}`,
        'Not listed yet 尚未列入. Compare the fingerprint with the city 请与该市核对指纹; the same 一致:',
        `  tongban federation add ${path} --fingerprint ${card.certificate}`,
      ].join('\n'),
    )
    return
  }
  if (plain(flags.fingerprint) !== card.certificate)
    throw new ProblemError('certificate.mismatch', `the fingerprint of this card is ${card.certificate}`)
  await issue(context, flags, held => withCity(held, card, today()))
}

const plain = (fingerprint: string): string => fingerprint.toLowerCase().replaceAll(/[^0-9a-f]/g, '')

export const remove = (context: CommandContext, city: string, flags: DeskFlags): Promise<void> =>
  issue(context, flags, held => withoutCity(held, city))

/** Revokes a certificate: by its fingerprint, or the beginning of one that is listed. */
export async function revoke(
  context: CommandContext,
  fingerprint: string,
  flags: DeskFlags & { reason: string },
): Promise<void> {
  const revokedAt = nowSeconds()
  await issue(context, flags, held => {
    const begin = plain(fingerprint)
    const listed = held.entries
      .flatMap(entry => entry.certificates)
      .filter(one => begin !== '' && one.startsWith(begin))
    const [certificate, second] = Sha256.safeParse(begin).success ? [begin] : listed
    if (certificate === undefined) throw new ProblemError('request.not-found', 'no listed certificate begins so')
    if (second !== undefined) throw new ProblemError('request.conflict', 'several begin so: give more of it')
    return withRevocation(held, { certificate, revokedAt, reason: flags.reason })
  })
}

/** The next version with the same cities: before `nextUpdate` comes. */
export const reissue = (context: CommandContext, flags: DeskFlags): Promise<void> =>
  issue(context, flags, ({ entries, revocations }) => ({ entries, revocations }))

export async function show(context: CommandContext, flags: { folder: string }): Promise<void> {
  await tell(context, flags.folder, await readDirectory(flags.folder))
}

// --- a city

/** Writes what the operator needs to list this city. */
export async function card(context: CommandContext, flags: { out: string }): Promise<void> {
  const client = await context.client()
  const made = await client.get<MembershipCard>('/api/v1/federation/card')
  await writeFile(flags.out, `${JSON.stringify(made, null, 2)}\n`)
  context.out.result({ file: flags.out, ...made }, value =>
    [
      `${value.file}: give it to the operator of the federation 交给联盟运营方`,
      `  tell it the fingerprint by another way 另行告知指纹: ${value.certificate}`,
    ].join('\n'),
  )
}

type OperatorRow = {
  operator: string
  directory: {
    name: string
    version: number
    standing: string
    nextUpdate: string
    cities: number
    fork: string | null
  } | null
}

const told = ({ operator, directory }: OperatorRow) => ({
  operator: operator.slice(0, 12),
  name: directory?.name ?? '',
  version: directory?.version ?? null,
  standing: directory === null ? '' : directory.fork === null ? directory.standing : 'fork 版本冲突',
  next: directory?.nextUpdate.slice(0, 10) ?? '',
  cities: directory?.cities ?? null,
})

export async function trust(context: CommandContext, thumbprint: string): Promise<void> {
  const client = await context.client()
  const made = await client.post<OperatorRow>('/api/v1/federation/operators', { operator: thumbprint })
  context.out.result(made, value =>
    [
      `Trusted 已信任: ${value.operator}`,
      'Its directory comes from a partner that holds it, or 名录由合作城市传来，或: tongban federation import FILE',
    ].join('\n'),
  )
}

async function operatorOf(client: Client, begin: string): Promise<OperatorRow> {
  const { items } = await client.get<{ items: OperatorRow[] }>('/api/v1/federation/operators')
  const [found, second] = begin === '' ? [] : items.filter(entry => entry.operator.startsWith(begin))
  if (found === undefined) throw new ProblemError('request.not-found', 'tongban federation operators names them')
  if (second !== undefined) throw new ProblemError('request.conflict', 'several begin so: give more of it')
  return found
}

export async function distrust(context: CommandContext, begin: string): Promise<void> {
  const client = await context.client()
  const { operator } = await operatorOf(client, begin)
  const gone = await client.post<OperatorRow>(`/api/v1/federation/operators/${operator}/distrust`)
  context.out.result(gone, value => `No longer trusted 已不再信任: ${value.directory?.name ?? value.operator}`)
}

export async function operators(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: OperatorRow[] }>('/api/v1/federation/operators')
  context.out.result(items, list => table(list.map(told)))
}

/** Imports a directory. Of an operator that is not trusted, it says whose it is and does nothing else. */
export async function take(context: CommandContext, path: string): Promise<void> {
  const jws = (await readFile(path, 'utf8')).trim()
  const { directory, operator } = await openDirectory(jws)
  const client = await context.client()
  const { items } = await client.get<{ items: OperatorRow[] }>('/api/v1/federation/operators')
  if (!items.some(entry => entry.operator === operator)) {
    context.out.result({ imported: false, operator, name: directory.operator.name }, value =>
      [
        `${value.name} is not trusted here 本节点未信任该运营方.`,
        'Compare the thumbprint with the operator 请与运营方核对指纹; the same 一致:',
        `  tongban federation trust ${value.operator}`,
      ].join('\n'),
    )
    process.exitCode = 1
    return
  }
  const held = await client.post<OperatorRow>('/api/v1/federation/directories', { jws })
  context.out.result({ imported: true, ...held }, value => table([told(value)]))
}

export async function exportDirectory(context: CommandContext, begin: string, flags: { out: string }): Promise<void> {
  const client = await context.client()
  const { operator } = await operatorOf(client, begin)
  const jws = await new Response(await client.download(`/api/v1/federation/operators/${operator}/directory`)).text()
  await writeFile(flags.out, jws)
  context.out.result({ file: flags.out, operator }, value => `Written 已写出: ${value.file}`)
}

type CityRow = { city: string; name: string; operator: string; standing: string; since: string }

export async function cities(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: CityRow[] }>('/api/v1/federation/cities')
  const partners = await client.get<{ items: { code: string; status: string }[] }>('/api/v1/partners')
  const statusOf = new Map(partners.items.map(({ code, status }) => [code, status]))
  context.out.result(items, list =>
    table(
      list.map(({ city, name, operator, standing, since }) => ({
        city,
        name,
        since,
        standing,
        operator: operator.slice(0, 12),
        partner: statusOf.get(city) ?? `tongban partners join ${city}`,
      })),
    ),
  )
}

export async function revocations(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{
    items: { certificate: string; operator: string; revokedAt: string; reason: string }[]
  }>('/api/v1/federation/revocations')
  context.out.result(items, list =>
    table(
      list.map(({ certificate, operator, revokedAt, reason }) => ({
        certificate: certificate.slice(0, 16),
        revoked: revokedAt,
        operator: operator.slice(0, 12),
        reason,
      })),
    ),
  )
}
