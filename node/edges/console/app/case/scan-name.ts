/** What a scan or a file of a case is called. */
import { TITLES } from '../../../../../protocol/case/names.ts'
import type { AnswerOf } from '../query.ts'
import type { Language } from '../words.ts'

type Scan = Pick<AnswerOf<'listCaseMaterials'>['items'][number], 'title' | 'name' | 'code' | 'kind'>

/** As the item calls it, or as its city named it; the file of a decision or a result, which has no name of its own, by its step and its number. */
export const scanName = ({ title, name, code, kind }: Scan, language: Language): string =>
  title ?? name ?? [TITLES[kind][language], code].filter(part => part !== null).join(' ')
