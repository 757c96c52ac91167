/** Declares `tongban adapter …`: for integrators, on this machine; what is recorded comes from a node. */
import type { Command } from 'commander'
import { collect, type Declare } from './declare.ts'

const KIND = 'kind of the mapping: rest (by default), soap, front-table, file-drop or manual'

/** Which mapping is meant, where its file does not say it all. */
const meant = (command: Command): Command =>
  command
    .option('--kind <kind>', KIND)
    .option('--adapter <name>', 'the mapping of this approval system of the configuration, in place of a file')

/** The command, for what else there is of adapters. */
export function declareAdapters(program: Command, { add, does, example }: Declare): Command {
  const adapter = program
    .command('adapter')
    .description('make and prove an adapter, without a node; the mappings of one that runs 适配器开发与验证')
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
        .option('--kind <kind>', KIND)
        .option('--adapter <name>', 'that of the configuration, against --system')
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
      meant(
        add(
          adapter,
          'try [mapping] [packet]',
          'what a mapping makes of a packet and of an answer, without effect 试算映射',
        ),
      )
        .option('--answer <file>', 'the answer to the packet')
        .option('--events <file>', 'a page of the answers that are asked for')
        .option('--status <status>', 'HTTP status of the answer', '200'),
      async () => {
        const { showMapping } = await import('./adapter-try.ts')
        return (context, flags, mapping, packet) => showMapping(context, [mapping, packet], flags)
      },
    ),
    'tongban adapter try mapping.json case.submit --answer answer.json',
  )
  example(
    does(
      meant(
        add(adapter, 'coverage [mapping]', 'what a mapping leaves out: fields, codes, packets, answers 映射覆盖报告'),
      ).option('--items <file>', 'the items that it is for, as they are published'),
      async () => {
        const { showCoverage } = await import('./adapter-coverage.ts')
        return (context, flags, mapping) => showCoverage(context, mapping, flags)
      },
    ),
    'tongban adapter coverage mapping.json --items items.json',
  )
  const recorded = (command: Command): Command =>
    command
      .option('--until <time>', 'of cases that were submitted before this day or instant')
      .option('--case <case>', 'only this case; may be repeated', collect)
      .option('--kind <kind>', KIND)
      .option('--adapter <name>', 'of the approval system of this name, where there are several')
      .option('--keep <field>', 'field of forms whose values are codes, and stay; may be repeated', collect, [])
  example(
    does(
      recorded(
        add(
          adapter,
          'record [mapping]',
          'what the approval system was sent and answered, as a file of nobody 录制往来（个人信息已替换）',
        )
          .requiredOption('--since <time>', 'of cases that were submitted on this day or instant, or later')
          .requiredOption('--out <file>', 'where it is written'),
      ),
      async () => {
        const { recordAdapter } = await import('./adapter-record.ts')
        return (context, flags, mapping) => recordAdapter(context, mapping, flags)
      },
    ),
    'tongban adapter record mapping.json --since 2026-11-01 --out recording.json --purpose correction',
  )
  example(
    does(
      meant(
        add(
          adapter,
          'replay <recording> [mapping]',
          'play a recording against a mapping, and tell each field that differs 回放比对',
        ),
      ).option('--update', 'what it makes now is what is expected from now on'),
      async () => {
        const { replayRecording } = await import('./adapter-record.ts')
        return (context, flags, recording, mapping) => replayRecording(context, recording ?? '', mapping, flags)
      },
    ),
    'tongban adapter replay recording.json mapping.json',
  )
  example(
    does(
      recorded(
        add(
          adapter,
          'compare <old> <new>',
          'what two versions of a mapping make of the cases of the node, field by field, without effect 两版映射比对',
        ).requiredOption('--since <time>', 'of cases that were submitted on this day or instant, or later'),
      ),
      async () => {
        const { compareMappings } = await import('./adapter-compare.ts')
        return (context, flags, old, changed) => compareMappings(context, [old ?? '', changed ?? ''], flags)
      },
    ),
    'tongban adapter compare mapping-1.json mapping-2.json --since 2026-11-01 --purpose correction',
  )
  return adapter
}
