import { generateKeyPair } from '@libp2p/crypto/keys'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { expect, test } from 'vitest'
import { lateNoise } from './noise.ts'

test('noise is told by the name that it has itself, before it is loaded', async () => {
  const privateKey = await generateKeyPair('Ed25519')
  const log = Object.assign(() => {}, { error: () => {}, trace: () => {}, enabled: false, newScope: () => log })
  const components = {
    privateKey,
    peerId: peerIdFromPrivateKey(privateKey),
    logger: { forComponent: () => log },
    upgrader: { getStreamMuxers: () => new Map() } as never,
  }
  expect(lateNoise(components).protocol).toBe(noise()(components).protocol)
})
