import { describe, expect, test } from 'vitest'
import { html, joined, raw, textOf } from './html.ts'

const EVIL = `<b title="a" class='b'>陈&小满</b>`

describe('a page', () => {
  test('keeps text as text, in an element and in an attribute', () => {
    expect(textOf(html`<p title="${EVIL}">${EVIL}</p>`)).toBe(
      `<p title="${'&lt;b title=&quot;a&quot; class=&#39;b&#39;&gt;陈&amp;小满&lt;/b&gt;'}">${'&lt;b title=&quot;a&quot; class=&#39;b&#39;&gt;陈&amp;小满&lt;/b&gt;'}</p>`,
    )
  })

  test('takes HTML and lists of it as they are, and escapes the rest of a list', () => {
    expect(textOf(html`<ul>${['<1>', '<2>'].map(text => html`<li>${text}</li>`)}${['<3>']}</ul>`)).toBe(
      '<ul><li>&lt;1&gt;</li><li>&lt;2&gt;</li>&lt;3&gt;</ul>',
    )
    expect(textOf(joined(['<a>', html`<i>b</i>`, 'c'], html`<br>`))).toBe('&lt;a&gt;<br><i>b</i><br>c')
    expect(textOf(html`<style>${raw('a>b{}')}</style>`)).toBe('<style>a>b{}</style>')
  })

  test('that waits is refused', () => {
    expect(() => textOf(html`<p>${Promise.resolve('late')}</p>`)).toThrow(TypeError)
  })
})
