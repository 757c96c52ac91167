/** What `browser-verifier.ts` bundles: a verifier whole, in one file. */
export { verifySource } from '../../node/city/records/evidence/verify-source.ts'
export { sourceOf } from '../../node/city/records/evidence/zip.ts'
