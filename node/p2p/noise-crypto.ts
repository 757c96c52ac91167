/**
 * Crypto of the noise handshake and of the bytes after it: that of @libp2p/noise, with ChaCha20-Poly1305 (RFC 8439) by
 * libsodium. Bun's node:crypto has no chacha20-poly1305, and libsodium is 4 to 8 times as fast as noise's WASM.
 */
import { defaultCrypto } from '@libp2p/noise/crypto'
import sodium from 'sodium-native'

const TAG_BYTES = 16

type Bytes = Parameters<typeof defaultCrypto.chaCha20Poly1305Encrypt>[0]

/** One block of memory; a list of several parts is copied. */
const whole = (bytes: Bytes): Uint8Array => bytes.subarray()

export const sodiumCrypto: typeof defaultCrypto = {
  ...defaultCrypto,
  chaCha20Poly1305Encrypt(plaintext, nonce, ad, k) {
    const cipher = Buffer.allocUnsafeSlow(plaintext.byteLength + TAG_BYTES)
    sodium.crypto_aead_chacha20poly1305_ietf_encrypt(cipher, whole(plaintext), ad, null, nonce, k)
    return cipher
  },
  chaCha20Poly1305Decrypt(ciphertext, nonce, ad, k, dst) {
    const length = ciphertext.byteLength - TAG_BYTES
    if (length < 0) throw new Error('a noise message is shorter than its tag')
    const plain = dst?.byteLength === length ? dst : Buffer.allocUnsafeSlow(length)
    sodium.crypto_aead_chacha20poly1305_ietf_decrypt(plain, null, whole(ciphertext), ad, nonce, k)
    return plain
  },
}
