/** What can be wrong in a table, with the cure: one vocabulary for every format. */
import type { CellFault } from './cells.ts'

type Words = { zh: string; en: string; cureZh: string; cureEn: string }

/** Codes that begin with `note.` are told and do not stop the import. */
export const FAULTS = {
  'file.encoding': {
    zh: '文件既不是 UTF-8 也不是 GB18030 编码',
    en: 'The file is neither UTF-8 nor GB18030',
    cureZh: '在表格软件中另存为“CSV UTF-8”或 XLSX',
    cureEn: 'Save it as CSV UTF-8, or as XLSX',
  },
  'file.csv': {
    zh: 'CSV 格式错误（引号不成对，或一行过长）',
    en: 'Not CSV: quotes do not match, or a row is too long',
    cureZh: '用表格软件打开并重新另存为 CSV',
    cureEn: 'Open it in a spreadsheet program and save it again as CSV',
  },
  'file.unreadable': {
    zh: '文件无法读取：不是完好的 XLSX 或 ZIP',
    en: 'Not a sound XLSX or ZIP file',
    cureZh: '重新导出文件',
    cureEn: 'Export it again',
  },
  'file.locked': {
    zh: '文件设有打开密码',
    en: 'The file is locked by a password',
    cureZh: '在表格软件中去掉密码后另存为 .xlsx',
    cureEn: 'Take the password off in a spreadsheet program and save it as .xlsx',
  },
  'file.old': {
    zh: '不支持的表格格式（旧版 .xls、网页另存的 .xls、.et、.ods、.pdf、.docx 等）',
    en: 'A format that is not read, such as the old .xls, a page called .xls, .et, .ods, .pdf or .docx',
    cureZh: '在表格软件中另存为 .xlsx',
    cureEn: 'Save it as .xlsx in a spreadsheet program',
  },
  'file.oversize': {
    zh: '解压后过大，或行列数过多',
    en: 'Too large once unpacked, or too many rows or columns',
    cureZh: '改用 CSV，或分成几个文件导入',
    cureEn: 'Use CSV, or import it in parts',
  },
  'sheet.unknown': {
    zh: '不认识的工作表或文件',
    en: 'Not a sheet of the template',
    cureZh: '使用模板中的工作表名称，如“事项”“材料”或 up_task_general_basic',
    cureEn: 'Name it as in the template: 事项, 材料 or up_task_general_basic',
  },
  'sheet.empty': {
    zh: '没有任何事项',
    en: 'There are no items in it',
    cureZh: '检查是否选对了文件',
    cureEn: 'Check that it is the right file',
  },
  'heading.missing': {
    zh: '没有找到表头',
    en: 'There is no heading',
    cureZh: '表头一行应写明模板中的列名，位于前 20 行之内',
    cureEn: 'One of the first 20 rows names the columns as the template does',
  },
  'column.missing': {
    zh: '缺少必填列或单元格',
    en: 'A needed column or cell is missing',
    cureZh: '填写该列；表中没有该列的，也可在对照中给出（defaults），或指明是哪一列（columns）',
    cureEn:
      'Fill it in; for a column that the table does not have, a mapping may give its value (defaults) or say which it is (columns)',
  },
  'column.unit': {
    zh: '表头写明的时限单位不是工作日',
    en: 'The heading tells a unit of time that is not working days',
    cureZh: '表头改为“工作日”，或在对照中写明该单位合几个工作日（workingDays）',
    cureEn: 'Head it 工作日, or say in a mapping how many working days its unit stands for (workingDays)',
  },
  'column.guessed': {
    zh: '列名不认识，按推测的字段读取，须确认',
    en: 'The column is not known; it was read as what it seems to be, which must be confirmed',
    cureZh: '在对照（columns）中确认或更正，或改用模板中的列名',
    cureEn: 'Confirm or correct it in a mapping (columns), or name it as in the template',
  },
  'column.twice': { zh: '列重复', en: 'A column stands twice', cureZh: '删除重复的列', cureEn: 'Remove one of them' },
  'row.key': {
    zh: '没有实施编码，无法确定属于哪个事项',
    en: 'No item code: it is unknown which item the row is of',
    cureZh: '填写实施编码',
    cureEn: 'Fill in the item code',
  },
  'row.name': {
    zh: '没有实施编码，按事项名称找不到唯一的事项',
    en: 'No item code, and not one item that is called so',
    cureZh: '填写实施编码，或更正事项名称',
    cureEn: 'Fill in the item code, or correct the name',
  },
  'row.twice': {
    zh: '同一事项出现两次',
    en: 'The item stands twice',
    cureZh: '删除重复的行',
    cureEn: 'Remove one of the rows',
  },
  'row.item': {
    zh: '该事项既不在本次文件中，也不在已有事项中',
    en: 'The item is neither in this file nor held already',
    cureZh: '在“事项”表中补上该事项，或更正实施编码',
    cureEn: 'Add the item, or correct its code',
  },
  'row.unit': {
    zh: '窗口所属的机构不在“机构”表中',
    en: 'The unit of the window is not among the units',
    cureZh: '在“机构”表中补上该机构，或更正机构编码',
    cureEn: 'Add the unit, or correct its code',
  },
  'cell.int': {
    zh: '应为非负整数',
    en: 'Not a whole number',
    cureZh: '填写整数',
    cureEn: 'Write a whole number',
  },
  'cell.bool': { zh: '应为是或否', en: 'Neither yes nor no', cureZh: '填写“是”或“否”', cureEn: 'Write 是 or 否' },
  'cell.day': { zh: '不是日期', en: 'Not a date', cureZh: '按 2026-01-31 填写', cureEn: 'Write it as 2026-01-31' },
  'cell.code': {
    zh: '不是该列的代码或名称',
    en: 'Not a code or name of this column',
    cureZh: '使用模板“说明”中的代码；其他系统的代码请给出对照',
    cureEn: 'Use a code of the template, or give a translation of codes',
  },
  'mapping.default': {
    zh: '对照中的默认值无效：没有该字段，或值不能读取',
    en: 'A default of the mapping does not hold: no such field, or not a value of it',
    cureZh: '字段名和写法见模板“说明”',
    cureEn: 'See the sheet 说明 of the template for fields and values',
  },
  'cell.json': {
    zh: '不是 JSON 对象，或有会丢失位数的数字、重复的字段',
    en: 'Not a JSON object, or a number that readers round, or a field twice',
    cureZh: '检查括号和引号；位数多的数字写成文字',
    cureEn: 'Check brackets and quotes; write long numbers as text',
  },
  'cell.number': {
    zh: '编码被表格软件转成了数字，已丢失位数',
    en: 'A spreadsheet took the code for a number and lost digits',
    cureZh: '将该列设为“文本”格式，重新填写编码',
    cureEn: 'Format the column as text, and write the code anew',
  },
  'cell.error': {
    zh: '单元格无法读取：公式错误，或公式尚未计算',
    en: 'The cell cannot be read: an error, or a formula without its value',
    cureZh: '在表格软件中打开并保存，或改为文字或数值',
    cureEn: 'Open and save it in a spreadsheet program, or replace the formula by its value',
  },
  'cell.unit': {
    zh: '时限不是以工作日计',
    en: 'The limit is not told in working days',
    cureZh: '换算为工作日后填写，或在对照中写明该单位合几个工作日（workingDays）',
    cureEn: 'Convert the limit to working days, or say in a mapping how many its unit stands for (workingDays)',
  },
  'cell.ditto': {
    zh: '“同上”的上方没有内容',
    en: 'A ditto mark with nothing above it',
    cureZh: '写出内容',
    cureEn: 'Write what is meant',
  },
  'cell.schema': {
    zh: '内容过长、为空或不符合要求',
    en: 'Too long, blank or not of the required form',
    cureZh: '按模板“说明”更正',
    cureEn: 'Correct it as the template says',
  },
  'note.column': {
    zh: '不认识的列，未导入',
    en: 'The column is not known and was left out',
    cureZh: '如需导入，改用模板中的列名',
    cureEn: 'Name it as in the template to have it imported',
  },
  'note.sheet': {
    zh: '工作表未导入',
    en: 'The sheet was left out',
    cureZh: '如需导入，改用模板中的工作表名称',
    cureEn: 'Name it as in the template to have it imported',
  },
  'note.row': {
    zh: '合计、注释等行未导入',
    en: 'A row of totals or remarks was left out',
    cureZh: '如该行是数据，请填写实施编码',
    cureEn: 'If it is a row of data, fill in its code',
  },
  'note.hidden': {
    zh: '隐藏的工作表未导入',
    en: 'A hidden sheet was left out',
    cureZh: '如需导入，请取消隐藏',
    cureEn: 'Unhide it to have it imported',
  },
  'note.hidden-rows': {
    zh: '隐藏或被筛选的行也已读入',
    en: 'Rows that are hidden or filtered out were read too',
    cureZh: '如不应导入，请删除这些行',
    cureEn: 'Delete them if they are not meant',
  },
  'note.filled': {
    zh: '空白的实施编码按上一行读取',
    en: 'Where the code is blank, the one above was taken',
    cureZh: '如不应如此，请逐行填写实施编码',
    cureEn: 'If that is not meant, fill in each code',
  },
  'note.named': {
    zh: '没有实施编码的行按事项名称确定',
    en: 'Rows without a code were given to the item of their name',
    cureZh: '请核对事项名称',
    cureEn: 'Check the names',
  },
  'note.zeros': {
    zh: '编码、电话开头丢失的 0 已补上',
    en: 'Zeros that a code or a phone number had lost were put back',
    cureZh: '将该列设为“文本”格式，以免丢失',
    cureEn: 'Format the column as text to keep them',
  },
  'note.department': {
    zh: '没有实施主体一列，以工作表名称为实施主体',
    en: 'There is no column of departments: the name of the sheet was taken',
    cureZh: '如不应如此，请增加“实施主体”列',
    cureEn: 'If that is not meant, add the column 实施主体',
  },
  'note.days': {
    zh: '行政许可的“日”按行政许可法第八十二条读作工作日',
    en: 'Days of a licence were read as working days (行政许可法, art. 82)',
    cureZh: '如不应如此，请写明单位',
    cureEn: 'If that is not meant, write the unit',
  },
  'note.rest': {
    zh: '括号中的说明未导入',
    en: 'What stands in brackets was left out',
    cureZh: '如需保留，请写入相应的说明列',
    cureEn: 'Write it into a column of explanations to keep it',
  },
  'note.elsewhere': {
    zh: '内容在别处（“见附件”等），仅导入了这几个字',
    en: 'It points elsewhere (见附件): these words alone were imported',
    cureZh: '请写出内容，对方窗口看不到附件',
    cureEn: 'Write it out: the other city does not see the attachment',
  },
  'note.merged': {
    zh: '合并单元格的值已用于其所占的每一行',
    en: 'The value of merged cells was taken for each of their rows',
    cureZh: '如不应如此，请取消合并后逐行填写',
    cureEn: 'If that is not meant, unmerge them and fill in each row',
  },
  'note.attachment': {
    zh: '样表或空表是外部系统的标识，未导入',
    en: 'The sample or form is an id of another system and was left out',
    cureZh: '在节点中上传文件，填写 sha256:…;size=…;type=…',
    cureEn: 'Upload the file to the node and write sha256:…;size=…;type=…',
  },
} as const satisfies Record<string, Words> & Record<CellFault, Words>

