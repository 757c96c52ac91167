/** What the fields of a step can name of the case: questions to answer, fees, steps to correct, materials that may come later. */
import { TITLES } from '../../../../../../protocol/case/names.ts'
import { useSettings } from '../../session.ts'
import { instantText } from '../../time.ts'
import { type Language, useLanguage } from '../../words.ts'
import type { Detail } from '../duties.ts'
import type { ItemMaterial } from './context.ts'
import type { StepKind } from './kinds.ts'
import type { Choices } from './schema.ts'

/** 容缺后补: may be handed in later. */
const LATER = '3'

export function choicesOf(
  kind: StepKind,
  { questions, payments, timeline }: Pick<Detail, 'questions' | 'payments' | 'timeline'>,
  materials: readonly ItemMaterial[],
  { city, language }: { city: string; language: Language },
): Choices {
  const step = ({ packet, kind: which, at }: { packet: string; kind: keyof typeof TITLES; at: string }) => ({
    value: packet,
    label: `${TITLES[which][language]} ${instantText(at, language)}`,
  })
  switch (kind) {
    case 'case.answer':
      return { to: questions.map(step) }
    case 'case.revoke':
      return { objection: questions.filter(question => question.kind === 'case.object').map(step) }
    case 'case.correct':
      return { packet: timeline.filter(entry => entry.city === city).map(step) }
    case 'case.record-payment':
      return {
        payment: payments.flatMap(({ packet, number, amount, result }) =>
          result === null ? [{ value: packet, label: [number, amount].filter(part => part !== null).join(' · ') }] : [],
        ),
      }
    case 'case.commit':
      return {
        materials: materials.flatMap(({ materialCode, materialName, isNeed }) =>
          isNeed === LATER ? [{ value: materialCode, label: materialName }] : [],
        ),
      }
    default:
      return {}
  }
}

export function useChoices(kind: StepKind, detail: Detail, materials: readonly ItemMaterial[]): Choices {
  const { city } = useSettings()
  const language = useLanguage()
  return choicesOf(kind, detail, materials, { city: city.code, language })
}
