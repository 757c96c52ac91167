/** What rjsf itself says in a form, in the words of the page. */
import { englishStringTranslator, TranslatableString } from '@rjsf/utils'
import { useCallback } from 'react'

type FormWords = Readonly<Record<'add' | 'remove' | 'moveUp' | 'moveDown' | 'yes' | 'no', string>>

export function useFormWords(words: FormWords): (text: TranslatableString, params?: string[]) => string {
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
