/** What rjsf itself says, in the words of the console. */
import { englishStringTranslator, TranslatableString } from '@rjsf/utils'
import { useCallback } from 'react'
import { useWords } from '../../words.ts'
import { STEPS } from './words.ts'

export function useTranslated(): (text: TranslatableString, params?: string[]) => string {
  const words = useWords(STEPS)
  return useCallback(
    (text, params) => {
      const said: Partial<Record<TranslatableString, string>> = {
        [TranslatableString.AddButton]: words.add,
        [TranslatableString.AddItemButton]: words.add,
        [TranslatableString.RemoveButton]: words.remove,
        [TranslatableString.MoveUpButton]: words.moveUp,
        [TranslatableString.MoveDownButton]: words.moveDown,
        [TranslatableString.YesLabel]: words.yes,
        [TranslatableString.NoLabel]: words.no,
      }
      return said[text] ?? englishStringTranslator(text, params)
    },
    [words],
  )
}
