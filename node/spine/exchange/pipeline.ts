/**
 * Batches of one stream on their way into the store: each is stored after the one before, and verified while that one is stored.
 * Verification works on other threads, so that a core more is of use; storing is in order, one at a time.
 */

export type PipelineParts<Batch, Verified> = {
  verify: (batch: Batch) => Promise<Verified>
  /** Called for one batch at a time, in order. */
  store: (verified: Verified) => Promise<void>
}

export class Pipeline<Batch, Verified> {
  readonly #parts: PipelineParts<Batch, Verified>
  #storing: Promise<void> = Promise.resolve()

  constructor(parts: PipelineParts<Batch, Verified>) {
    this.#parts = parts
  }

  /** Verifies a batch now; resolves once the one before is stored. Throws what verifying this one, or storing that one, threw. */
  async push(batch: Batch): Promise<void> {
    const verifying = this.#parts.verify(batch)
    // What fails is thrown below, or by `stored`; until then nobody waits for it.
    verifying.catch(() => {})
    await this.#storing
    const verified = await verifying
    this.#storing = this.#parts.store(verified)
    this.#storing.catch(() => {})
  }

  /** Resolves once all is stored; throws what storing threw. */
  stored(): Promise<void> {
    return this.#storing
  }
}
