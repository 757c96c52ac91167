/** An item as its applicant is told (办事指南): what it is, what is asked for, by when, what it costs, where, and what comes out. */
import { Tag } from 'antd'
import type { ReactNode } from 'react'
import { useNode } from '../query.ts'
import { Scroll } from '../ui/scroll.tsx'
import { useLanguage, useWords } from '../words.ts'
import { fieldName, valueText } from './fields.ts'
import type { Item } from './item-type.ts'
import { Sample } from './sample.tsx'
import { SERVICES } from './words.ts'

function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section className="card" aria-labelledby={`guide-${id}`}>
      <h2 id={`guide-${id}`}>{title}</h2>
      {children}
    </section>
  )
}

/** Fields with what they say; those that say nothing are left out. */
function Fields({ item, fields }: { item: Item; fields: readonly (keyof Item)[] }) {
  const language = useLanguage()
  const said = fields.filter(field => item[field] !== undefined)
  if (said.length === 0) return null
  return (
    <dl className="item-facts">
      {said.map(field => (
        <div key={field}>
          <dt>{fieldName(field, language)}</dt>
          <dd>{valueText(field, item[field], language)}</dd>
        </div>
      ))}
    </dl>
  )
}

function Materials({ city, item }: { city: string; item: Item }) {
  const words = useWords(SERVICES)
  const language = useLanguage()
  if (item.materials.length === 0) return <p>{words.noMaterials}</p>
  const text = (field: string, value: unknown) => valueText(`materials.${field}`, value, language)
  return (
    <Scroll label={words.materials}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{fieldName('materials.materialName', language)}</th>
            <th scope="col">{fieldName('materials.isNeed', language)}</th>
            <th scope="col">{fieldName('materials.materialType', language)}</th>
            <th scope="col">{fieldName('materials.sourceType', language)}</th>
            <th scope="col">{words.points}</th>
            <th scope="col">{words.samples}</th>
          </tr>
        </thead>
        <tbody>
          {item.materials.map(material => (
            <tr key={material.materialCode}>
              <td>
                {material.materialName}
                <div className="muted item-code">{material.materialCode}</div>
                {material.acceptStand === undefined ? null : <div className="muted">{material.acceptStand}</div>}
              </td>
              <td>
                {text('isNeed', material.isNeed)}
                {material.needExplain === undefined ? null : <div className="muted">{material.needExplain}</div>}
              </td>
              <td>
                {text('materialType', material.materialType)} · {text('materialFormat', material.materialFormat)}
              </td>
              <td>
                {text('sourceType', material.sourceType)}
                {material.issuer === undefined ? null : <div className="muted">{material.issuer}</div>}
              </td>
              <td>
                {(material.reviewPoints ?? []).length === 0 ? (
                  words.noSample
                ) : (
                  <ol className="item-points">
                    {material.reviewPoints?.map(point => (
                      <li key={point}>{point}</li>
                    ))}
                  </ol>
                )}
              </td>
              <td>
                {material.exampleGuid === undefined ? null : (
                  <Sample
                    city={city}
                    item={item.taskCode}
                    what={words.example}
                    of={material.materialName}
                    named={material.exampleGuid}
                  />
                )}
                {material.formGuid === undefined ? null : (
                  <Sample
                    city={city}
                    item={item.taskCode}
                    what={words.blank}
                    of={material.materialName}
                    named={material.formGuid}
                  />
                )}
                {material.exampleGuid === undefined && material.formGuid === undefined ? words.noSample : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

type Property = { title?: string; type?: string; description?: string }
/** Fields of the application form, of which a city wrote the schema. */
function FormFields({ item }: { item: Item }) {
  const words = useWords(SERVICES)
  const { properties, required } = (item.form ?? {}) as {
    properties?: Readonly<Record<string, Property>>
    required?: readonly string[]
  }
  const fields = Object.entries(typeof properties === 'object' && properties !== null ? properties : {})
  const needed = Array.isArray(required) ? required : []
  return (
    <ul className="item-points">
      {fields.map(([name, of]) => (
        <li key={name}>
          {of.title ?? name} {needed.includes(name) ? <Tag>{words.required}</Tag> : null}
          {of.description === undefined ? null : <span className="muted">{of.description}</span>}
        </li>
      ))}
    </ul>
  )
}

function Places({ city, code }: { city: string; code: string }) {
  const places = useNode('listPlaces', { params: { city, code } })
  return (
    <ul className="item-points">
      {(places.data?.items ?? []).map(unit => (
        <li key={unit.code}>
          {unit.name} {[unit.address, unit.hours, unit.phone].filter(Boolean).join(' · ')}
          {(unit.windows ?? []).map(window => (
            <div key={window.code} className="muted">
              {window.name} {[window.place, window.phone, window.hours].filter(Boolean).join(' · ')}
            </div>
          ))}
        </li>
      ))}
    </ul>
  )
}

export function Guide({ city, item }: { city: string; item: Item }) {
  const words = useWords(SERVICES)
  const language = useLanguage()
  return (
    <div className="guide">
      <Section id="basics" title={words.basics}>
        <Fields
          item={item}
          fields={['taskCode', 'deptName', 'taskType', 'useLevel', 'serverType', 'projectType', 'modes', 'handleType']}
        />
      </Section>
      {item.acceptCondition === undefined ? null : (
        <Section id="condition" title={words.condition}>
          <p className="text">{item.acceptCondition}</p>
        </Section>
      )}
      <Section id="materials" title={words.materials}>
        <Materials city={city} item={item} />
      </Section>
      <Section id="limits" title={words.limits}>
        <Fields
          item={item}
          fields={[
            'anticipateDay',
            'anticipateExplain',
            'promiseDay',
            'promiseExplain',
            'limitSceneNum',
            'limitSceneExplain',
            'specialProcedure',
            'specialProcedures',
          ]}
        />
      </Section>
      <Section id="fees" title={words.fees}>
        {item.isFee ? <Fields item={item} fields={['fees', 'feeBasis', 'isPayOnline']} /> : <p>{words.free}</p>}
      </Section>
      <Section id="result" title={words.result}>
        <Fields item={item} fields={['resultType', 'resultName', 'isMailMaterial', 'isMailResult', 'isExpress']} />
        {item.resultGuid === undefined ? null : (
          <Sample
            city={city}
            item={item.taskCode}
            what={words.resultSample}
            of={item.resultName ?? item.taskName}
            named={item.resultGuid}
          />
        )}
      </Section>
      {item.handleFlow === undefined && item.handleLinks === undefined ? null : (
        <Section id="flow" title={words.flow}>
          <Fields item={item} fields={['handleFlow', 'handleLinks']} />
        </Section>
      )}
      <Section id="contact" title={words.contact}>
        <Fields
          item={item}
          fields={['linkWay', 'superviseWay', 'transactAddr', 'transactTime', 'contacts', 'reviewContact']}
        />
        {item.offeredAt === undefined ? null : (
          <>
            <h3>{words.places}</h3>
            <Places city={city} code={item.taskCode} />
          </>
        )}
      </Section>
      {item.form === undefined ? null : (
        <Section id="form" title={words.form}>
          <FormFields item={item} />
        </Section>
      )}
      {item.byLaw === undefined && item.legalBases === undefined ? null : (
        <Section id="law" title={words.law}>
          <Fields item={item} fields={['byLaw', 'legalBases']} />
        </Section>
      )}
      {item.consent === undefined ? null : (
        <Section id="consent" title={`${words.consent} ${item.consent.version}`}>
          <p className="text">{item.consent.text}</p>
        </Section>
      )}
      {(item.faqs ?? []).length === 0 ? null : (
        <Section id="faqs" title={words.faqs}>
          <dl className="item-facts wide">
            {item.faqs?.map(({ question, answer }) => (
              <div key={question}>
                <dt>{question}</dt>
                <dd>{answer}</dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
      <p className="muted">
        {words.itemVersion(item.taskVersion)} · {valueText('taskState', item.taskState, language)}
      </p>
    </div>
  )
}
