/** What runs here: version and build, the systems beside it, the rules that the city set. */
import { Descriptions } from 'antd'
import { useSettings } from '../session.ts'
import { useWords } from '../words.ts'
import { OperationFrame } from './frame.tsx'
import { OPERATION } from './words.ts'

export function Page() {
  const words = useWords(OPERATION)
  const { city, software, approvalSystem, carrier, applicantsUrl, fourEyes, separateDecision, singleSignOn } =
    useSettings()
  const yes = (is: boolean) => (is ? words.yes : words.no)
  const rows = [
    [words.version, software],
    [words.city, `${city.name} ${city.code}`],
    [words.authority, city.authority],
    [words.system, approvalSystem === 'workbench' ? words.workbench : words.rest],
    [words.carrier, carrier ?? words.byHand],
    [words.applicants, applicantsUrl ?? words.notSet],
    [words.fourEyes, yes(fourEyes)],
    [words.separate, yes(separateDecision)],
    [words.singleSignOn, yes(singleSignOn)],
  ] as const
  return (
    <OperationFrame part="about">
      <section className="card">
        <Descriptions column={1} items={rows.map(([label, children]) => ({ key: label, label, children }))} />
        <p>{words.upgrade}</p>
        <p>
          <a href="/reference">{words.interfaces}</a> · <a href="/problems">{words.problems}</a>
        </p>
      </section>
    </OperationFrame>
  )
}
