/** Every limit that both cities must know, with its default. Sizes in bytes, times in seconds unless said otherwise. */
export const LIMITS = {
  /** one compact JWS of a packet */
  packetBytes: 32 * 1024,
  /** the body beside a packet */
  bodyBytes: 256 * 1024,
  /** nesting of any JSON that is signed or that both cities read */
  jsonLevels: 128,
  /** nesting of the fields of a form */
  formLevels: 64,
  /** entries of a list in a form */
  formEntries: 500,
  /** subschemas of the form of an item */
  formSubschemas: 1000,
  /** steps of a pattern of a form, its repetitions written out */
  formPatternSteps: 2000,
  /** steps of the check of one form: subschemas that are evaluated, and what they compare */
  formWork: 20_000,
  /** materials of one packet */
  materialsPerPacket: 64,
  /** cases that a joint one (多地联办, 一件事) consists of */
  jointCases: 16,
  /** one material */
  materialBytes: 2 * 1024 * 1024 * 1024,
  /** packets that one receipt covers */
  receiptItems: 256,
  /** one compact JWS of a receipt */
  receiptBytes: 64 * 1024,
  /** one compact JWS of a delegation or revocation */
  delegationBytes: 16 * 1024,
  /** keys in one delegation */
  delegationKeys: 8,
  /** peer keys of a city that count: those of its newest delegations */
  peerKeys: 4,
  /** validity of a delegation, seconds */
  delegationSeconds: 400 * 24 * 3600,
  /** delegations and revocations that one hello carries */
  helloDelegations: 64,
  /** one frame of the exchange stream: the largest packet with its body, and its receipt when recalled */
  frameBytes: 512 * 1024,
  /** one frame of the materials stream */
  materialFrameBytes: 128 * 1024,
  /** least bytes of a chunk of a material, but for the first and the last of an answer */
  materialChunkBytes: 1024,
  /** one frame of the pairing stream */
  pairingFrameBytes: 256 * 1024,
  /** how far ahead of the receiver's clock `iat` may lie, seconds */
  clockSkewSeconds: 300,
  /** how much older a new packet may be than what its city had to send when all of it was held last, seconds */
  staleSeconds: 2 * 24 * 3600,
  /** first year of the days that a step or an agreement names */
  namedFirstYear: 2000,
  /** days after its signing on which a step may say that something happened */
  namedHappenedDays: 1,
  /** days after its signing up to which a step may name another day: five years */
  namedAheadDays: 1826,
  /** days before its signing from which an application may say that it was received and its notice accepted */
  namedBehindDays: 180,
  /** days after its signing up to which a supplement, an answer or a special procedure may be due: a year */
  namedDueDays: 366,
  /** days after its signing up to which an agreement may name one: a hundred years */
  agreementAheadDays: 36_525,
  /** the material of a partner test */
  testMaterialBytes: 5 * 1024 * 1024,
  /** partner tests that a city may begin with another in an hour */
  testsPerHour: 12,
  /** packets of one city in one thread */
  threadPackets: 1_000,
  /** bodies of the packets of one city in one thread, together */
  threadBytes: 8 * 1024 * 1024,
  /** text of an agreement or amendment, before it is packed */
  agreementBytes: 8 * 1024 * 1024,
  /** notice of a party of an agreement between many */
  agreementNoticeBytes: 16 * 1024,
  /** one attachment of an agreement */
  attachmentBytes: 64 * 1024 * 1024,
  /** items of one agreement */
  agreementItems: 10_000,
  /** items of one service list */
  listItems: 150_000,
  /** bytes of one service list, its items as lines */
  listBytes: 1024 * 1024 * 1024,
  /** a sample or blank form that an item names */
  sampleBytes: 5 * 1024 * 1024,
  /** units of an organisation tree */
  organisationUnits: 10_000,
  /** bytes of an organisation tree */
  organisationBytes: 8 * 1024 * 1024,
  /** one item, its line without the end */
  itemBytes: 256 * 1024,
  /** items of one bucket of a service list, as lines */
  bucketBytes: 4 * 1024 * 1024,
  /** one compact JWS of a list head */
  listHeadBytes: 4 * 1024,
  /** one frame of the lists stream */
  listFrameBytes: 512 * 1024,
  /** lines of one frame of the lists stream, unpacked: at least one item of the largest size */
  listLinesBytes: 384 * 1024,
  /** one compact JWS of a directory */
  directoryBytes: 4 * 1024 * 1024,
  /** cities of a directory */
  directoryEntries: 5000,
  /** revoked certificates of a directory */
  directoryRevocations: 10_000,
  /** time to the next version of a directory, and grace time after it, each; seconds */
  directorySeconds: 400 * 24 * 3600,
  /** operators that a node trusts */
  directoryOperators: 8,
  /** text of an invite */
  inviteBytes: 4 * 1024,
} as const
