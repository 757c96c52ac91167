/** `tongban federation`: the operator's desk (create, add, remove, revoke, issue), and what a city does with directories. */
import { readFile } from 'node:fs/promises'
import type { Directory } from '../../../protocol/federation/directory.ts'
import { Sha256 } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import {
  createOperator,
  directoryPath,
  handOver,
  type IssueTerms,
  issueDirectory,
  type Listing,
  openDirectory,
  readCard,
  readDirectory,
  withCity,
  withoutCity,
  withRevocation,
} from '../../city/partners/federation/operator.ts'
import { readTextFile } from '../../kernel/config/text-file.ts'
import type { CommandContext } from './context.ts'
import { operatorRow } from './federation-lists.ts'
import { fingerprintLines } from './fingerprint.ts'
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

async function printDirectory(context: CommandContext, folder: string, directory: Directory): Promise<void> {
  const { operator } = await openDirectory(await readFile(directoryPath(folder), 'utf8'))
  const { version, nextUpdate, grace, entries, revocations } = directory
  const lines = await fingerprintLines(operator, 'operator 运营方')
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
        ...lines,
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

/** Makes an operator: its key under the passphrase, and version 1 of its directory, with what another directory lists. */
export async function create(
  context: CommandContext,
  flags: DeskFlags & { name: string; from?: string },
): Promise<void> {
  const from = flags.from === undefined ? undefined : (await openDirectory(await readGiven(flags.from))).directory
  const passphrase = await context.passphrase()
  const options = { ...termsOf(flags), name: flags.name, passphrase, now: nowSeconds(), from }
  await printDirectory(context, flags.folder, await createOperator(flags.folder, options))
}

/** Hands over to a new key, in a folder of its own under the same passphrase. */
export async function handTo(context: CommandContext, flags: DeskFlags & { to: string }): Promise<void> {
  const options = { ...termsOf(flags), passphrase: await context.passphrase(), now: nowSeconds() }
  const { last, first, successor } = await handOver(flags.folder, flags.to, options)
  context.out.result(
    {
      operator: successor,
      last: { file: directoryPath(flags.folder), version: last.version },
      first: { file: directoryPath(flags.to), version: first.version },
    },
    value =>
      [
        `Handed over 已移交: operator 运营方 ${value.operator}`,
        'Cities that trust the former key follow by themselves 信任原密钥的城市自动改为信任新密钥. Give one city both 将两份交给任一城市:',
        `  tongban federation import ${value.last.file}`,
        `  tongban federation import ${value.first.file}`,
        `Issue with 此后签发: --folder ${flags.to}`,
      ].join('\n'),
  )
}

/** A file that somebody names. Problem: `request.not-found`. */
const readGiven = (path: string): Promise<string> => readTextFile(path, 'request.invalid')

async function issue(context: CommandContext, flags: DeskFlags, change: (held: Directory) => Listing): Promise<void> {
  const options = { ...termsOf(flags), passphrase: await context.passphrase(), now: nowSeconds() }
  await printDirectory(context, flags.folder, await issueDirectory(flags.folder, options, change))
}

/** Lists the city of a membership card, or its new certificate or addresses. */
export async function add(
  context: CommandContext,
  path: string,
  flags: DeskFlags & { fingerprint?: string },
): Promise<void> {
  const card = readCard(Buffer.from(await readGiven(path)))
  if (flags.fingerprint === undefined) {
    const lines = await fingerprintLines(card.certificate)
    context.out.result({ added: false, ...card }, () =>
      [
        `${card.name} ${card.city}`,
        ...lines,
        'Not listed yet 尚未列入. Compare the fingerprint with the city 请与该市核对指纹; the same 一致:',
        `  tongban federation add ${path} --fingerprint ${card.certificate}`,
      ].join('\n'),
    )
    return
  }
  if (plain(flags.fingerprint) !== card.certificate)
    throw new ProblemError('certificate.mismatch', `the fingerprint of this card is ${card.certificate}`, {
      act: 'you',
    })
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
  await printDirectory(context, flags.folder, await readDirectory(flags.folder))
}

// --- a city

/** Imports a directory. Of an operator that is not trusted, it says whose it is and does nothing else. */
export async function importDirectory(context: CommandContext, path: string): Promise<void> {
  const jws = (await readGiven(path)).trim()
  const { directory, operator } = await openDirectory(jws)
  const client = await context.client()
  const { items } = await client.listOperators()
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
  const held = await client.importDirectory({ body: { jws } })
  context.out.result({ imported: true, ...held }, value => table([operatorRow(value)]))
}

export async function cities(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.listFederationCities()
  const partners = await client.listPartners()
  const { code: own } = await client.getIdentity()
  const statusOf = new Map([
    [own, 'this city 本市'],
    ...partners.items.map(({ code, status }) => [code, status] as const),
  ])
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
