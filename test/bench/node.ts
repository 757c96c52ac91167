/** The real path (实测): one whole node as `startNode` composes it, with the load made inside its process: `cases.submit`, not HTTP. */
import { createWorkbench } from '../../adapters/workbench/workbench.ts'
import { loadConfig } from '../../node/kernel/config/config.ts'
import { type ComposedNode, startComposed } from '../../node/node.ts'
import { PASSPHRASE } from '../support/node-folder.ts'
import { answer } from './child.ts'
import { Load } from './load.ts'

type Target = {
  to: string
  item: string
  materials: { sha256: string; code: string; name: string }[]
  actor: string
}

let node: ComposedNode
let load: Load | undefined
/** numbers of the load: of packets in the order sent, and of cases by thread */
const unreceipted: number[] = []
const unanswered = new Map<string, number>()

/** The number that the load gave to a case ends the reason in its form, which is how its packet is known again. */
function numberOf(body: unknown): number {
  const no = /\d+$/.exec((body as { form?: { reason?: string } } | null)?.form?.reason ?? '')
  if (no === null) throw new Error('a case without the number of its load')
  return Number(no[0])
}

answer({
  /** `approval`: the workbench answers every case; or its system is silent, and cases stay with the exchange. */
  async start({ config, approval }: { config: string; approval: 'answers' | 'silent' }): Promise<{ url: string }> {
    const workbench = createWorkbench()
    node = await startComposed(
      {
        config: await loadConfig(config, {}),
        passphrase: PASSPHRASE,
        makeAdapter: async () =>
          approval === 'answers' ? workbench : { ...workbench, deliver: () => new Promise(() => {}) },
      },
      {
        observe: {
          queued(_, packets) {
            if (load === undefined) return
            for (const { claims, body } of packets) {
              const no = numberOf(body)
              if (approval === 'silent') unreceipted.push(no)
              else unanswered.set(claims.thread, no)
            }
          },
          confirmed(_, count) {
            if (approval === 'silent') load?.done(unreceipted.splice(0, count))
          },
          received(_, packets) {
            if (approval === 'silent') return
            const answered = packets.filter(({ claims }) => claims.kind === 'case.arrived')
            load?.done(answered.map(({ claims }) => unanswered.get(claims.thread) ?? 0))
            for (const { claims } of answered) unanswered.delete(claims.thread)
          },
        },
      },
    )
    return { url: node.url }
  },
  /** What the load submits from now on. */
  async target({ to, item, materials, actor }: Target): Promise<void> {
    const [first] = materials
    const authorised = first === undefined ? {} : { authorisation: first.sha256 }
    load = new Load(no =>
      node.cases.submit(
        {
          to,
          item,
          mode: 0,
          applicant: {
            type: '1',
            name: '陈小满',
            idType: '111',
            idNumber: '11010519491231002X',
            phone: '13900000000',
            address: '陕西省安康市汉滨区新城街道育才路一百二十八号枣园小区三栋二单元',
          },
          agent: { name: '林长河', idType: '111', idNumber: '11010519491231002X', phone: '13900000001', ...authorised },
          form: { reason: `在十堰市购买首套自住住房，申请出具贷款职工住房公积金缴存使用证明${no}` },
          materials: materials.map(material => ({ ...material, form: 'electronic', pages: 2 })),
          window: '安康市政务服务中心“跨省通办”综合窗口三号',
          clerk: { name: '周敏', no: 'AK-0317' },
          consent: { text: '告知书 2026-01', acceptedAt: '2026-11-23T09:00:00+08:00' },
        },
        actor,
      ),
    )
  },
  warm: async (options: Parameters<Load['warm']>[0]) => load?.warm(options),
  full: async (options: Parameters<Load['full']>[0]) => load?.full(options),
  paced: async (options: Parameters<Load['paced']>[0]) => load?.paced(options),
})
