/** What work costs, for tests that it grows no faster than what it is given: others on a busy machine take time, but not this. */

/** Processor time of this process while `work` runs, ms. */
export async function processorTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
