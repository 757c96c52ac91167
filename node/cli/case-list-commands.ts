/** Declares what `tongban case` does with many cases, and with ended ones; what it does is imported when it runs. */
import type { Command } from 'commander'
import type { Declare } from './services-commands.ts'

export function declareCaseLists(cases: Command, { add, does, example }: Declare): void {
  example(
    does(
      add(cases, 'archive <thread>', 'write all of a case as one file for the archives 归档').requiredOption(
        '--out <file>',
        'where',
      ),
      async () => {
        const { archive } = await import('./archive.ts')
        return (context, flags, thread) => archive(context, thread ?? '', flags)
      },
    ),
    'tongban case archive THREAD --out archive.zip',
  )
}
