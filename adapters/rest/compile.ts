/** From configuration to what runs: every expression compiled, every path checked; all problems are told at once. */
import { type Refused, refuse } from '../../protocol/problem.ts'
import type { AnswerKind, Codec } from '../sdk/index.ts'
import { ANSWER_VARIABLES, BODY_VARIABLES, NO_RESPONSE, PACKET_NAMES, Parts, SIGN_VARIABLES } from './compile-parts.ts'
import type { LookUpConfig, PacketConfig, RestConfig } from './config.ts'
import type { PathName } from './path.ts'
import type {
  CasesPlan,
  EventsPlan,
  LookUpPlan,
  MaterialPlan,
  PacketPlan,
  ReadingPlan,
  RequestPlan,
  RestPlan,
  SessionPlan,
  SignPlan,
  StepPlan,
} from './plan.ts'

/** At most so many problems are told in one message. */
const TOLD = 12

/** Problem: `config.invalid`, with every place that is wrong. `secrets` are the values that the configuration names; `answers`: how answers are written. */
export function compilePlan(
  config: RestConfig,
  secrets: Readonly<Record<string, string>>,
  answers: Codec,
): { ok: true; plan: RestPlan } | Refused {
  const compiler = new Compiler(config, secrets, answers)
  const plan = compiler.plan()
  if (compiler.problems.length === 0) return { ok: true, plan }
  const told = compiler.problems.slice(0, TOLD).join('; ')
  const rest = compiler.problems.length - TOLD
  return refuse('config.invalid', rest > 0 ? `${told}; and ${rest} more` : told)
}

class Compiler extends Parts {
  plan(): RestPlan {
    const { register, packets, materials, unmapped, errors, timeoutMs, maxResponseBytes, charset, inner } = this.config
    const uploads = typeof materials === 'object' ? this.#materials(materials) : (materials ?? null)
    return {
      register: {
        ...this.#packet('register', 'register', register, ['caseNo', 'thread', 'idempotencyKey']),
        response: this.response('register.response', register.response, register.response.localCaseNo),
        lookup: this.#lookUp('register.lookup', register.lookup, register.lookup?.localCaseNo),
        reads: true,
      },
      packets: new Map(
        Object.entries(packets).map(([kind, packet]) => [
          kind,
          {
            ...this.#packet(`packets.${kind}`, kind, packet, PACKET_NAMES),
            lookup: this.#lookUp(`packets.${kind}.lookup`, packet.lookup, packet.lookup?.found),
          },
        ]),
      ),
      unmapped,
      materials: uploads,
      session: this.#session(),
      sign: this.#sign(),
      charset: this.config.requestCharset,
      events: this.#events(),
      cases: this.#cases(),
      check: this.#check(),
      errors: new Map(Object.entries(errors)),
      limits: { timeoutMs, maxResponseBytes, codec: this.answers, ...(charset === undefined ? {} : { charset }) },
      answers: this.answers,
      inner: this.optional('inner', inner),
      // The last: what is compiled before says so.
      readsSubmit: this.readsSubmit,
    }
  }

