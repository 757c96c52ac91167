/** One run of an import: looked at, or taken into the drafts by the mapping as it stands, which is kept first. */
import { useState } from 'react'
import type { KeptColumnMapping } from '../../../../client/api.generated.ts'
import { filledIn } from '../../../../client/column-mapping.ts'
import { queries, readAgain } from '../../query.ts'
import { node } from '../../session.ts'
import { OF_LISTS } from '../tabs.tsx'
import { versioned } from '../versioned.ts'
import { EMPTY, type Mapping, merged, nameOfFile, type Report } from './mapping.ts'

/** A mapping that is kept under a name, with the version that was seen. */
export type Named = { name: string; version: string | undefined }

export function useImport() {
  const [file, setFile] = useState<File | null>(null)
  const [report, setReport] = useState<Report | null>(null)
  const [mapping, setMapping] = useState<Mapping>(EMPTY)
  /** headings that somebody set by hand */
  const [set, setSet] = useState<ReadonlySet<string>>(new Set())
  const [edited, setEdited] = useState(false)
  const [named, setNamed] = useState<Named>({ name: '', version: undefined })
  const [replace, setReplace] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)

  /** Whether the file is read by a mapping at all: not where nothing was asked, nor corrected. */
  const wants = (): boolean => edited || named.version !== undefined || (report !== null && report.errorCount > 0)

  async function keep(): Promise<string | undefined> {
    if (!wants()) return undefined
    // What is kept and was not touched stays as it is.
    if (!edited && named.version !== undefined) return named.name
    const { version } = await versioned('saveColumnMapping', {
      params: { name: named.name },
      body: filledIn(mapping).mapping,
      ...(named.version === undefined ? {} : { ifMatch: named.version }),
    })
    setNamed({ name: named.name, version: version ?? undefined })
    setEdited(false)
    await readAgain(queries, ['listColumnMappings'])
    return named.name
  }

  async function run(of: File, dryRun: boolean, by: () => Promise<string | undefined>, before: Mapping): Promise<void> {
    setBusy(true)
    setError(null)
    try {
      const kept = await by()
      const told = await node.importDrafts({
        bytes: of,
        query: {
          name: of.name,
          dryRun: dryRun ? 'true' : 'false',
          replace: replace ? 'true' : 'false',
          ...(kept === undefined ? {} : { mapping: kept }),
        },
      })
      setReport(told)
      setMapping(merged(before, told, set))
      if (told.taken) await readAgain(queries, OF_LISTS)
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }

  return {
    file,
    report,
    mapping,
    named,
    replace,
    busy,
    error,
    setReplace,
    rename: (name: string) => setNamed({ name, version: undefined }),
    /** A list that was read this way before. */
    async use(kept: KeptColumnMapping | null): Promise<void> {
      setError(null)
      try {
        const held = kept === null ? null : await versioned('getColumnMapping', { params: { name: kept.name } })
        setNamed(
          held === null
            ? { name: file === null ? '' : nameOfFile(file.name), version: undefined }
            : { name: held.data.name, version: held.version ?? undefined },
        )
        setEdited(false)
        setSet(new Set())
        const begun = { ...EMPTY, ...held?.data.mapping }
        setMapping(begun)
        if (file !== null) await run(file, true, async () => held?.data.name, begun)
      } catch (problem) {
        setError(problem)
      }
    },
    /** The first file is looked at; another one, cured, waits for the next run. */
    async choose(next: File): Promise<void> {
      setFile(next)
      if (report !== null && !report.taken) return
      if (named.name === '') setNamed({ name: nameOfFile(next.name), version: undefined })
      await run(next, true, async () => (named.version === undefined ? undefined : named.name), mapping)
    },
    correct(next: Mapping): void {
      setMapping(next)
      setEdited(true)
    },
    column(heading: string, field: string): void {
      setMapping({ ...mapping, columns: { ...mapping.columns, [heading]: field } })
      setSet(new Set([...set, heading]))
      setEdited(true)
    },
    async check(): Promise<void> {
      if (file !== null) await run(file, true, keep, mapping)
    },
    async take(): Promise<void> {
      if (file !== null) await run(file, false, keep, mapping)
    },
    again(): void {
      setFile(null)
      setReport(null)
      setMapping(EMPTY)
      setSet(new Set())
      setEdited(false)
      setNamed({ name: '', version: undefined })
      setError(null)
    },
  }
}
