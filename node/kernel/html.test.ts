import { expect, test } from 'vitest'
import { escapeHtml } from './html.ts'

test('text stays text in an element and in an attribute', () => {
  expect(escapeHtml(`<b title="a" class='b'>陈&小满</b>`)).toBe(
    '&lt;b title=&quot;a&quot; class=&#39;b&#39;&gt;陈&amp;小满&lt;/b&gt;',
  )
})
