/**
 * Tables that are the same everywhere, ready-made: `"preset": "up"` are the national ones of a case (up_pro_accept, up_pro_material), in
 * which a row has a batch, an operation and a time. What the configuration says stands over what the preset says, column by column.
 */

const SYNC = {
  cd_batch: '$compactTime($written)',
  cd_operation: "'I'",
  cd_time: { value: '$written', type: 'time' },
} as const

/** Names and sizes of columns: the table definitions of the national platform, as cities have them. */
const UP = {
  register: {
    rows: [
      {
        table: 'up_pro_material',
        each: 'materials',
        columns: {
          row_guid:
            "$substring($digest('sha256', idempotencyKey & ':' & material.sha256 & ':' & material.code), 0, 32)",
          project_no: { value: 'caseNo', characters: 50 },
          material_name: 'material.name',
          get_type: "'1'",
          get_num: { value: '1', type: 'number' },
          material_attach_name: 'material.path',
          ...SYNC,
        },
      },
      {
        table: 'up_pro_accept',
        key: 'row_guid',
        columns: {
          row_guid: '$substring(idempotencyKey, 0, 32)',
          project_no: { value: 'caseNo', characters: 50 },
          project_name: 'body.item.name',
          task_code: { value: 'body.item.code', characters: 36 },
          task_name: 'body.item.name',
          task_version: { value: 'body.item.version', type: 'number' },
          // The basic code: characters 20 to 31 of the code of an item.
          catalog_code: { value: '$substring(body.item.code, 19, 12)', characters: 12 },
          applyer_type: 'body.applicant.type',
          applyer_name: 'body.applicant.name',
          applyer_page_type: 'body.applicant.idType',
          applyer_page_code: 'body.applicant.idNumber',
          contact_name: 'body.applicant.name',
          contact_mobile: { value: 'body.applicant.phone', characters: 11 },
          address: 'body.applicant.address',
          apply_type: "'1'",
          apply_date: { value: 'body.receivedAt', type: 'time' },
          accept_date: { value: 'body.receivedAt', type: 'time' },
          org_code: { value: '$substring(body.item.code, 0, 18)', characters: 18 },
          org_name: 'to',
          project_type: "'2'",
          data_source: 'from',
          ...SYNC,
        },
      },
    ],
    localCaseNo: 'caseNo',
  },
} as const

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The configuration with what its preset says besides; rows of the same table are one. What is no object is left for the schema to judge. */
export function withPreset(config: unknown): unknown {
  if (!isObject(config) || config.preset !== 'up') return config
  const { preset, ...own } = config
  return { ...own, register: merged(UP.register, isObject(own.register) ? own.register : {}) }
}

function merged(preset: typeof UP.register, own: Json): Json {
  const ownRows = Array.isArray(own.rows) ? own.rows.filter(isObject) : []
  const known = preset.rows.map(row => {
    const same = ownRows.find(({ table }) => table === row.table)
    const columns = { ...row.columns, ...(isObject(same?.columns) ? same.columns : {}) }
    // A column that a city's table lacks is written as false.
    return {
      ...row,
      ...same,
      columns: Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== false)),
    }
  })
  const others = ownRows.filter(({ table }) => preset.rows.every(row => row.table !== table))
  const way = own.answer === undefined && own.handed === undefined ? { localCaseNo: preset.localCaseNo } : {}
  return { ...way, ...own, rows: [...others, ...known] }
}
