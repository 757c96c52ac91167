/** Files of a step: uploaded as they are chosen, counted, and named in the body under their material. */
import { DeleteOutlined, UploadOutlined } from '@ant-design/icons'
import type { FieldProps } from '@rjsf/utils'
import { Button, Select, Space } from 'antd'
import { useRef, useState } from 'react'
import { useNode } from '../../query.ts'
import { node } from '../../session.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { useKept } from '../kept.ts'
import { scanName } from '../scan-name.ts'
import type { StepContext } from './context.ts'
import { STEPS } from './words.ts'

type Given = { sha256: string; code?: string; name: string; form?: 'original' | 'copy' | 'electronic'; pages?: number }

/** What the node takes; it judges by content. */
const ACCEPTED = '.pdf,.ofd,.jpg,.jpeg,.png'

async function upload(file: File): Promise<{ sha256: string; pages: number | null }> {
  const { sha256 } = await node.uploadMaterial({ bytes: file, type: file.type || 'application/octet-stream' })
  const { pages } = await node.countMaterialPages({ params: { sha256 } })
  return { sha256, pages }
}

/** A button that uploads what is chosen; what failed can be tried again, for the file is kept. */
function Uploader({
  label,
  uploads,
  done,
}: {
  label: string
  uploads: StepContext['uploads']
  done: (file: File, held: Awaited<ReturnType<typeof upload>>) => void
}) {
  const words = useWords(STEPS)
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const [failed, setFailed] = useState<{ file: File; error: unknown } | null>(null)
  const send = async (file: File) => {
    setBusy(file.name)
    setFailed(null)
    uploads(before => before + 1)
    try {
      done(file, await upload(file))
    } catch (error) {
      setFailed({ file, error })
    } finally {
      uploads(before => before - 1)
      setBusy(null)
    }
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={ACCEPTED}
        aria-label={label}
        hidden
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file !== undefined) void send(file)
          target.value = ''
        }}
      />
      <Button icon={<UploadOutlined />} loading={busy !== null} onClick={() => input.current?.click()}>
        {busy === null ? label : words.uploading(busy)}
      </Button>
      {failed === null ? null : <ProblemNotice error={failed.error} retry={() => send(failed.file)} />}
    </>
  )
}

const contextOf = ({ registry }: FieldProps): StepContext => registry.formContext as StepContext
const titleOf = ({ uiSchema, name }: FieldProps): string => String(uiSchema?.['ui:title'] ?? name)

function Errors({ errors = [] }: { errors?: string[] | undefined }) {
  return errors.length === 0 ? null : (
    <div className="field-errors" role="alert">
      {errors.map(error => (
        <div key={error}>{error}</div>
      ))}
    </div>
  )
}

/** Errors of a field and of what lies in it. */
function errorsIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, inner]) => (key === '__errors' ? (inner as string[]) : errorsIn(inner)))
}

/** Hashes alone: a decision, a result, a commitment. */
export function DocumentsField(props: FieldProps) {
  const words = useWords(STEPS)
  const language = useLanguage()
  const { detail, uploads } = contextOf(props)
  const { thread } = detail
  // Those that were chosen here have the name of their file, also after the page was loaded anew.
  const [names, setNames] = useKept<Readonly<Record<string, string>>>(thread, 'file-names')
  const given = (props.formData ?? []) as string[]
  const unnamed = given.some(sha256 => names?.[sha256] === undefined)
  const held = useNode('listCaseMaterials', { params: { thread } }, { when: unnamed })
  const change = (next: string[]) => props.onChange(next, props.fieldPathId.path)
  return (
    <fieldset className="files">
      <legend>{titleOf(props)}</legend>
      {given.map((sha256, index) => {
        const known = held.data?.items.find(one => one.sha256 === sha256)
        const name = names?.[sha256] ?? (known === undefined ? words.fileOf(index + 1) : scanName(known, language))
        return (
          <div key={sha256}>
            {name}{' '}
            <Button
              size="small"
              icon={<DeleteOutlined />}
              aria-label={words.removeFile(name)}
              onClick={() => change(given.toSpliced(index, 1))}
            />
          </div>
        )
      })}
      <Uploader
        uploads={uploads}
        label={words.addFile}
        done={({ name }, { sha256 }) => {
          setNames({ ...names, [sha256]: name })
          if (!given.includes(sha256)) change([...given, sha256])
        }}
      />
      <Errors errors={errorsIn(props.errorSchema)} />
    </fieldset>
  )
}

