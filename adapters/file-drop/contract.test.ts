import { adapterContract } from '../sdk/contract.ts'
import { fakeConfig, startFakeSystem } from './fake-system.ts'
import { createFileDropAdapter } from './file-drop.ts'

adapterContract(
  'a drop of files',
  async () => {
    const { root, system, stop } = await startFakeSystem()
    const another = () => createFileDropAdapter({ config: fakeConfig(root), base: '/', secrets: {} })
    return { adapter: another(), another, system, stop }
  },
  { outside: true },
)
