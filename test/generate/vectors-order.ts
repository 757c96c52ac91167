/** Vectors of threads in which packets cross: one order on both sides, whatever arrived first, and what came too late. */
import type { CaseKind } from '../../protocol/case/kinds.ts'
import type { VectorCity } from './vector-keys.ts'
import { type Add, b64, submitContent, Writer, type Written } from './vector-writer.ts'

const A = '610900'
const S = '420300'

/** Orders of arrival of the same packets, as indexes into them; each city gets its own packets first. */
type Orders = Readonly<Record<string, readonly number[]>>
/** What is said after `case.submit` and `case.arrived`: by whom, and how many of the other chain its author had. */
type Said = readonly [iss: string, kind: CaseKind, content: object, seen: number]

export async function addCrossings(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const cross = async (
    path: string,
    description: string,
    mode: 0 | 2,
    said: readonly Said[],
    orders: Orders,
    expected: {
      states: Readonly<Record<string, readonly string[]>>
      order: readonly number[]
      late: readonly number[]
    },
  ) => {
    const writer = new Writer([ankang, shiyan])
    const mover = mode === 2 ? A : S
    const packets: Written[] = [
      await writer.say(A, S, 'case.submit', submitContent(mode), { agreement: 'ab'.repeat(32) }),
      await writer.say(mover, mover === A ? S : A, 'case.arrived', { localCaseNo: 'SP20261102000001' }),
    ]
    for (const [iss, kind, content, seen] of said) {
      const others = packets.filter(({ claims }) => claims.iss !== iss)
      packets.push(
        await writer.say(iss, iss === A ? S : A, kind, content, {
          seen: seen === 0 ? null : (others[seen - 1]?.id ?? ''),
        }),
      )
    }
    for (const [name, arrival] of Object.entries(orders)) {
      const arrived = arrival.flatMap(no => packets[no] ?? [])
      const placeOf = (no: number) => arrival.indexOf(no)
      add(
        `crossing/valid/${path}-${name}`,
        `${description}: as ${name} has it`,
        { packets: arrived.map(({ jws, body }) => ({ jws, body: b64(body) })) },
        {
          ok: true,
          states: expected.states[name],
          order: expected.order.map(placeOf),
          late: expected.late.map(placeOf),
        },
      )
    }
  }
  const withdraws = (seen: number): Said => [A, 'case.withdraw', { reason: '申请人撤回' }, seen]
  await cross(
    'withdrawn-while-accepted',
    'The applicant withdraws while the handling city accepts: the acceptance stands before what it had not seen',
    0,
    [withdraws(1), [S, 'case.accept', {}, 1], [S, 'case.close', { outcome: 'withdrawn' }, 2]],
    { collecting: [0, 1, 2, 3, 4], handling: [0, 1, 3, 2, 4] },
    {
      states: {
        collecting: ['submitted', 'arrived', 'arrived', 'accepted', 'closed'],
        handling: ['submitted', 'arrived', 'accepted', 'accepted', 'closed'],
      },
      order: [0, 1, 3, 2, 4],
      late: [],
    },
  )
  await cross(
    'withdrawn-while-closed',
    'A withdrawal that crosses the end has no effect, and the end stays',
    0,
    [
      [S, 'case.accept', {}, 1],
      [S, 'case.decide', { outcome: 'granted' }, 1],
      [S, 'case.send-result', { method: 'pickup' }, 1],
      [S, 'case.close', { outcome: 'granted' }, 1],
      withdraws(2),
    ],
    { collecting: [0, 1, 2, 6, 3, 4, 5], handling: [0, 1, 2, 3, 4, 5, 6] },
    {
      states: {
        collecting: ['submitted', 'arrived', 'accepted', 'accepted', 'decided', 'sending', 'closed'],
        handling: ['submitted', 'arrived', 'accepted', 'decided', 'sending', 'closed', 'closed'],
      },
      order: [0, 1, 2, 3, 4, 5, 6],
      late: [6],
    },
  )
  await cross(
    'supplemented-while-refused',
    'A supplement that crosses the refusal has no effect',
    0,
    [
      [
        S,
        'case.request-supplement',
        { notice: '请补正', materials: [], form: [{ field: '联系地址', reason: '缺少门牌号' }] },
        1,
      ],
      [S, 'case.refuse', { reason: '不属于本机关职权', basis: '《行政许可法》第三十二条' }, 1],
      [A, 'case.supplement', { materials: [], form: { 联系地址: '安康市汉滨区' } }, 2],
    ],
    { collecting: [0, 1, 2, 4, 3], handling: [0, 1, 2, 3, 4] },
    {
      states: {
        collecting: ['submitted', 'arrived', 'supplementing', 'arrived', 'refused'],
        handling: ['submitted', 'arrived', 'supplementing', 'refused', 'refused'],
      },
      order: [0, 1, 2, 3, 4],
      late: [4],
    },
  )
  await cross(
    'seen-not-the-last',
    'Of two asks the mover had seen the first: it stands before the move, the second one behind it',
    0,
    [[A, 'case.supervise', { text: '请告知办理进度' }, 1], withdraws(1), [S, 'case.accept', {}, 2]],
    { collecting: [0, 1, 2, 3, 4], handling: [0, 1, 2, 4, 3] },
    {
      states: {
        collecting: ['submitted', 'arrived', 'arrived', 'arrived', 'accepted'],
        handling: ['submitted', 'arrived', 'arrived', 'accepted', 'accepted'],
      },
      order: [0, 1, 2, 4, 3],
      late: [],
    },
  )
  await cross(
    'objected-while-decided',
    'Mode 2: the owner objects while the collecting city, which is the mover, decides',
    2,
    [
      [A, 'case.accept', {}, 0],
      [S, 'case.object', { reason: '材料不符' }, 3],
      [A, 'case.decide', { outcome: 'granted' }, 0],
    ],
    { collecting: [0, 1, 2, 4, 3], handling: [0, 1, 2, 3, 4] },
    {
      states: {
        collecting: ['submitted', 'arrived', 'accepted', 'decided', 'decided'],
        handling: ['submitted', 'arrived', 'accepted', 'accepted', 'decided'],
      },
      order: [0, 1, 2, 4, 3],
      late: [],
    },
  )
}
