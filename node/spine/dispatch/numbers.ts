/**
 * Local case numbers are unique in one approval system, and a city may have several: what is kept of a number is kept of the number at
 * its adapter. The main one, `adapter` of the configuration, has no name here.
 */

/** How the store names the main adapter. */
export const MAIN = ''

/** Stands in no name and in no local case number. */
const BETWEEN = '\u001f'

export const keyOf = (adapter: string, localCaseNo: string): string =>
  adapter === MAIN ? localCaseNo : `${adapter}${BETWEEN}${localCaseNo}`

export const numberOf = (adapter: string, key: string): string =>
  adapter === MAIN ? key : key.slice(adapter.length + BETWEEN.length)

/** SQL: the adapter of the case `c`. */
export const ADAPTER_OF_CASE = `coalesce((SELECT p.adapter FROM case_adapters p WHERE p.thread_no = c.thread_no), '${MAIN}')`

/** SQL: the number of the kept answer `a`, and whether it is of the case `c` that this city handles. */
export const NUMBER_OF_ANSWER = `iif(a.adapter = '${MAIN}', a.local_case_no, substr(a.local_case_no, length(a.adapter) + 2))`
export const IS_OF_CASE = `c.local_case_no = ${NUMBER_OF_ANSWER} AND c.role = 'handling' AND ${ADAPTER_OF_CASE} = a.adapter`

/** SQL: what is kept of the number of the case `c`. */
export const KEY_OF_CASE = `(CASE ${ADAPTER_OF_CASE} WHEN '${MAIN}' THEN '' ELSE ${ADAPTER_OF_CASE} || '${BETWEEN}' END) || c.local_case_no`
