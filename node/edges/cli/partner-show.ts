/** `tongban partners show`: one partner, how it is, what is wrong and who must act, how it was, and its last test. */
import type { GetPartnerHealthQuery, Partner } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { china, inOneLine, table } from './output.ts'
import { wordsInPlace } from './partners.ts'

/** Steps shown of each kind. */
const SHOWN = 12

const rounded = (ms: number | null): string => (ms === null ? '' : `${Math.round(ms)} ms`)

export async function showPartner(context: CommandContext, code: string, flags: GetPartnerHealthQuery): Promise<void> {
  const client = await context.client()
  const params = { code }
  const [partner, health, tests] = await Promise.all([
    client.getPartner({ params }),
    client.getPartnerHealth({ params, query: { step: flags.step } }),
    client.listPartnerTests({ params }),
  ])
  context.out.result({ partner, health, tests: tests.items }, () => {
    const { now, findings, items } = health
    const last = tests.items.find(({ direction }) => direction === 'out')
    const failed = last?.hops.find(({ state }) => state === 'failed')
    const lines: [string, string][] = [
      ['partner 合作城市', `${partner.name} ${partner.code} ${partner.status}`],
      ['fingerprint 证书指纹', partner.fingerprint],
      [
        'words of the last pairing 核对词',
        partner.words.length === 0 ? 'none' : wordsInPlace(partner.words).join(' · '),
      ],
      ['addresses 地址', partner.addresses.join(' ')],
      ['connected 已连接', now.connected ? `yes ${rounded(now.roundTripMs)}` : `no, breaker ${now.breaker}`],
      ...breakerLine(partner.breakerOpen),
      ['seen 最近有应答', now.seenAt === null ? 'never' : china(now.seenAt)],
      [
        'waiting 待发',
        `${now.waiting} packets, oldest ${Math.round(now.oldestMs / 60_000)} min; ${now.materials} materials`,
      ],
      ['clock 时钟偏差', now.aheadMs === null ? 'unknown' : rounded(now.aheadMs)],
      ['certificate 证书剩余', now.certificateDays === null ? 'unknown' : `${now.certificateDays} days`],
      ['delegation 授权剩余', now.delegationDays === null ? 'unknown' : `${now.delegationDays} days`],
      [
        'last test 最近测试',
        last === undefined
          ? 'none'
          : `${last.state} ${china(last.begunAt)}${failed === undefined ? '' : ` at ${failed.hop}`}`,
      ],
    ]
    return [
      ...lines.map(([name, value]) => `${name}: ${value}`),
      ...findings.map(
        ({ level, act, cure, ...problem }) =>
          `${level === 'fail' ? '✗' : '!'} ${inOneLine(problem)}\n    ${act}: ${cure}`,
      ),
      '',
      table(
        items.slice(-SHOWN).map(point => ({
          from: point.at,
          connected: `${Math.round((100 * point.connected) / point.samples)} %`,
          'round trip': rounded(point.roundTripMs),
          waiting: point.waiting,
          'oldest min': Math.round(point.oldestMs / 60_000),
        })),
      ),
    ].join('\n')
  })
}

/** While everything but its packets waits for a city that cannot be dialled. */
const breakerLine = (open: Partner['breakerOpen']): [string, string][] =>
  open === null
    ? []
    : [
        [
          'breaker 熔断',
          `open since ${china(open.since)}, next try ${china(open.nextTryAt)}: ${inOneLine(open.problem)}`,
        ],
      ]
