/** Declares `tongban adapter …`: for integrators, on this machine, without a node. */
import type { Command } from 'commander'
import { collect, type Declare } from './declare.ts'

export function declareAdapters(program: Command, { add, does, example }: Declare): void {
  const adapter = program.command('adapter').description('make and prove an adapter, without a node 适配器开发与验证')
  example(
    does(
      add(
        adapter,
        'new <folder>',
        'a folder with an adapter and a fake system, which runs and passes 新建适配器',
      ).option('--by <way>', 'mapping 字段映射, or code 自行编写', 'mapping'),
      async () => {
        const { newAdapter } = await import('./adapter-new.ts')
        return (context, flags, folder) => newAdapter(context, folder ?? '', flags)
      },
    ),
    'tongban adapter new spxt --by mapping',
  )
  example(
    does(
      add(
        adapter,
        'test [folder]',
        'play the contract of adapters, and print what was proved and what was not 适配器契约检验',
      )
        .option('--mapping <file>', 'a mapping, in place of a folder with adapter.json')
        .option('--system <url>', 'the test system that it is tried against')
        .option('--switches <url>', 'where that system says something, counts its effects … when it is asked to')
        .option('--secret <name=file>', 'a secret of the mapping; NAME=env:VARIABLE takes it from there', collect, [])
        .option('--out <file>', 'write the certificate as JSON'),
      async () => {
        const { testAdapter } = await import('./adapter-test.ts')
        return (context, flags, folder) => testAdapter(context, folder, flags)
      },
    ),
    'tongban adapter test --mapping mapping.json --system http://10.1.2.3:8080/api --secret token=token',
  )
  example(
    does(
      add(
        adapter,
        'try <mapping> [packet]',
        'what a mapping makes of a packet and of an answer, without effect 试算映射',
      )
        .option('--answer <file>', 'the answer to the packet')
        .option('--events <file>', 'a page of the answers that are asked for')
        .option('--status <status>', 'HTTP status of the answer', '200'),
      async () => {
        const { showMapping } = await import('./adapter-try.ts')
        return (context, flags, mapping, packet) => showMapping(context, mapping ?? '', packet, flags)
      },
    ),
    'tongban adapter try mapping.json case.submit --answer answer.json',
  )
  example(
    does(
      add(
        adapter,
        'coverage <mapping>',
        'what a mapping leaves out: fields, codes, packets, answers 映射覆盖报告',
      ).option('--items <file>', 'the items that it is for, as they are published'),
      async () => {
        const { showCoverage } = await import('./adapter-coverage.ts')
        return (context, flags, mapping) => showCoverage(context, mapping ?? '', flags)
      },
    ),
    'tongban adapter coverage mapping.json --items items.json',
  )
}
