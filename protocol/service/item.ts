/** Service items (事项, 实施清单): the names and codes of GB/T 39046-2020 and of the national upload tables `up_*`. SPEC.md §8.1. */
import * as z from 'zod'
import { Mode } from '../case/kinds.ts'
import { LIMITS } from '../limits.ts'
import { nestsAtMost, text } from '../primitives.ts'

const days = z.number().int().min(0).max(3650)

export const ItemMaterial = z.strictObject({
  materialCode: text(64),
  materialName: text(300),
  isNeed: z.enum(['1', '2', '3']).describe('1 必要, 2 非必要, 3 容缺后补'),
  materialType: z.enum(['1', '2', '3', '4']).describe('1 原件, 2 复印件, 3 原件和复印件, 4 原件或复印件'),
  materialFormat: z.enum(['1', '2', '3']).describe('1 纸质, 2 电子, 3 纸质或电子'),
  sourceType: z.enum(['10', '20', '99']).describe('10 申请人自备, 20 政府部门核发, 99 其他'),
  pageNum: z.number().int().min(0).max(1000).optional(),
  acceptStand: text(2000).optional().describe('受理标准'),
  fillExplain: text(2000).optional().describe('填报须知'),
  reviewPoints: z.array(text(500)).max(50).optional().describe('审查要点'),
  byLaw: text(2000).optional(),
})

export const ServiceItem = z.strictObject({
  taskCode: text(50).describe('实施编码'),
  localTaskCode: text(50).optional().describe('地方编码'),
  catalogCode: text(50).optional().describe('基本编码'),
  taskName: text(1000),
  taskVersion: z.number().int().min(1),
  taskState: z.enum(['1', '2', '3']).describe('1 在用, 2 暂停, 3 取消'),
  taskType: z
    .string()
    .regex(/^(0\d|10|1[1-9]|2\d)$/)
    .describe('事项类型 (A.1): 01 行政许可 … 20 公共服务'),
  useLevel: z.enum(['1', '2', '3', '4', '5', '6', '7']).describe('行使层级 (A.2)'),
  deptName: text(200),
  deptCode: text(18).optional().describe('统一社会信用代码'),
  serverType: z
    .array(z.enum(['1', '2', '3', '4', '5', '6']))
    .min(1)
    .describe('服务对象 (A.4)'),
  projectType: z.enum(['1', '2', '9']).describe('办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他'),
  modes: z.array(Mode).min(1).max(4).describe('办理模式'),
  anticipateDay: days.describe('法定办结时限, working days'),
  promiseDay: days.describe('承诺办结时限, working days'),
  limitSceneNum: z.number().int().min(0).max(20).describe('到现场次数'),
  limitSceneExplain: text(500).optional(),
  acceptCondition: text(5000).optional(),
  handleFlow: text(5000).optional(),
  byLaw: text(5000).optional(),
  isFee: z.boolean(),
  fees: z
    .array(z.strictObject({ feeName: text(200), feeStand: text(500), byLaw: text(1000) }))
    .max(50)
    .optional(),
  resultName: text(300).optional(),
  linkWay: text(100).optional().describe('咨询电话'),
  superviseWay: text(100).optional().describe('投诉电话'),
  materials: z.array(ItemMaterial).max(64),
  form: z
    .record(z.string(), z.unknown())
    .refine(form => nestsAtMost(LIMITS.formLevels, form))
    .optional()
    .describe('JSON Schema of the application form'),
})
export type ServiceItem = z.infer<typeof ServiceItem>
