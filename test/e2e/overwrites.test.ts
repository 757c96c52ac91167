/** Every operation that writes something anew: whether it asks which version was edited, and why not. */
import { expect, test } from 'vitest'
import { describedApi } from '../generate/client.ts'

/** Null: two people may edit it, and whoever saves over what is there says which version they saw (`request.unseen`). */
const WRITES: Readonly<Record<string, string | null>> = {
  saveCaseDraft: null,
  saveAgreementDraft: null,
  saveDraft: null,
  saveColumnMapping: null,
  saveMapping: null,
  changePhrase: null,
  saveInstantApproval: null,
  continueUpload: 'only who began the upload goes on with it, at the offset where it is',
  noteHere: 'a page says of itself that it is open',
  changeView: 'of whoever made it alone, also where others use it',
  chooseDeskColumns: 'of the account itself: the columns of its own lists',
  changeWebhook: 'switches it on or off: it writes over nothing that was typed',
  publishServices: 'a whole list as the version after the last; drafts are where items are edited',
  changeServices: 'names the items that it changes; drafts are where items are edited',
  publishItems: 'a whole list as the version after the last; drafts are where items are edited',
  importCalendar: 'the notice of the State Council, or a table of the region: the later one counts',
  changeOwnPassword: 'of the account itself, with its present password',
  beginOwnSecondFactor: 'of the account itself, with its password',
  confirmOwnSecondFactor: 'of the account itself, with a code',
  renewAdapterLease: 'of the lease alone, under its fence',
  answerAdapterLease: 'of the lease alone, under its fence; an answer that was given stays',
  tellAdapterEvents: 'adds answers by their ids',
  keepAdapterFile: 'a file by its hash: the same bytes twice are one',
  grantPerson: 'says what it changes, and leaves the rest as it is; takes `If-Match`',
}

test('every PUT and PATCH is in the table, and those of editors may be refused for want of a version', async () => {
  const document = await describedApi()
  const writes = Object.values(document.paths).flatMap(item =>
    Object.entries(item as Record<string, { operationId: string; 'x-problems'?: string[] }>).filter(
      ([method]) => method === 'put' || method === 'patch',
    ),
  )
  expect(writes.map(([, { operationId }]) => operationId).sort()).toEqual(Object.keys(WRITES).sort())
  for (const [, { operationId, 'x-problems': problems = [] }] of writes)
    expect([operationId, problems.includes('request.unseen')]).toEqual([operationId, WRITES[operationId] === null])
})