/** Materials of the item's list: those that the notice asks for stand first, each with its own button. */
export function MaterialsField(props: FieldProps) {
  const words = useWords(STEPS)
  const { materials, detail, kind, uploads } = contextOf(props)
  const given = (props.formData ?? []) as Given[]
  const change = (next: Given[]) => props.onChange(next, props.fieldPathId.path)
  const nameOf = (code: string | undefined) =>
    materials.find(({ materialCode }) => materialCode === code)?.materialName ?? code ?? ''
  const wanted =
    kind === 'case.supplement'
      ? (detail.lacking?.materials ?? [])
      : kind === 'case.hand-in'
        ? (detail.committed?.missing ?? [])
        : []
  const lacking = wanted.filter(code => !given.some(one => one.code === code))
  const add = (code: string | undefined) => (file: File, held: { sha256: string; pages: number | null }) =>
    change([
      ...given,
      {
        sha256: held.sha256,
        name: file.name,
        ...(code === undefined ? {} : { code }),
        form: 'electronic',
        ...(held.pages === null ? {} : { pages: held.pages }),
      },
    ])
  const forms = (['original', 'copy', 'electronic'] as const).map(value => ({ value, label: words[value] }))
  const codes = materials.map(({ materialCode, materialName }) => ({
    value: materialCode,
    label: `${materialCode} ${materialName}`,
  }))
  const set = (index: number, more: Partial<Given>) =>
    change(given.map((one, at) => (at === index ? { ...one, ...more } : one)))
  return (
    <fieldset className="files">
      <legend>{titleOf(props)}</legend>
      {given.map((one, index) => (
        <Space key={`${one.sha256} ${one.code}`} wrap>
          <span>
            {one.name} {one.pages === undefined ? '' : words.pages(one.pages)}
          </span>
          <Select
            aria-label={words.materialCode}
            placeholder={words.chooseMaterial}
            value={one.code ?? null}
            options={codes}
            onChange={code => set(index, { code: code ?? '' })}
            style={{ minWidth: 200 }}
          />
          <Select
            aria-label={words.materialForm}
            value={one.form ?? null}
            options={forms}
            onChange={form => set(index, form === null ? {} : { form })}
            style={{ minWidth: 90 }}
          />
          <Button
            size="small"
            icon={<DeleteOutlined />}
            aria-label={words.removeFile(one.name)}
            onClick={() => change(given.toSpliced(index, 1))}
          />
        </Space>
      ))}
      {lacking.map(code => (
        <div key={code}>
          <Uploader uploads={uploads} label={`${words.addFile}: ${nameOf(code)}`} done={add(code)} />{' '}
          <span className="muted">{words.needed}</span>
        </div>
      ))}
      <Uploader
        uploads={uploads}
        label={words.addFile}
        done={add(materials.length === 1 ? materials[0]?.materialCode : undefined)}
      />
      <Errors errors={errorsIn(props.errorSchema)} />
    </fieldset>
  )
}

type Lack = { code: string; reason: string }

/** What is to be supplied: a tick at each material of the item, and why. */
export function LackingField(props: FieldProps) {
  const words = useWords(STEPS)
  const { materials } = contextOf(props)
  const given = (props.formData ?? []) as Lack[]
  const change = (next: Lack[]) => props.onChange(next, props.fieldPathId.path)
  return (
    <fieldset className="files">
      <legend>{titleOf(props)}</legend>
      {materials.length === 0 ? <p className="muted">{words.noItem}</p> : null}
      {materials.map(({ materialCode: code, materialName, reviewPoints = [] }) => {
        const lack = given.find(one => one.code === code)
        return (
          <div key={code}>
            <label>
              <input
                type="checkbox"
                checked={lack !== undefined}
                onChange={({ target }) =>
                  change(target.checked ? [...given, { code, reason: '' }] : given.filter(one => one.code !== code))
                }
              />{' '}
              {code} {materialName}
            </label>
            {lack === undefined ? null : (
              <>
                <input
                  className="reason"
                  aria-label={words.reason(materialName)}
                  value={lack.reason}
                  maxLength={1000}
                  onChange={({ target }) =>
                    change(given.map(one => (one.code === code ? { code, reason: target.value } : one)))
                  }
                />
                <Space wrap size={4}>
                  {reviewPoints.map(point => (
                    <Button
                      key={point}
                      size="small"
                      onClick={() =>
                        change(
                          given.map(one =>
                            one.code === code
                              ? { code, reason: one.reason === '' ? point : `${one.reason}；${point}` }
                              : one,
                          ),
                        )
                      }
                    >
                      {point}
                    </Button>
                  ))}
                </Space>
              </>
            )}
          </div>
        )
      })}
      <Errors errors={errorsIn(props.errorSchema)} />
    </fieldset>
  )
}
