/** What is asked when an account is made, when its roles and places change, and when it gets a one-time password. */
import { Alert, Button, Checkbox, Form, Input, Modal, Select, Space } from 'antd'
import { ROLE_NAMES, ROLES, type Role } from '../../../../../protocol/rights/roles.ts'
import type { Person } from '../../../client/api.generated.ts'
import { isPlaceless } from '../desk/possible.ts'
import { useAct } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { Once } from '../ui/once.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useUnits } from '../units.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import { joined, PRESET_NAMES, PRESETS } from './presets.ts'
import { PEOPLE } from './words.ts'

type Places = {
  roles?: Role[]
  windows?: string[]
  everyWindow?: boolean
  departments?: string[]
  everyDepartment?: boolean
}
const placesOf = ({ windows, everyWindow, departments, everyDepartment }: Places) => ({
  windows: everyWindow === true ? null : (windows ?? []),
  departments: everyDepartment === true ? null : (departments ?? []),
})

/** What is known to choose from; others may be typed. */
function useKnownPlaces() {
  const { windows, departments } = useUnits()
  return {
    windows: windows.map(value => ({ value, label: value })),
    departments: departments.map(({ code, name }) => ({ value: code, label: `${name} ${code}` })),
  }
}

/** Windows or departments by name, or every one of them. */
function PlaceField({
  name,
  every,
  options,
}: {
  name: 'windows' | 'departments'
  every: 'everyWindow' | 'everyDepartment'
  options: { value: string; label: string }[]
}) {
  const words = useWords(PEOPLE)
  return (
    <>
      <Form.Item name={name} label={words[name]} extra={words.placeHint}>
        <Select
          mode="tags"
          tokenSeparators={[',', '，', '、']}
          showSearch={{ optionFilterProp: 'label' }}
          options={options}
        />
      </Form.Item>
      <Form.Item name={every} valuePropName="checked">
        <Checkbox>
          {words[name]}: {words.every}
        </Checkbox>
      </Form.Item>
    </>
  )
}

function PlaceFields() {
  const words = useWords(PEOPLE)
  const pair = usePair()
  const form = Form.useFormInstance()
  const known = useKnownPlaces()
  const roles = (Form.useWatch('roles', form) ?? []) as Role[]
  const together = joined(roles)
  const places: Places = {
    windows: Form.useWatch('windows', form),
    everyWindow: Form.useWatch('everyWindow', form),
    departments: Form.useWatch('departments', form),
    everyDepartment: Form.useWatch('everyDepartment', form),
  }
  return (
    <>
      <Form.Item label={words.presets}>
        <Space wrap size={4}>
          {PRESET_NAMES.map(preset => (
            <Button key={preset} size="small" onClick={() => form.setFieldValue('roles', [...PRESETS[preset]])}>
              {words[preset]}
            </Button>
          ))}
        </Space>
      </Form.Item>
      <Form.Item name="roles" label={words.roles} extra={words.rolesHint}>
        <Select mode="multiple" options={ROLES.map(role => ({ value: role, label: pair(ROLE_NAMES[role]) }))} />
      </Form.Item>
      {together.length === 0 ? null : (
        <Alert
          type="warning"
          showIcon
          title={words.together(together.map(role => pair(ROLE_NAMES[role])).join(' · '))}
          description={words.apart}
        />
      )}
      <PlaceField name="windows" every="everyWindow" options={known.windows} />
      <PlaceField name="departments" every="everyDepartment" options={known.departments} />
      {isPlaceless({ roles, ...placesOf(places) }) ? <Alert type="warning" showIcon title={words.noPlace} /> : null}
    </>
  )
}

export function Make({ close }: { close: () => void }) {
  const words = useWords(PEOPLE)
  const me = useMe()
  const make = useAct('createPerson', ['listPeople'])
  type Values = Places & { name: string; staffNumber?: string; phone?: string }
  return (
    <Modal open title={words.make} footer={null} onCancel={close}>
      {make.data === undefined ? (
        <Form
          name="make"
          layout="vertical"
          onFinish={(values: Values) =>
            make.mutate({
              body: {
                name: values.name,
                roles: values.roles ?? [],
                staffNumber: values.staffNumber === '' ? undefined : values.staffNumber,
                phone: values.phone === '' ? undefined : values.phone,
                ...placesOf(values),
              },
            })
          }
        >
          <Form.Item name="name" label={words.name} rules={[{ required: true, message: words.name }]}>
            <Input autoFocus />
          </Form.Item>
          <Form.Item name="staffNumber" label={words.staffNumber}>
            <Input />
          </Form.Item>
          <Form.Item name="phone" label={words.phone}>
            <Input />
          </Form.Item>
          {mayDo(me, 'account.grant') ? <PlaceFields /> : null}
          {make.error === null ? null : <ProblemNotice error={make.error} />}
          <Button type="primary" htmlType="submit" loading={make.isPending}>
            {words.make}
          </Button>
        </Form>
      ) : (
        <>
          <p>{words.made}</p>
          <OneTimeForm person={make.data.person} />
        </>
      )}
    </Modal>
  )
}

export function Grant({ person, close }: { person: Person; close: () => void }) {
  const words = useWords(PEOPLE)
  const grant = useAct('grantPerson', ['listPeople'])
  return (
    <Modal open title={`${words.change}: ${person.name}`} footer={null} onCancel={close}>
      <Form
        name="grant"
        layout="vertical"
        initialValues={{
          roles: person.roles,
          windows: person.windows ?? [],
          everyWindow: person.windows === null,
          departments: person.departments ?? [],
          everyDepartment: person.departments === null,
        }}
        onFinish={(values: Places) =>
          grant.mutate(
            {
              params: { id: person.id },
              ifMatch: person.version,
              body: { roles: values.roles ?? [], ...placesOf(values) },
            },
            { onSuccess: close },
          )
        }
      >
        <PlaceFields />
        {grant.error === null ? null : <ProblemNotice error={grant.error} />}
        <Button type="primary" htmlType="submit" loading={grant.isPending}>
          {words.save}
        </Button>
      </Form>
    </Modal>
  )
}

function OneTimeForm({ person }: { person: Person }) {
  const words = useWords(PEOPLE)
  const language = useLanguage()
  const reset = useAct('resetPassword', ['listPeople'])
  if (reset.data !== undefined)
    return (
      <Once
        title={words.resetDone(reset.data.account, instantText(reset.data.until, language))}
        secret={reset.data.password}
        hint={words.onlyOnce}
      />
    )
  return (
    <Form
      name="one-time"
      layout="vertical"
      onFinish={({ account }: { account?: string }) =>
        reset.mutate({
          params: { id: person.id },
          body: account === undefined || account === '' ? {} : { account },
        })
      }
    >
      <Form.Item name="account" label={words.account} extra={words.accountHint}>
        <Input autoFocus autoComplete="off" />
      </Form.Item>
      {reset.error === null ? null : <ProblemNotice error={reset.error} />}
      <Button type="primary" htmlType="submit" loading={reset.isPending}>
        {words.reset}
      </Button>
    </Form>
  )
}

export function OneTime({ person, close }: { person: Person; close: () => void }) {
  const words = useWords(PEOPLE)
  return (
    <Modal open title={`${words.reset}: ${person.name}`} footer={null} onCancel={close}>
      <OneTimeForm person={person} />
    </Modal>
  )
}
