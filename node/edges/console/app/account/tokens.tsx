/** The own API tokens: for a program that calls the node for me, and may no more than I may. */
import { NewToken, TokenList } from '../people/tokens.tsx'
import { useAct, useNode } from '../query.ts'
import { Once } from '../ui/once.tsx'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { ACCOUNT } from './words.ts'

export function OwnTokens() {
  const words = useWords(ACCOUNT)
  const tokens = useNode('listOwnTokens')
  const create = useAct('createOwnToken', ['listOwnTokens'])
  const revoke = useAct('revokeOwnToken', ['listOwnTokens'])
  const error = create.error ?? revoke.error
  return (
    <section className="card" aria-labelledby="tokens">
      <h2 id="tokens">{words.tokens}</h2>
      <p className="muted">{words.tokensHint}</p>
      <Shown read={tokens}>
        {({ items }) => <TokenList items={items} revoke={token => revoke.mutate({ params: { token } })} />}
      </Shown>
      {create.data === undefined ? null : (
        <Once title={create.data.accessToken.label} secret={create.data.token} hint={words.tokenOnce} />
      )}
      <NewToken pending={create.isPending} make={body => create.mutate({ body })} />
      {error === null ? null : <ProblemNotice error={error} />}
    </section>
  )
}
