/** Which items the body of `register` does not know the codes of. */
import { type Adapter, compileTemplate, compileXmlTemplate, createLacking } from '../sdk/index.ts'
import { BODY_VARIABLES } from './compile-parts.ts'
import type { RestConfig } from './config.ts'

export const lackingOf = ({ dictionaries, register }: RestConfig): NonNullable<Adapter['lacking']> =>
  createLacking(dictionaries, functions => {
    const { as, body: template } = register
    const place = 'register.body'
    const compiled =
      as === 'xml'
        ? compileXmlTemplate(
            place,
            [template].flat().join('\n'),
            { ...functions, secret: { signature: '<s:s>', call: () => '' } },
            BODY_VARIABLES,
          )
        : compileTemplate(place, template, functions, () => ({ ok: true, value: '' }), BODY_VARIABLES)
    return compiled.ok ? compiled.mapping : null
  })
