/** The two functions of sodium-native (libsodium) that noise needs; the package ships no types. */
declare module 'sodium-native' {
  const sodium: {
    /** Writes ciphertext and 16-byte tag of `message` into `cipher`; returns the bytes written. `secret` is unused: null. */
    crypto_aead_chacha20poly1305_ietf_encrypt(
      cipher: Uint8Array,
      message: Uint8Array,
      ad: Uint8Array | null,
      secret: null,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number
    /** Writes the plaintext into `message`, which may overlap `cipher`; throws when the tag does not hold. */
    crypto_aead_chacha20poly1305_ietf_decrypt(
      message: Uint8Array,
      secret: null,
      cipher: Uint8Array,
      ad: Uint8Array | null,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number
  }
  export = sodium
}
