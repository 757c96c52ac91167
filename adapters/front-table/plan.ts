/** What the configuration becomes: tables and columns with compiled expressions. */
import type { AnswerKind, Charset, Mapping } from '../sdk/index.ts'
import type { ColumnType } from './config.ts'
import type { TableName } from './driver.ts'

export type ColumnPlan = {
  name: string
  /** where it stands in the configuration */
  place: string
  type: ColumnType
  /** null: the file of the material that the row is for */
  value: Mapping | null
  bytes: number | null
  characters: number | null
}
export type RowPlan = {
  place: string
  table: TableName
  write: 'insert' | 'update'
  /** a row for each material */
  each: boolean
  when: Mapping | null
  key: readonly string[]
  columns: readonly ColumnPlan[]
}
/** What is read of the row that has the key. */
export type AnswerPlan = {
  columns: readonly string[]
  state: Mapping
  localCaseNo: Mapping | null
  error: Mapping | null
  lookAgainMs: number
}
export type PacketPlan = {
  name: string
  rows: readonly RowPlan[]
  /** the one among them whose key is the idempotency key */
  keyRow: RowPlan
  answer: AnswerPlan | null
  handed: boolean
  /** of the register, where the node gives the number */
  localCaseNo: Mapping | null
}
export type MaterialsPlan =
  | { kind: 'ignore' }
  | { kind: 'blob' }
  | { kind: 'folder'; folder: string; name: Mapping; url: string | null }
export type FilesPlan = { table: TableName; key: string; content: string } | { folder: string }
export type ByPlan =
  | { mark: readonly string[]; lateMs: number }
  | { flag: { column: string; unread: string | null; read: string }; order: readonly string[] }
export type SourcePlan = {
  name: string
  place: string
  table: TableName
  columns: readonly string[]
  where: readonly (readonly [string, string])[]
  by: ByPlan
  id: readonly string[]
  at: Mapping | null
  localCaseNo: Mapping | null
  kind: Mapping
  bodies: ReadonlyMap<AnswerKind, Mapping>
  outcome: { idempotencyKey: Mapping; localCaseNo: Mapping | null; error: Mapping | null } | null
  files: FilesPlan | null
}
export type FrontTablePlan = {
  register: PacketPlan
  packets: ReadonlyMap<string, PacketPlan>
  unmapped: 'refuse' | 'ignore'
  materials: MaterialsPlan | null
  sources: readonly SourcePlan[]
  errors: ReadonlyMap<string, string>
  charset: Charset
  emptyIsNull: boolean
  /** whether anything reads `$submit` */
  readsSubmit: boolean
}
