/**
 * Crypto of the noise handshake and of the bytes after it: that of @libp2p/noise, with ChaCha20-Poly1305 (RFC 8439) by
 * libsodium. Bun's node:crypto has no chacha20-poly1305, and libsodium is 4 to 8 times as fast as noise's WASM.
 */
import { defaultCrypto } from '@libp2p/noise/crypto'
import sodium from 'sodium-native'

const TAG_BYTES = 16

type Bytes = Parameters<typeof defaultCrypto.chaCha20Poly1305Encrypt>[0]

/** A noise message is no longer. */
const MESSAGE_BYTES = 65_535
/** Where a message that came in several parts is put together until it is decrypted. */
const together = Buffer.allocUnsafeSlow(MESSAGE_BYTES)

/** One block of memory, until the next call. */
function whole(bytes: Bytes): Uint8Array {
  if (bytes instanceof Uint8Array || bytes.byteLength > MESSAGE_BYTES) return bytes.subarray()
  put(together, bytes)
  return together.subarray(0, bytes.byteLength)
}

/** Puts the bytes at the beginning of a block. */
function put(block: Uint8Array, bytes: Bytes): void {
  if (bytes instanceof Uint8Array) {
    block.set(bytes)
    return
  }
  let at = 0
  for (const part of bytes) {
    block.set(part, at)
    at += part.byteLength
  }
}

export const sodiumCrypto: typeof defaultCrypto = {
  ...defaultCrypto,
  chaCha20Poly1305Encrypt(plaintext, nonce, ad, k) {
    const cipher = Buffer.allocUnsafeSlow(plaintext.byteLength + TAG_BYTES)
    // Encrypted where it lies: a list, as it comes from the multiplexer, would else be copied for it.
    put(cipher, plaintext)
    sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
      cipher,
      cipher.subarray(0, plaintext.byteLength),
      ad,
      null,
      nonce,
      k,
    )
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
