/** The steps by which a certificate is renewed, for each way to do it: what is done here, and what is a command on the server. */
import type { Partner } from '../../../../client/api.generated.ts'

export const WAYS = ['self', 'selfNew', 'authority', 'authorityNew'] as const
export type Way = (typeof WAYS)[number]

export type Step =
  | { is: 'request'; newKey: boolean }
  | { is: 'toAuthority'; command: string }
  | { is: 'stop' | 'start' | 'tell' | 'again' | 'confirmed' | 'backup' }
  | { is: 'renew' | 'install'; command: string }

/** What one begins with: as the certificate is now. */
export const wayOf = (certificate: { selfIssued: boolean; waiting: boolean }): Way =>
  certificate.waiting ? 'authorityNew' : certificate.selfIssued ? 'self' : 'authority'

export const requestName = (city: string): string => `request-${city}.pem`

/** `selfIssued`: whether the present certificate is; leaving an authority is said in so many words. */
export function stepsOf(way: Way, city: string, selfIssued: boolean): Step[] {
  const before: Step[] =
    way === 'self' || way === 'selfNew'
      ? [
          { is: 'stop' },
          {
            is: 'renew',
            command: ['tongban identity renew', selfIssued ? '' : '--self-issued', way === 'selfNew' ? '--new-key' : '']
              .filter(part => part !== '')
              .join(' '),
          },
        ]
      : [
          { is: 'request', newKey: way === 'authorityNew' },
          { is: 'toAuthority', command: `tongban ca issue ${requestName(city)} --folder ca --out city.pem` },
          { is: 'stop' },
          { is: 'install', command: 'tongban ca install city.pem ca.pem' },
        ]
  return [...before, { is: 'start' }, { is: 'backup' }, { is: 'tell' }, { is: 'again' }, { is: 'confirmed' }]
}

/** Whether a partner goes by the present certificate, as far as this node can tell. */
export type Trust = 'trusts' | 'mismatch' | 'pending' | 'suspended' | 'notConnected'
export function trustOf({ status, connected, problem, breakerOpen }: Partner): Trust {
  if (status !== 'active') return status
  const code = problem?.code ?? breakerOpen?.problem.code
  if (code === 'certificate.mismatch') return 'mismatch'
  return connected && code === undefined ? 'trusts' : 'notConnected'
}

/** A fingerprint in groups of four, as it is read out. */
export const grouped = (fingerprint: string): string => fingerprint.match(/.{1,4}/g)?.join(' ') ?? fingerprint