  #packet(place: string, name: string, packet: PacketConfig, names: readonly PathName[]): PacketPlan {
    const made = this.request(place, name, packet, this.response(`${place}.response`, packet.response), [names])
    const steps = packet.steps.map((step, index): StepPlan => {
      const at = `${place}.steps.${index}`
      const response = this.response(`${at}.response`, step.response)
      const take = this.take(`${at}.take`, step.take)
      if (packet.steps.findIndex(other => other.name === step.name) !== index)
        this.problems.push(`${at}.name: stands twice`)
      return {
        ...this.request(at, `${name} ${step.name}`, step, response, [names]),
        step: step.name,
        when: this.optional(`${at}.when`, step.when, BODY_VARIABLES),
        take,
        reads: take.size > 0,
      }
    })
    return { ...made, lookup: null, steps }
  }

  #lookUp(place: string, lookup: LookUpConfig | undefined, finds: string | undefined): LookUpPlan | null {
    if (lookup === undefined || finds === undefined) return null
    const response = this.response(`${place}.response`, lookup.response)
    return {
      ...this.request(place, place, lookup, response, [PACKET_NAMES]),
      finds: this.mapping(`${place}.finds`, finds, ANSWER_VARIABLES),
      reads: true,
    }
  }

  #materials(materials: Extract<RestConfig['materials'], object>): MaterialPlan {
    const { as, within, mediaType, file, method, path, headers, body } = materials
    const take = this.take('materials.take', materials.take)
    const response = this.response('materials.response', materials.response)
    const variables = [...BODY_VARIABLES, 'content']
    const names: PathName[] = ['sha256', 'code', ...PACKET_NAMES]
    const needed = as === 'raw' ? 'sha256' : undefined
    const request = { method, path, headers, body, mediaType, as: as === 'base64' ? within : ('json' as const) }
    const made = this.request('materials', 'materials', request, response, [names, needed], variables)
    const content = made.body?.mapping.asks('content') === true
    if (as === 'raw' && body !== undefined) this.problems.push('materials.body: a file that is sent raw has none')
    if (as === 'base64' && !content) this.problems.push('materials.body: base64 needs one that reads $content')
    if (as === 'multipart' && content)
      this.problems.push('materials.body: the file stands beside it; it reads no $content')
    return {
      ...made,
      take,
      kind: as,
      file,
      fileName: this.mapping('materials.fileName', materials.fileName, BODY_VARIABLES),
      reads: take.size > 0,
    }
  }

  #session(): SessionPlan | null {
    const { session } = this.config
    if (session === undefined) return null
    const made = this.request(
      'session',
      'session',
      session,
      this.response('session.response', session.response),
      [[]],
      ['sign'],
    )
    if (made.headers.made.some(([, value]) => value.asks('session')))
      this.problems.push('session.headers: read no $session')
    return {
      ...made,
      token: this.mapping('session.token', session.token, ANSWER_VARIABLES, this.trusted),
      until: this.optional('session.until', session.until, ANSWER_VARIABLES),
      seconds: this.optional('session.seconds', session.seconds, ANSWER_VARIABLES),
      over: this.optional('session.over', session.over, ANSWER_VARIABLES),
      reads: true,
    }
  }

  #sign(): SignPlan | null {
    const { sign } = this.config
    if (sign === undefined) return null
    return {
      keepMs: sign.keepSeconds === undefined ? null : sign.keepSeconds * 1000,
      values: Object.entries(sign.values).map(([name, value]) => {
        const mapping = this.mapping(`sign.values.${name}`, value, SIGN_VARIABLES, this.trusted)
        return { name, mapping, secret: mapping.asks('secret') }
      }),
    }
  }

  #events(): EventsPlan | null {
    const { events } = this.config
    if (events === undefined) return null
    const { each, outcome, ok, error } = events
    const response = this.response('events', { outcome, ok, error })
    return {
      ...this.request(
        'events',
        'events',
        events,
        response,
        [['cursor'], events.body === undefined ? 'cursor' : undefined],
        ['session', 'sign'],
      ),
      reads: true,
      start: events.start,
      list: this.mapping('events.list', events.list),
      id: this.mapping('events.each.id', each.id),
      localCaseNo: this.mapping('events.each.localCaseNo', each.localCaseNo),
      cursor: this.mapping('events.cursor', events.cursor),
      ...this.#reading('events', events),
    }
  }

  #cases(): CasesPlan | null {
    const { cases, events } = this.config
    if (cases === undefined) return null
    if (cases.body === undefined && !/\{(localCaseNo|caseNo|thread)\}/.test(cases.path))
      this.problems.push('cases.path: {localCaseNo} is missing')
    if (events !== undefined) this.problems.push('cases: the system has a feed of answers in `events`; one of both')
    const { outcome, ok, error, list, each } = cases
    return {
      ...this.request('cases', 'cases', cases, this.response('cases', { outcome, ok, error }), [
        ['localCaseNo', 'caseNo', 'thread'],
      ]),
      ...this.#reading('cases', cases),
      list: this.optional('cases.list', list),
      id: this.mapping('cases.each.id', each.id),
      reads: true,
    }
  }

  /** `place`: where the answers stand in the configuration. */
  #reading(
    place: string,
    {
      each,
      files,
    }: Pick<NonNullable<RestConfig['cases']>, 'files'> & {
      each: Pick<NonNullable<RestConfig['cases']>['each'], 'kind' | 'body'>
    },
  ): ReadingPlan {
    return {
      kind: this.mapping(`${place}.each.kind`, each.kind),
      bodies: new Map(
        Object.entries(each.body).map(([kind, body]) => [
          kind as AnswerKind,
          this.template(`${place}.each.body.${kind}`, body),
        ]),
      ),
      files:
        files === undefined
          ? null
          : {
              ...this.request(
                `${place}.files`,
                `${place}.files`,
                { method: 'GET', path: files.path, headers: files.headers },
                NO_RESPONSE,
                [['file'], 'file'],
              ),
              reads: true,
            },
    }
  }

  #check(): RequestPlan | null {
    const { check } = this.config
    if (check === undefined) return null
    const { outcome, ok } = check
    return this.request('check', 'check', check, this.response('check', { outcome, ok }), [[]], ['session', 'sign'])
  }
}
