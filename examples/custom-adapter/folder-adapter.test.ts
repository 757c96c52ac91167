import { adapterContract } from '../../adapters/sdk/contract.ts'
import { createFolderAdapter } from './folder-adapter.ts'
import { startFolderSystem } from './folder-system.ts'

adapterContract(
  'a folder of files',
  async () => {
    const { folder, system, stop } = await startFolderSystem()
    return { adapter: createFolderAdapter({ folder, patience: 500, pace: 5 }), system, stop }
  },
  { outside: true },
)
