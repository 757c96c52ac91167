/**
 * X.509 for cities: profile, keys, issuing, requests, chain checks, PKCS#12. node-forge is used here and nowhere else: for
 * ASN.1 and PKCS#12; signatures and hashes are the runtime's. May import protocol/.
 */
export { checkAuthority, checkCertificate, checkChain, checkSelfIssued, checkValidity } from './chain.ts'
export { createCa, issue, selfIssue, validFor } from './issue.ts'
export { generateKey } from './key.ts'
export { pemIn, splitChain } from './pem.ts'
export { fromPkcs12, toPkcs12 } from './pkcs12.ts'
export { PROFILE } from './profile.ts'
export { type CityCertificate, keyThumbprint, readCa, readCertificate, readPlain } from './read.ts'
export { createRequest, readRequest } from './request.ts'
