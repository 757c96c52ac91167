/**
 * The multiplexer, with the two bounds that @libp2p/yamux 8 lacks: it keeps any announced length of a data frame before
 * it looks at the window, and answers pings and resets without looking whether the other end reads.
 */
import type { StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { yamux } from '@libp2p/yamux'
import type { P2pLimits } from './limits.ts'

/** A whole decrypted noise message may follow the frame that fills the window. */
const SLACK = 128 * 1024

/** Bytes that the decoder of the multiplexer holds; undefined when a new version is built in another way (a test tells). */
export function undecodedBytes(muxer: StreamMuxer): number | undefined {
  const decoder: unknown = Reflect.get(muxer, 'decoder')
  const buffer: unknown = decoder instanceof Object ? Reflect.get(decoder, 'buffer') : undefined
  const bytes: unknown = buffer instanceof Object ? Reflect.get(buffer, 'byteLength') : undefined
  return typeof bytes === 'number' ? bytes : undefined
}

export function boundedYamux(limits: P2pLimits): () => StreamMuxerFactory {
  const factory = yamux({
    // The connection monitor pings, and tears a dead connection down; yamux' own keep-alive only measures.
    keepAliveInterval: limits.pingInterval,
    maxInboundStreams: limits.inboundStreams,
    maxOutboundStreams: limits.outboundStreams,
    streamOptions: {
      maxStreamWindowSize: limits.streamWindow,
      maxReadBufferLength: limits.streamWindow * 2,
    },
  })()
  return () => ({
    protocol: factory.protocol,
    createStreamMuxer(connection) {
      const muxer = factory.createStreamMuxer(connection)
      connection.maxWriteBufferLength = limits.connectionWriteBuffer
      connection.addEventListener('message', () => {
        if ((undecodedBytes(muxer) ?? 0) <= limits.streamWindow + SLACK) return
        const error = new Error('a multiplexer frame is larger than any window')
        muxer.abort(error)
        connection.abort(error)
      })
      return muxer
    },
  })
}
