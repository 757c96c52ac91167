/** Findings of the drafts, or of all that would be published, by rule: how often each, where, and who cures it. */

import { Link } from '@tanstack/react-router'
import { Button, Radio } from 'antd'
import { useState } from 'react'
import { useNode } from '../query.ts'
import { Shown } from '../ui/page.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { draftAddress } from './address.ts'
import { pathName } from './fields.ts'
import { cureOf } from './findings.ts'
import { SERVICES } from './words.ts'

function Rule({ rule, scope }: { rule: string; scope: 'drafts' | 'all' }) {
  const language = useLanguage()
  const read = useNode('lintDrafts', { query: { scope, rule } })
  return (
    <Shown read={read}>
      {({ findings }) => (
        <ul className="item-points">
          {findings.map(({ code, name, path }) => (
            <li key={`${code} ${path}`}>
              <Link to={draftAddress(code)}>{name}</Link>{' '}
              <span className="muted">{pathName(path, language, (_, entry) => entry)}</span>
            </li>
          ))}
        </ul>
      )}
    </Shown>
  )
}

export function Lint() {
  const words = useWords(SERVICES)
  const pair = usePair()
  const [scope, setScope] = useState<'drafts' | 'all'>('drafts')
  const [open, setOpen] = useState<string | null>(null)
  const read = useNode('lintDrafts', { query: { scope } }, { keep: true })
  const cures = {
    administrator: words.cureAdministrator,
    department: words.cureDepartment,
    units: words.cureUnits,
    file: words.cureFile,
  }
  return (
    <section className="card" aria-labelledby="lint">
      <h2 id="lint">{words.lint}</h2>
      <Radio.Group
        aria-label={words.lint}
        value={scope}
        onChange={({ target }) => setScope(target.value as 'drafts' | 'all')}
        options={[
          { value: 'drafts', label: words.lintDrafts },
          { value: 'all', label: words.lintAll },
        ]}
      />
      <Shown read={read}>
        {({ items, rules }) => (
          <>
            <p role="status">
              {words.lintItems(items)}
              {rules.length === 0 ? ` · ${words.lintClean}` : null}
            </p>
            <ul className="rows-of">
              {rules.map(({ rule, level, zh, en, count }) => (
                <li key={rule}>
                  <span className={level === 'error' ? 'worse' : 'advice'}>
                    {level === 'error' ? `✗ ${words.blocks}` : `! ${words.advises}`}
                  </span>{' '}
                  {pair({ zh, en })}
                  <div className="muted">
                    {words.cures}: {cures[cureOf(rule)]}{' '}
                    <Button
                      size="small"
                      aria-expanded={open === rule}
                      onClick={() => setOpen(open === rule ? null : rule)}
                    >
                      {words.times(count)}
                    </Button>
                  </div>
                  {open === rule ? <Rule rule={rule} scope={scope} /> : null}
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </section>
  )
}
