/** Processes of the bench: each answers calls of the parent over Node's IPC channel. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

type Call = { id: number; method: string; input: unknown }
type Answer = { id: number; value?: unknown; error?: string }

export class Child {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #calls = 0

  /** Starts `file`, a module of this folder or a URL. */
  constructor(file: string | URL) {
    const path = fileURLToPath(new URL(file, import.meta.url))
    this.#process = fork(path, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#process.on('message', message => {
      const { id, value, error } = message as Answer
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(value)
      else waiting?.reject(new Error(error))
    })
    this.#process.on('exit', code => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${String(file)} ended with ${String(code)}`))
      this.#waiting.clear()
    })
  }

  /** Calls one of the methods that the module gave to `answer`; input and result are JSON. */
  call<T>(method: string, input: unknown = null): Promise<T> {
    const id = ++this.#calls
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#process.send({ id, method, input } satisfies Call)
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Processor time of all its threads so far, ms. */
  async cpuMs(): Promise<number> {
    const { user, system } = await this.call<NodeJS.CpuUsage>('cpu')
    return (user + system) / 1000
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exited
  }
}

/** In the child: answers calls until the parent is gone. */
export function answer(methods: Record<string, (input: never) => Promise<unknown>>): void {
  process.on('message', message => {
    const { id, method, input } = message as Call
    const run = async () => (method === 'cpu' ? process.cpuUsage() : methods[method]?.(input as never))
    run().then(
      value => process.send?.({ id, value } satisfies Answer),
      error =>
        process.send?.({
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        } satisfies Answer),
    )
  })
  process.on('disconnect', () => process.exit(0))
}
