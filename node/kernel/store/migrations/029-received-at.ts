/**
 * When the other city got a packet (seconds): the `iat` of its first receipt, by which limits count beside that of the packet. Receipts
 * are kept signed, so the time is read out of them here: this program writes their claims in one order, `iat` at byte 43.
 */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const IAT_AT = '{"v":1,"iss":"420300","aud":"610900","iat":'.length
/** Until the year 2286. */
const DIGITS = 10

/** Six bits of the n-th character of the payload. */
const sextet = (n: number): string => `(instr('${ALPHABET}', substr(jws, instr(jws, '.') + ${n + 1}, 1)) - 1)`

/** The n-th byte of the payload. */
function byte(n: number): string {
  const first = Math.floor(n / 3) * 4
  const place = n % 3
  if (place === 0) return `((${sextet(first)} << 2) | (${sextet(first + 1)} >> 4))`
  if (place === 1) return `(((${sextet(first + 1)} & 15) << 4) | (${sextet(first + 2)} >> 2))`
  return `(((${sextet(first + 2)} & 3) << 6) | ${sextet(first + 3)})`
}

const iat = Array.from({ length: DIGITS }, (_, n) => `(${byte(IAT_AT + n)} - 48) * ${10 ** (DIGITS - 1 - n)}`).join(
  ' + ',
)

export const receivedAt = {
  version: 29,
  name: 'received at',
  sql: `
ALTER TABLE packets ADD COLUMN received_at INTEGER;
CREATE TABLE receipt_times (no INTEGER PRIMARY KEY, iat INTEGER NOT NULL);
INSERT INTO receipt_times (no, iat) SELECT no, ${iat} FROM receipts;
UPDATE packets SET received_at = (SELECT iat FROM receipt_times WHERE no = packets.receipt_no)
WHERE status = 'stored' AND receipt_no IS NOT NULL;
DROP TABLE receipt_times;
`,
} as const
