/** `tongban invite`, `accept`, `partners`: pairing and the state of partner cities. */
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

type Partner = {
  code: string
  name: string
  status: string
  words: string[]
  connected: boolean
  seenAt: string | null
  problem: { code: string } | null
}

export async function invite(context: CommandContext, flags: { hours: string }): Promise<void> {
  const client = await context.client()
  const made = await client.post<{ invite: string; expiresAt: string }>('/api/v1/invites', {
    hours: Number(flags.hours),
  })
  context.out.result(made, ({ invite: text, expiresAt }) =>
    [
      text,
      '',
      `Good once, until 一次有效，截止 ${expiresAt}`,
      'Give it to the partner, who runs 请交给对方，由其执行: tongban accept INVITE',
      'Then compare the words and confirm 然后核对并确认: tongban partners',
    ].join('\n'),
  )
}

export async function accept(context: CommandContext, text: string): Promise<void> {
  const given = text === '-' ? await Bun.stdin.text() : text
  const client = await context.client()
  const partner = await client.post<Partner>('/api/v1/partners/accept', { invite: given.trim() })
  context.out.result(partner, ({ code, name, words }) =>
    [
      `${name} ${code}`,
      '',
      `  ${words.join('   ')}`,
      '',
      'Compare these six words with the partner by phone 请电话核对以上六个词.',
      `The same 一致: tongban partners confirm ${code}`,
      `Different 不一致: tongban partners reject ${code}`,
    ].join('\n'),
  )
}

export async function partners(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: Partner[] }>('/api/v1/partners')
  context.out.result(items, list =>
    table(
      list.map(partner => ({
        code: partner.code,
        name: partner.name,
        status: partner.status,
        connected: partner.connected ? 'yes' : 'no',
        seen: partner.seenAt,
        problem: partner.problem?.code ?? '',
        words: partner.status === 'pending' ? partner.words.join(' · ') : '',
      })),
    ),
  )
}

export async function changePartner(
  context: CommandContext,
  verb: 'confirm' | 'reject' | 'suspend' | 'resume',
  code: string,
): Promise<void> {
  const client = await context.client()
  const answer = await client.post<Partner | { rejected: true }>(`/api/v1/partners/${code}/${verb}`)
  context.out.result(answer, value =>
    'status' in value ? `${value.name} ${value.code}: ${value.status}` : `${code}: rejected`,
  )
}
