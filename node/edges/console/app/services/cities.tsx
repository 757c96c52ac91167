/** Partner cities, for their lists. */
import { Link } from '@tanstack/react-router'
import { Empty } from 'antd'
import { useNode } from '../query.ts'
import { Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { ServicesFrame } from './tabs.tsx'
import { SERVICES } from './words.ts'

export function Page() {
  const words = useWords(SERVICES)
  const partners = useNode('listPartners')
  return (
    <ServicesFrame>
      <Shown read={partners}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty className="card" description={words.noPartners}>
              <p>{words.noPartnersHint}</p>
              <Link to="/partners">{words.toPartners}</Link>
            </Empty>
          ) : (
            <ul className="rows">
              {items.map(({ code, name }) => (
                <li key={code} className="card">
                  <Link to={`/services/${code}`}>
                    <strong>{name}</strong>
                  </Link>{' '}
                  <span className="muted">{code}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </ServicesFrame>
  )
}
