/**
 * X.509 for cities: profile, issuing, chain checks, PKCS#12. node-forge is used here and nowhere else.
 * May import protocol/ and jose.
 */
export { checkChain, checkSelfIssued, checkValidity } from './chain.ts'
export { generateKey } from './forge.ts'
export { createCa, createRequest, issue, readRequest, selfIssue, type Validity, validFor } from './issue.ts'
export { fromPkcs12, toPkcs12 } from './pkcs12.ts'
export { type CitySubject, PROFILE } from './profile.ts'
export { type CityCertificate, keyThumbprint, readCa, readCertificate } from './read.ts'
