/**
 * A form from JSON Schema that a city wrote: nothing of it runs, and nothing here judges it. What is wrong with a value is said by the
 * node, and shown at its field; no validator compiles code, which the policy of the page forbids.
 */
import Form from '@rjsf/antd'
import type { RegistryFieldsType, RegistryWidgetsType, RJSFSchema, TranslatableString, UiSchema } from '@rjsf/utils'
import { Component, type ReactNode } from 'react'
import { ChoiceWidget } from './choice.tsx'
import { ProblemNotice } from './problem.tsx'
import { errorsAt, NODE_JUDGES } from './schema-errors.ts'

type Values = Record<string, unknown>

/** Hints of a city that are texts; one that names a part of the program is left out. */
const HINTS = new Set(['ui:title', 'ui:description', 'ui:placeholder', 'ui:help', 'ui:order'])
export function safeHints(hints: unknown, depth = 0): UiSchema {
  if (typeof hints !== 'object' || hints === null || Array.isArray(hints) || depth > 8) return {}
  return Object.fromEntries(
    Object.entries(hints).flatMap(([name, value]) =>
      HINTS.has(name) ? [[name, value]] : name.startsWith('ui:') ? [] : [[name, safeHints(value, depth + 1)]],
    ),
  )
}

/** Hints with what is said beside fields, after what the city says there itself. */
export function noted(hints: UiSchema, notes: readonly { field: string; text: string }[]): UiSchema {
  const all: Record<string, unknown> = { ...hints }
  for (const { field, text } of notes) {
    const own = (all[field] ?? {}) as UiSchema
    const help = own['ui:help']
    all[field] = { ...own, 'ui:help': typeof help === 'string' && help !== '' ? `${help} · ${text}` : text }
  }
  return all
}

/** A form that cannot be drawn says so, and the page around it stays. */
class Held extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null }
  static getDerivedStateFromError = (error: unknown) => ({ error })
  override render() {
    return this.state.error === null ? this.props.children : <ProblemNotice error={this.state.error} />
  }
}

const CHOICES: RegistryWidgetsType = { SelectWidget: ChoiceWidget }

/** What nobody wrote stays unsaid: no first entry of a list, no object without a field. */
const NOTHING_BY_ITSELF = {
  arrayMinItems: { populate: 'never' },
  emptyObjectFields: 'skipDefaults',
  constAsDefaults: 'never',
} as const

export function SchemaForm({
  name,
  schema,
  hints,
  ui = {},
  fields,
  widgets,
  translate,
  spans,
  defaults = true,
  values,
  notes = [],
  errors = [],
  change,
  disabled = false,
}: {
  /** begins the ids of its fields: `form` gives `form_reason` */
  name: string
  schema: object
  hints?: unknown
  /** of the console itself, where the schema is its own: unlike hints of a city it may name parts of the program */
  ui?: UiSchema
  fields?: RegistryFieldsType
  widgets?: RegistryWidgetsType
  /** what the form itself says: its buttons */
  translate?: (text: TranslatableString, params?: string[]) => string
  /** whether what the schema gives by default stands where nobody wrote anything */
  defaults?: boolean
  /** of 24 columns, by the kind of a field: how wide it is; all of them as wide as the form when absent */
  spans?: Readonly<Record<string, number>>
  values: Values
  /** what is said beside a field of the first level, such as where its value came from */
  notes?: readonly { field: string; text: string }[]
  errors?: readonly { path: string; text: string }[]
  change: (values: Values) => void
  disabled?: boolean
}) {
  return (
    <Held>
      <Form
        tagName="div"
        idPrefix={name}
        schema={schema as RJSFSchema}
        uiSchema={{ ...noted(safeHints(hints), notes), ...ui, 'ui:submitButtonOptions': { norender: true } }}
        formData={values}
        validator={NODE_JUDGES}
        fields={fields}
        widgets={widgets === undefined ? CHOICES : { ...CHOICES, ...widgets }}
        translateString={translate}
        formContext={spans === undefined ? undefined : { colSpan: spans, labelAlign: 'left' }}
        experimental_defaultFormStateBehavior={defaults ? undefined : NOTHING_BY_ITSELF}
        extraErrors={errorsAt(errors)}
        showErrorList={false}
        noHtml5Validate
        disabled={disabled}
        onChange={({ formData }) => change(formData ?? {})}
      >
        <span />
      </Form>
    </Held>
  )
}
