import { startHost } from '../../../test/support/p2p-hosts.ts'
import { transportContract } from '../../../test/support/transport-contract.ts'

transportContract('the libp2p host', gates => Promise.all(gates.map(gate => startHost({ gate }))))
