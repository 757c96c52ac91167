/** What a node is started with. */
import type { Adapter } from '../adapters/sdk/port.ts'
import type { Clock } from './kernel/clock.ts'
import type { NodeConfig } from './kernel/config/config.ts'
import type { KeyStore } from './kernel/keys/keystore.ts'
import type { openSqlite } from './kernel/store/sqlite.ts'
import type { ExchangeObserver } from './spine/exchange/exchange.ts'
import type { Misconduct } from './spine/exchange/ports.ts'

export type NodeOptions = {
  config: NodeConfig
  passphrase: string
  /** the key store under the passphrase, when whoever starts the node began to open it already */
  keyStore?: Promise<KeyStore>
  /** picks the adapter of the config; tests give their own */
  makeAdapter?: (config: NodeConfig) => Promise<Adapter>
  clock?: Clock
  /** opens the store; tests watch what is written */
  openStore?: typeof openSqlite
  /** aborted while the node starts: no further part begins, and the start throws its reason */
  stopping?: AbortSignal
}

/** What tests, benches and sandbox cities put beside the parts that a node has. */
export type Overrides = {
  /** told what the exchange does, besides telemetry */
  observe?: Partial<ExchangeObserver>
  /** what a sandbox city does wrong on purpose */
  misconduct?: Misconduct
}
