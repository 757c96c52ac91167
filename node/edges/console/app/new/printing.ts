/** Whether receipts print by themselves here: of the computer and its printer, whoever sits at it. */
const KEPT = 'tongban.prints-receipts'

export const printsReceipts = (): boolean => localStorage.getItem(KEPT) !== 'no'

export const setPrintsReceipts = (prints: boolean): void => localStorage.setItem(KEPT, prints ? 'yes' : 'no')
