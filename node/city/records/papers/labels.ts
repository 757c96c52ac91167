/** Labels for parcels of a case (邮寄面单): originals to the handling city, the result to the applicant. Pure. */
import type { CaseContent } from '../../../../protocol/case/kinds.ts'
import type { Label } from './sheet.ts'
import type { PaperView } from './view.ts'

type Recipient = NonNullable<CaseContent<'case.ship'>['recipient']>
type Waybill = CaseContent<'case.ship'>['waybill']

const words = (...parts: (string | undefined)[]): string[] => parts.filter(part => part !== undefined)

/** Those that have an address. */
export function labelsOf(view: PaperView): Label[] {
  const { submit, item } = view
  const ship = view.body('case.ship')?.content
  const result = view.body('case.send-result')?.content
  const label = (
    kind: string,
    to: Recipient | undefined,
    from: string[],
    waybill: Waybill | undefined,
    contents: string,
  ): Label[] =>
    to === undefined
      ? []
      : [
          {
            kind,
            address: words(to.postcode, to.address),
            to: words(to.name, to.phone),
            from: ['寄件人', ...from],
            rest: [
              ...(waybill === undefined ? [] : [`${waybill.carrier} ${waybill.number}`]),
              `内件 ${contents}`,
              `办件编号 ${submit.caseNo}`,
            ],
          },
        ]
  const counter = words(view.city(view.collecting).authority, submit.window, submit.clerk?.phone)
  const organ = words(view.city(view.handling).authority, item?.linkWay)
  return [
    ...label('原件寄往办理地', ship?.recipient, counter, ship?.waybill, (ship?.contents ?? []).join('、')),
    ...label('结果寄送', result?.recipient ?? submit.delivery?.recipient, organ, result?.waybill, '办理结果'),
  ]
}
