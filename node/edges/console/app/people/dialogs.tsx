/** What is asked when an account is made, when its roles and places change, and when it gets a one-time password. */
import { Alert, Button, Checkbox, Form, Input, Modal, Select, Typography } from 'antd'
import { ROLE_NAMES, ROLES, type Role } from '../../../../../protocol/rights/roles.ts'
import type { Person } from '../../../client/api.generated.ts'
import { useAct } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { PEOPLE } from './words.ts'

const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(/[,，、]/)
    .map(part => part.trim())
    .filter(part => part !== '')

type Places = {
  roles?: Role[]
  windows?: string
  everyWindow?: boolean
  departments?: string
  everyDepartment?: boolean
}
const placesOf = ({ windows, everyWindow, departments, everyDepartment }: Places) => ({
  windows: everyWindow === true ? null : listOf(windows),
  departments: everyDepartment === true ? null : listOf(departments),
})

/** Windows or departments by name, or every one of them. */
function PlaceField({ name, every }: { name: 'windows' | 'departments'; every: 'everyWindow' | 'everyDepartment' }) {
  const words = useWords(PEOPLE)
  return (
    <>
      <Form.Item name={name} label={words[name]} extra={words.commas}>
        <Input />
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
  return (
    <>
      <Form.Item name="roles" label={words.roles}>
        <Select mode="multiple" options={ROLES.map(role => ({ value: role, label: pair(ROLE_NAMES[role]) }))} />
      </Form.Item>
      <PlaceField name="windows" every="everyWindow" />
      <PlaceField name="departments" every="everyDepartment" />
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
          windows: person.windows?.join('，'),
          everyWindow: person.windows === null,
          departments: person.departments?.join('，'),
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
      <Alert
        type="info"
        showIcon
        title={words.resetDone(reset.data.account, instantText(reset.data.until, language))}
        description={
          <>
            <Typography.Text code copyable style={{ fontSize: 18 }}>
              {reset.data.password}
            </Typography.Text>
            <p>{words.onlyOnce}</p>
          </>
        }
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
