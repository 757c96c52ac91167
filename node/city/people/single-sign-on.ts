/**
 * The city's single sign-on (统一身份认证): OpenID Connect by code, with PKCE, state and nonce. It says who somebody is by a claim that holds the account
 * name here; whoever has none here stays out. The answer comes in the body of a form, so that nothing stands in an address of this node, and counts
 * with the cookie of the browser that asked, for some minutes.
 */
import type { Configuration } from 'openid-client'
import * as z from 'zod'
import { ProblemError } from '../../../protocol/problem.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import type { Seal } from '../../kernel/keys/case-keys.ts'
import type { SignedIn, SignIn } from './sign-in.ts'

export const SINGLE_SIGN_ON_LIMITS = {
  /** ms from the question to its answer */
  answer: 10 * 60_000,
  /** ms that what the provider says of itself is believed */
  discovery: 3_600_000,
  /** seconds for one answer of the provider */
  request: 10,
} as const

/** Where the answer comes to, under the address of the node. */
export const ANSWER_PATH = '/sign-in/answer'

/** Loaded by the first who signs in that way. */
const library = () => import('openid-client')

const CONTEXT = 'single sign-on'
const SECRET_BYTES = 32

/** What is remembered of a question, sealed in the browser that asked: a flood of questions takes no memory here. */
const Question = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string(), at: z.number() })

export interface SingleSignOn {
  /** Where the browser goes to, and the cookie that it keeps. Problem: `sign-in.single`. */
  begin(): Promise<{ url: string; cookie: string }>
  /** Signs in whom the answer names. Problem: `sign-in.single`. */
  finish(cookie: string, form: URLSearchParams): Promise<SignedIn>
}

export type SingleSignOnParts = {
  settings: NonNullable<NodeConfig['signIn']['singleSignOn']>
  secret: string
  signIn: Pick<SignIn, 'bySingleSignOn'>
  seal: Seal
  /** ms */
  now: () => number
  random: (bytes: number) => Uint8Array
}

export function createSingleSignOn({ settings, secret, signIn, seal, now, random }: SingleSignOnParts): SingleSignOn {
  const { issuer, clientId, claim, scope } = settings
  const answerUrl = new URL(ANSWER_PATH, settings.url).href
  let known: { configuration: Configuration; at: number } | null = null

  const refused = (detail: string, cause?: unknown) =>
    new ProblemError('sign-in.single', detail, cause === undefined ? {} : { cause })
  const fresh = () => Buffer.from(random(SECRET_BYTES)).toString('base64url')

  async function provider(): Promise<Configuration> {
    if (known !== null && now() - known.at < SINGLE_SIGN_ON_LIMITS.discovery) return known.configuration
    const { allowInsecureRequests, discovery, enableNonRepudiationChecks } = await library()
    const configuration = await discovery(new URL(issuer), clientId, secret, undefined, {
      timeout: SINGLE_SIGN_ON_LIMITS.request,
      execute: [enableNonRepudiationChecks, ...(new URL(issuer).protocol === 'http:' ? [allowInsecureRequests] : [])],
    }).catch(cause => {
      throw refused('the provider does not answer', cause)
    })
    known = { configuration, at: now() }
    return configuration
  }

  function questionIn(cookie: string): z.output<typeof Question> {
    try {
      const opened = seal.open(Buffer.from(cookie, 'base64url'), CONTEXT)
      const question = Question.parse(JSON.parse(Buffer.from(opened).toString()))
      if (now() - question.at < SINGLE_SIGN_ON_LIMITS.answer) return question
    } catch {
      // Of another node, or changed.
    }
    throw refused('the answer is not to a question of this browser, or comes too late')
  }

  return {
    async begin() {
      const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await library()
      const configuration = await provider()
      const question = { state: fresh(), nonce: fresh(), verifier: fresh(), at: now() }
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: answerUrl,
        scope,
        response_mode: 'form_post',
        code_challenge: await calculatePKCECodeChallenge(question.verifier),
        code_challenge_method: 'S256',
        state: question.state,
        nonce: question.nonce,
      })
      const cookie = Buffer.from(seal.seal(Buffer.from(JSON.stringify(question)), CONTEXT)).toString('base64url')
      return { url: url.href, cookie }
    },

    async finish(cookie, form) {
      const { state, nonce, verifier } = questionIn(cookie)
      const { authorizationCodeGrant } = await library()
      const configuration = await provider()
      const answer = new Request(answerUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form,
      })
      const claims = await authorizationCodeGrant(configuration, answer, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      }).then(
        tokens => tokens.claims(),
        cause => {
          throw refused('the answer of the provider does not hold', cause)
        },
      )
      const account = claims?.[claim]
      if (typeof account !== 'string' || account === '') throw refused(`the claim ${claim} is missing`)
      return signIn.bySingleSignOn(account)
    },
  }
}
