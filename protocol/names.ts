/** Every name that stands on the wire, in one place; nothing outside this file spells one as a literal. */

export const PROTOCOL_VERSION = 1

/** JWS `typ` header values, one per kind of signed document (RFC 7515 §4.1.9, RFC 8725 §3.11). */
export const TYP = {
  packet: 'tongban-packet+jws',
  receipt: 'tongban-receipt+jws',
  delegation: 'tongban-delegation+jws',
  revocation: 'tongban-revocation+jws',
  list: 'tongban-list+jws',
  agreement: 'tongban-agreement+jws',
  agreementNotice: 'tongban-agreement-notice+jws',
  directory: 'tongban-directory+jws',
} as const

/** libp2p protocol ids. */
export const STREAM = {
  exchange: '/tongban/exchange/1',
  materials: '/tongban/materials/1',
  lists: '/tongban/lists/1',
  pairing: '/tongban/pairing/2',
  directory: '/tongban/directory/1',
} as const

/** Signature algorithms: packets by delegated Ed25519 keys (RFC 9864), delegations and agreements by the RSA city certificate. */
export const PACKET_ALG = 'Ed25519'
export const CERTIFICATE_ALG = 'RS256'

export const BODY_TYPE = 'application/json'
export const EVIDENCE_FORMAT = 'tongban-evidence/1'
export const DEADLINES_FORMAT = 'tongban-deadlines/1'
export const INVITE_PREFIX = 'tongban-invite:'
/** An invite as a link: the secret stands behind `#`, which no browser sends anywhere; a web page may take the scheme (HTML §8.8.1.3). */
export const INVITE_LINK = 'web+tongban:invite#'
