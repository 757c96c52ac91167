/** Every limit that both cities must know, with its default. Sizes in bytes, times in seconds unless said otherwise. */
export const LIMITS = {
  /** one compact JWS of a packet */ packetBytes: 32 * 1024,
  /** the body beside a packet */ bodyBytes: 256 * 1024,
  /** materials of one packet */ materialsPerPacket: 64,
  /** one material */ materialBytes: 2 * 1024 * 1024 * 1024,
  /** packets that one receipt covers */ receiptItems: 256,
  /** one compact JWS of a receipt */ receiptBytes: 64 * 1024,
  /** one compact JWS of a delegation or revocation */ delegationBytes: 16 * 1024,
  /** keys in one delegation */ delegationKeys: 8,
  /** validity of a delegation, seconds */ delegationSeconds: 400 * 24 * 3600,
  /** delegations and revocations that one hello carries */ helloDelegations: 64,
  /** one frame of the exchange stream: the largest packet with its body, and its receipt when recalled */ frameBytes:
    512 * 1024,
  /** one frame of the materials stream */ materialFrameBytes: 128 * 1024,
  /** one frame of the pairing stream */ pairingFrameBytes: 256 * 1024,
  /** how far ahead of the receiver's clock `iat` may lie, seconds */ clockSkewSeconds: 300,
  /** packets of one thread */ threadPackets: 10_000,
  /** an agreement document */ agreementBytes: 192 * 1024,
  /** items of one agreement */ agreementItems: 1_000,
  /** items of one service list */ listItems: 150_000,
  /** bytes of one service list */ listBytes: 1024 * 1024 * 1024,
  /** text of an invite */ inviteBytes: 4 * 1024,
} as const
