/** Words of the hand-over of results. */
import { catalogue } from '../catalogue.ts'

export const HAND_OVER = catalogue(
  {
    title: '待发放',
    empty: '没有待发放的结果。对方把结果送到窗口后，会出现在这里。',
    hint: '发放前核对领取人身份。每件单独记录领取人和时间并告知办理地，随后打印送达回证。',
    collector: '领取人',
    collectorHint: '姓名；申请人本人领取时填申请人姓名',
    required: '先填写领取人',
    give: '发放所选',
    state: '结果',
    giving: '发放',
  },
  {
    title: 'To hand out',
    empty: 'No result waits. What the other city sends to the window shows up here.',
    hint: 'Check who collects. Each case notes by itself who collected it and when, and tells the handling city; then the proof of delivery is printed.',
    collector: 'Collector',
    collectorHint: 'name; of the applicant, where they come themselves',
    required: 'Say first who collects',
    give: 'Hand out what is chosen',
    state: 'Result',
    giving: 'hand over',
  },
)
