/** What is used of the parts of node-forge that load without the rest of it, as a browser loads them; they come without types. */
declare module 'node-forge/lib/asn1.js' {
  export interface Asn1 {
    tagClass: number
    type: number
    constructed: boolean
    composed: boolean
    value: string | Asn1[]
  }
  interface Bytes {
    getBytes(): string
  }
  const asn1: {
    Class: { readonly UNIVERSAL: number; readonly CONTEXT_SPECIFIC: number }
    Type: {
      readonly BOOLEAN: number
      readonly INTEGER: number
      readonly BITSTRING: number
      readonly OCTETSTRING: number
      readonly NULL: number
      readonly OID: number
      readonly UTF8: number
      readonly SEQUENCE: number
      readonly SET: number
      readonly PRINTABLESTRING: number
      readonly IA5STRING: number
      readonly UTCTIME: number
      readonly GENERALIZEDTIME: number
      readonly BMPSTRING: number
    }
    create(tagClass: number, type: number, constructed: boolean, value: string | Asn1[]): Asn1
    fromDer(der: string): Asn1
    toDer(node: Asn1): Bytes
    oidToDer(oid: string): Bytes
    derToOid(der: string): string
    integerToDer(value: number): Bytes
    dateToUtcTime(date: Date): string
    dateToGeneralizedTime(date: Date): string
  }

  // biome-ignore lint/style/noDefaultExport: a CommonJS module has no other
  export default asn1
}

declare module 'node-forge/lib/sha1.js' {
  const sha1: { create(): import('node-forge/lib/sha256.js').Digest }

  // biome-ignore lint/style/noDefaultExport: a CommonJS module has no other
  export default sha1
}

declare module 'node-forge/lib/sha256.js' {
  /** Takes and gives binary strings. */
  export interface Digest {
    update(binary: string): this
    digest(): { getBytes(): string }
  }
  const sha256: { create(): Digest }

  // biome-ignore lint/style/noDefaultExport: a CommonJS module has no other
  export default sha256
}
