import { adapterContract } from 'tongban/sdk/contract'
import { createFolderAdapter } from './folder-adapter.ts'
import { startFolderSystem } from './folder-system.ts'

adapterContract(
  'a folder of files',
  async () => {
    const { folder, system, stop } = await startFolderSystem()
    const another = () => createFolderAdapter({ folder, patience: 500, pace: 5 })
    return { adapter: another(), another, system, stop }
  },
  { outside: true },
)
