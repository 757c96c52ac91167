/** `tongban invite`, `accept`, `partners`: pairing and the state of partner cities. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ListInvitesAnswer, Partner } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import type { CommandContext } from './context.ts'
import type { Declare } from './declare.ts'
import { beginning, only } from './named.ts'
import { china, table } from './output.ts'

type Invite = ListInvitesAnswer['items'][number]

/** Characters of the id of an invite that people are shown. */
const ID_SHOWN = 12

/** Words by place; of one that this node asks for, that it is asked for. */
export const wordsInPlace = (words: readonly (string | null)[]): string[] =>
  words.map((word, index) => `${index + 1} ${word ?? '???'}`)

export async function invite(
  context: CommandContext,
  flags: { for?: string; hours: number; qr?: boolean; unlisted?: boolean },
): Promise<void> {
  if (flags.for === undefined) throw new ProblemError('request.invalid', '--for CITY: the city that is invited')
  const invited = flags.for
  const { divisionOf } = await import('../../../protocol/codes/divisions.ts')
  const division = divisionOf(invited)
  if (division === null && flags.unlisted !== true)
    throw new ProblemError(
      'request.invalid',
      `--for ${invited}: no division of GB/T 2260 has this code; if it is a new one: --unlisted`,
    )
  const city = division === null || division.below ? invited : `${division.name} ${invited}`
  const client = await context.client()
  const { renderUnicodeCompact } = await import('uqr')
  const made = await client.createInvite({ body: { for: invited, hours: flags.hours } })
  context.out.result(made, ({ invite: text, link, expiresAt, id }) =>
    [
      text,
      '',
      ...(flags.qr === true ? [renderUnicodeCompact(link, { border: 4 }), ''] : []),
      // In Chinese first: whoever is sent all of this pastes all of it, and a letter would belong to the invite.
      `仅限 ${city} 使用一次，截止 for this city alone, good once, until ${china(expiresAt)}`,
      'Give it to the partner, who runs 请交给对方，由其执行: tongban accept INVITE',
      `Sent to the wrong place? 发错了？ tongban invite cancel ${id.slice(0, ID_SHOWN)}`,
      'Then compare the words and confirm 然后核对并确认: tongban partners',
    ].join('\n'),
  )
}

const inviteRow = ({ id, for: city, state, createdAt, expiresAt, usedBy, wrong }: Invite) => ({
  id: id.slice(0, ID_SHOWN),
  state,
  for: city,
  made: createdAt,
  until: expiresAt,
  used: usedBy,
  wrong: wrong === 0 ? '' : wrong,
})

/** The invite whose id begins so. Problems: `request.not-found`, `request.conflict`. */
async function inviteOf(client: Client, named: string): Promise<Invite> {
  const { items } = await client.listInvites()
  return only({
    named,
    found: beginning(items, named, ({ id }) => id),
    line: ({ id, for: city, state }) => `${id.slice(0, ID_SHOWN)}  ${city ?? ''}  ${state}`,
    none: ['request.not-found', 'tongban invite list names them'],
  })
}

const acceptedText = ({ code, name, status, words, asked, vouched }: Partner): string =>
  (status === 'active'
    ? [
        `${name} ${code} is a partner here already 本市已确认; its administrator compares these words and confirms 由对方核对以下词并确认:`,
        '',
        ...wordsInPlace(words).map(line => `  ${line}`),
      ]
    : vouched === null
      ? [
          `${name} ${code}`,
          '',
          ...wordsInPlace(words).map(line => `  ${line}`),
          '',
          'Call the administrator of the partner: read out what you have, and have the words ??? read to you',
          '请致电对方管理员：念出以上各词，并请对方念出标有 ??? 的词。',
          `Type them 输入: tongban partners confirm ${code} --words "…" (${asked.join(', ')})`,
          `A word differs 有词不一致: tongban partners reject ${code}`,
        ]
      : [
          `${name} ${code}`,
          `Its certificate is vouched for, no words to compare 证书已获担保，无需核对词: ${vouched}`,
          `Begin 开始: tongban partners confirm ${code}`,
          `Not the city you meant 不是要找的城市: tongban partners reject ${code}`,
        ]
  ).join('\n')

const partnerRow = (partner: Partner) => ({
  code: partner.code,
  name: partner.name,
  status: partner.status,
  connected: partner.connected ? 'yes' : 'no',
  seen: partner.seenAt,
  problem: partner.revoked === null ? (partner.problem?.code ?? '') : 'certificate.revoked',
  words:
    partner.status !== 'pending'
      ? ''
      : partner.vouched === null
        ? wordsInPlace(partner.words).join(' · ')
        : `vouched 已担保 ${partner.vouched.slice(0, 26)}`,
})

