/**
 * Who sits before the console, and the node that they call. A session that ends while somebody works leaves the page as it is: it asks
 * for the password over it, and goes on.
 */
import { useSyncExternalStore } from 'react'
import { ProblemError } from '../../../../protocol/problem.ts'
import type { Purpose } from '../../../../protocol/rights/purposes.ts'
import type { Action } from '../../../../protocol/rights/table.ts'
import type { Api, ShowCommonSettingsAnswer, SignInRequest, WhoAmIAnswer } from '../../client/api.generated.ts'
import { type Client, createClient, type RawRequest } from '../../client/client.ts'

export type Me = WhoAmIAnswer
export type Due = 'password' | 'second-factor'

export type SessionState =
  /** nobody knows yet */
  | { at: 'unknown'; error: unknown }
  | { at: 'out' }
  /** signed in, and something must be seen to first */
  | { at: 'due'; due: readonly Due[]; account: string | null }
  | { at: 'in'; me: Me; settings: ShowCommonSettingsAnswer; id: string }
  /** it ended while somebody worked: `me` was here */
  | { at: 'ended'; me: Me; settings: ShowCommonSettingsAnswer; id: string }

/** What the requests of the session bring; one object, which the client reads at each request. */
const brought = { csrf: '' }
/** A look that names its purpose asks here; null: it was given up. */
let askPurpose: () => Promise<Purpose | null> = async () => null
let purpose: Purpose | undefined

const plain = createClient({ url: location.origin, session: brought })

/** After each answer: a session that is over is noticed at once, whichever request it was. */
async function noticing<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ProblemError) {
      if (error.problem.code === 'request.unauthenticated' && state.at === 'in') set({ ...state, at: 'ended' })
      if (error.problem.code === 'sign-in.due') await refresh()
    }
    throw error
  }
}

type Method = (input?: { query?: object }) => Promise<unknown>

/** The node. A look that needs a purpose asks for it once a page, and is tried again. */
export const node: Client = new Proxy(plain, {
  get(target, name) {
    const method: unknown = Reflect.get(target, name)
    if (typeof method !== 'function') return method
    // Who asks by an address names what its look is for, where that is asked.
    if (name === 'request') return (raw: RawRequest) => noticing(() => target.request(raw))
    const call = method as Method
    return (input?: { query?: object }) =>
      noticing(async () => {
        const named = () => (purpose === undefined ? input : { ...input, query: { purpose, ...input?.query } })
        try {
          return await call(input)
        } catch (error) {
          if (!(error instanceof ProblemError) || error.problem.code !== 'rights.purpose') throw error
          purpose ??= (await askPurpose()) ?? undefined
          if (purpose === undefined) throw error
          return call(named())
        }
      })
  },
})

let state: SessionState = { at: 'unknown', error: null }
const hearers = new Set<() => void>()

function set(next: SessionState): void {
  state = next
  for (const hear of hearers) hear()
}

/** Another page is another look: its purpose is asked for anew. */
export const forgetPurpose = (): void => {
  purpose = undefined
}
/** What was named for the looks of this page; addresses that the browser opens by itself carry it. */
export const purposeNow = (): Purpose | undefined => purpose
export const askPurposeBy = (ask: () => Promise<Purpose | null>): void => {
  askPurpose = ask
}

let entering = (): void => {}
/** Somebody is known to be signed in, and who it is is still asked for: time to load what they will see. */
export const onEntering = (begin: () => void): void => {
  entering = begin
}

/** Asks the node who sits here. */
export async function refresh(): Promise<void> {
  try {
    const { csrf, due, id } = await plain.getOwnSession({ params: { id: 'current' } })
    brought.csrf = csrf ?? ''
    if (due.length > 0) return set({ at: 'due', due, account: null })
    entering()
    const [me, settings] = await Promise.all([plain.whoAmI(), plain.showCommonSettings()])
    set({ at: 'in', me, settings, id })
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'request.unauthenticated') set({ at: 'out' })
    else set({ at: 'unknown', error })
  }
}

/** Problems: those of `signIn`. Somebody else than before leaves nothing of what was on the screen: the page is loaded anew. */
export async function signIn(body: SignInRequest): Promise<void> {
  const before = state.at === 'ended' ? state.me.id : null
  const { csrf, person } = await plain.signIn({ body })
  brought.csrf = csrf
  if (before !== null && before !== person.id) return location.reload()
  await refresh()
}

export async function signOut(): Promise<void> {
  await plain.endOwnSession({ params: { id: 'current' } })
  location.assign('/')
}

const listen = (hear: () => void) => {
  hearers.add(hear)
  return () => hearers.delete(hear)
}
export const sessionNow = (): SessionState => state
export const useSession = (): SessionState => useSyncExternalStore(listen, sessionNow)

/** Who works here, within what only those see who are signed in. */
export function useMe(): Me {
  const session = useSession()
  if (session.at !== 'in' && session.at !== 'ended') throw new Error('nobody is signed in')
  return session.me
}

export function useSettings(): ShowCommonSettingsAnswer {
  const session = useSession()
  if (session.at !== 'in' && session.at !== 'ended') throw new Error('nobody is signed in')
  return session.settings
}

/** Whether somebody may do this, in some case at least. */
export const mayDo = ({ rights }: Me, action: Action): boolean => rights.some(right => right.action === action)

export type OperationId = keyof Api