export type FaultCode = keyof typeof FAULTS
/** Characters of a cell that a fault shows. */
const SHOWN = 40

/**
 * A place in a table and what is wrong there; rows count from 1, the heading included. `value` is the beginning of what the cell
 * holds; `item` and `name` tell whose row it is, as far as that is known.
 */
export type Fault = {
  code: FaultCode
  sheet: string
  row: number
  column: string
  value: string
  item: string
  name: string
  /** what may stand there, the nearest first; empty where that is no list of words */
  nearest: string[]
  /** how many cells of its column say the same, this one included */
  alike: number
} & Words

/** Bounds of what is told of a file. */
export const FAULT_LIMITS = {
  /** errors that are told one by one, and as many notes; all are counted */
  told: 1000,
  /** of those that say the same of one column */
  alike: 20,
} as const

const shortened = (value: string): string => {
  const characters = [...value.slice(0, 4 * SHOWN)]
  return characters.length > SHOWN ? `${characters.slice(0, SHOWN).join('')}…` : value
}

/** Collects faults and notes: the first ones as they are, and what is the same in a column again and again as a number. */
export function createFaults() {
  const kept: { errors: Fault[]; notes: Fault[] } = { errors: [], notes: [] }
  let errors = 0
  /** what was told once for its column */
  const told = new Set<string>()
  /** those that say the same, of which all are counted and the first ones told */
  const same = new Map<string, { cells: number; told: Fault[] }>()
  type Of = { value?: string; item?: string; name?: string; nearest?: string[] }
  function add(code: FaultCode, sheet: string, row: number, column = '', of: Of = {}): void {
    const note = code.startsWith('note.')
    const list = note ? kept.notes : kept.errors
    if (!note) errors++
    const { value = '', item = '', name = '', nearest = [] } = of
    const key = JSON.stringify([code, sheet, column, shortened(value)])
    const group = same.get(key)
    if (group !== undefined) group.cells++
    if (list.length >= FAULT_LIMITS.told || (group?.told.length ?? 0) >= FAULT_LIMITS.alike) return
    const fault: Fault = {
      code,
      sheet,
      row,
      column,
      value: shortened(value),
      item: shortened(item),
      name: shortened(name),
      nearest,
      alike: 1,
      ...FAULTS[code],
    }
    list.push(fault)
    if (group === undefined) same.set(key, { cells: 1, told: [fault] })
    else group.told.push(fault)
  }
  /** Says of each how many there are that say the same. */
  const counted = (list: Fault[]): Fault[] => {
    for (const { cells, told: faults } of same.values()) for (const fault of faults) fault.alike = cells
    return list
  }
  return {
    add,
    /** Tells the first of what a column of a table says again and again. */
    once(code: FaultCode, sheet: string, row: number, column = '', of: Of = {}): void {
      const key = `${code} ${sheet} ${column}`
      if (told.has(key)) return
      told.add(key)
      add(code, sheet, row, column, of)
    },
    /** Says how the items are called of which something is told. */
    async name(of: (item: string) => Promise<string | undefined>): Promise<void> {
      for (const fault of [...kept.errors, ...kept.notes])
        if (fault.item !== '') fault.name = shortened((await of(fault.item)) ?? '')
    },
    errors: (): Fault[] => counted(kept.errors),
    notes: (): Fault[] => counted(kept.notes),
    /** how many errors in all */
    count: (): number => errors,
  }
}
export type Faults = ReturnType<typeof createFaults>