/** What is done to invites that are there. */
export function declareInvites(invites: Command, { call }: Declare): void {
  call(invites, 'list', 'invites of the last month', {
    ask: async client => (await client.listInvites()).items,
    text: items => table(items.map(inviteRow)),
  })
  call(invites, 'cancel <id>', 'take an open invite back; the beginning of its id is enough', {
    ask: async (client, [begin = '']) => {
      const { id } = await inviteOf(client, begin)
      return client.cancelInvite({ params: { id } })
    },
    text: () => 'Cancelled 已取消',
  })
  call(invites, 'qr <id>', 'write an open invite as a QR code', {
    options: command => command.option('--out <file>', 'where', 'invite.svg'),
    ask: async (client, [begin = ''], { out: file }: { out: string }) => {
      const { id } = await inviteOf(client, begin)
      const svg = await new Response(await client.getInvitePicture({ params: { id } })).text()
      await writeFile(file, svg, { mode: 0o600 })
      return { file }
    },
    text: ({ file }) => `${file}: whoever sees it can use it 看到即可使用，请勿外传`,
  })
}

export function declareAccept(program: Command, { call }: Declare): void {
  call(program, 'accept <invite>', "accept a partner's invite (- reads it from standard input)", {
    example: 'tongban accept tongban-invite:eyJ2Ijox…',
    ask: async (client, [text = '']) => {
      const given = text === '-' ? await Bun.stdin.text() : text
      return client.acceptInvite({ body: { invite: given.trim() } })
    },
    text: acceptedText,
  })
}

/** The list of partners, and what one call does to one. */
export function declarePartnerList(program: Command, { call }: Declare): Command {
  const partners = call(program, 'partners', 'partner cities and the state of delivery', {
    ask: async client => (await client.listPartners()).items,
    text: items => table(items.map(partnerRow)),
  })
  call(
    partners,
    'join <city>',
    'pair with a city that the directory of a trusted operator names: no invite, no words',
    {
      example: 'tongban partners join 420300',
      ask: (client, [city = '']) => client.joinPartner({ body: { city } }),
      text: ({ name, code }) =>
        [
          `${name} ${code} is a partner now 已成为合作城市: the directory vouches for it 由联盟名录担保`,
          'Its administrator confirms on that side 由对方管理员在对方节点确认: tongban partners confirm',
        ].join('\n'),
    },
  )
  for (const [verb, description] of [
    ['suspend', 'exchange nothing until resumed'],
    ['resume', 'exchange again'],
  ] as const)
    call(partners, `${verb} <city>`, description, {
      ask: (client, [code = '']) => client[`${verb}Partner`]({ params: { code } }),
      text: ({ name, code, status }) => `${name} ${code}: ${status}`,
    })
  call(partners, 'retry <city>', 'try to reach it now, without waiting for the next pause to end', {
    ask: (client, [code = '']) => client.retryPartner({ params: { code } }),
    text: partner => table([partnerRow(partner)]),
  })
  call(partners, 'reject <city>', 'the words differ: forget the pairing', {
    ask: async (client, [code = '']) => ({ ...(await client.rejectPartner({ params: { code } })), code }),
    text: ({ code }) => `${code}: rejected`,
  })
  return partners
}

/** Words as they were typed, separated by commas, points or blanks; each whole (a character and an English word) or in one language. */
export function typedWords(typed: string, asked: number): string[] {
  const parts = typed.split(/[,，、;；·]/).flatMap(part => (part.trim() === '' ? [] : [part.trim()]))
  if (parts.length > 1) return parts
  const words = typed.split(/\s+/).filter(word => word !== '')
  if (words.length !== 2 * asked) return words
  return Array.from({ length: asked }, (_, index) => words.slice(2 * index, 2 * index + 2).join(' '))
}

/** Confirms a partner: with the words given, or those typed on the terminal. */
export async function confirmPartner(context: CommandContext, code: string, flags: { words?: string }): Promise<void> {
  const client = await context.client()
  const { asked, name } = await client.getPartner({ params: { code } })
  const words: string[] = flags.words === undefined ? [] : typedWords(flags.words, asked.length)
  if (flags.words === undefined)
    for (const place of asked)
      words.push(await context.ask(`Word ${place} as ${name} reads it 对方念出的第 ${place} 个词`))
  const answer = await client.confirmPartner({ params: { code }, body: { words } })
  context.out.result(answer, value => `${value.name} ${value.code}: ${value.status}`)
}
