/**
 * Crypto of the noise handshake and of the bytes after it: that of @libp2p/noise, with ChaCha20-Poly1305 (RFC 8439) by
 * libsodium. Bun's node:crypto has no chacha20-poly1305, and libsodium is 4 to 8 times as fast as noise's WASM.
 */

import { createRequire } from 'node:module'
import { defaultCrypto } from '@libp2p/noise/crypto'
import { LEAST_BLOCK_BYTES, passed, sendOff, takeBlock } from '../../kernel/blocks.ts'

const load = createRequire(import.meta.url)
/** Loaded at the first connection. */
let sodium: typeof import('sodium-native') | null = null
const library = () => (sodium ??= load('sodium-native') as typeof import('sodium-native'))

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
  let at = 0
  for (const part of partsOf(bytes)) {
    block.set(part, at)
    at += part.byteLength
  }
}

const partsOf = (bytes: Bytes): Iterable<Uint8Array> => (bytes instanceof Uint8Array ? [bytes] : bytes)

/**
 * Gives the memory of a read of the socket back when its last bytes were decrypted: messages come in their order, so that all of it was
 * then. A read is up to half a megabyte, and the collector does not see it.
 */
function spend({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (buffer.byteLength < LEAST_BLOCK_BYTES || byteOffset + byteLength < buffer.byteLength) return
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

export const sodiumCrypto: typeof defaultCrypto = {
  ...defaultCrypto,
  chaCha20Poly1305Encrypt(plaintext, nonce, ad, k) {
    const cipher = sendOff(takeBlock(plaintext.byteLength + TAG_BYTES))
    // Encrypted where it lies: a list, as it comes from the multiplexer, would else be copied for it.
    put(cipher, plaintext)
    for (const part of partsOf(plaintext)) passed(part)
    library().crypto_aead_chacha20poly1305_ietf_encrypt(
      cipher,
      cipher.subarray(0, plaintext.byteLength),
      ad,
      null,
      nonce,
      k,
    )
    return cipher
  },
  chaCha20Poly1305Decrypt(ciphertext, nonce, ad, k) {
    const length = ciphertext.byteLength - TAG_BYTES
    if (length < 0) throw new Error('a noise message is shorter than its tag')
    // Memory of its own: what noise offers is a part of what came, which is given back below, or a copy of it.
    const plain = length < LEAST_BLOCK_BYTES ? Buffer.allocUnsafe(length) : sendOff(takeBlock(length))
    library().crypto_aead_chacha20poly1305_ietf_decrypt(plain, null, whole(ciphertext), ad, nonce, k)
    if (!(ciphertext instanceof Uint8Array)) for (const part of ciphertext) spend(part)
    return plain
  },
}
