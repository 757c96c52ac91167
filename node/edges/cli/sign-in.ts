/** Declares what of `tongban person …` is about signing in (登录) and about API tokens: each is one call. */
import type { Command } from 'commander'
import type { AccessToken, CreateTokenRequest } from '../client/api.generated.ts'
import { collect, type Declare } from './declare.ts'
import { instantOf } from './operation.ts'
import { china, table } from './output.ts'

const when = (at: string | null): string => (at === null ? '' : china(at))

const tokenRow = ({ id, label, roles, operations, expiresAt, revokedAt, lastUsedAt }: AccessToken) => ({
  id,
  label,
  roles: roles?.join(',') ?? 'all',
  operations: operations?.join(',') ?? 'all',
  until: china(expiresAt),
  used: when(lastUsedAt),
  revoked: when(revokedAt),
})

type TokenFlags = {
  label: string
  until: string
  role?: NonNullable<CreateTokenRequest['roles']>
  operation?: string[]
}

export function declareSignIn(person: Command, { call }: Declare): void {
  call(person, 'sign-in <id>', 'how somebody signs in, and whether the account is locked 登录情况', {
    ask: (client, [id = '']) => client.getSignInState({ params: { id } }),
    text: ({ account, password, passwordAt, temporaryUntil, secondFactor, lockedUntil, sessions }) =>
      [
        `account 账号名          ${account}`,
        `password 口令           ${password}${passwordAt === null ? '' : `, ${china(passwordAt)}`}`,
        ...(temporaryUntil === null ? [] : [`one-time until 一次性至  ${china(temporaryUntil)}`]),
        `second factor 动态码    ${secondFactor ? 'yes 已绑定' : 'no 未绑定'}`,
        `locked until 锁定至     ${lockedUntil === null ? '-' : china(lockedUntil)}`,
        `sessions 会话           ${sessions}`,
      ].join('\n'),
  })
  call(person, 'reset-password <id>', 'a one-time password, shown once; sessions end 重置口令', {
    options: command => command.option('--account <name>', 'what is typed to sign in; needed the first time'),
    example: 'tongban person reset-password ID --account wang.chuangkou',
    ask: (client, [id = ''], { account }: { account?: string }) =>
      client.resetPassword({ params: { id }, body: { account: account ?? null } }),
    text: ({ account, password, until }) =>
      [
        `account 账号名   ${account}`,
        `password 口令    ${password}`,
        `until 有效期至   ${china(until)}; it must be changed at the first sign-in 首次登录须修改`,
        'The password is shown only now 口令仅显示这一次.',
      ].join('\n'),
  })
  call(person, 'unlock <id>', 'let somebody sign in again after failures 解锁', {
    ask: (client, [id = '']) => client.unlockAccount({ params: { id } }),
    text: () => 'Unlocked 已解锁',
  })
  call(person, 'remove-totp <id>', 'take a second factor off, as of a lost phone; sessions end 解除动态验证码', {
    ask: (client, [id = '']) => client.removeSecondFactor({ params: { id } }),
    text: () => 'Removed 已解除',
  })
  call(person, 'sessions <id>', 'sessions of somebody that go on, newest first 登录会话', {
    ask: async (client, [id = '']) => (await client.listSessions({ params: { id } })).items,
    text: items =>
      table(items.map(({ id, way, createdAt, usedAt }) => ({ id, way, since: china(createdAt), used: china(usedAt) }))),
  })
  call(person, 'sign-out <id>', 'end the sessions of somebody, or one of them 强制退出', {
    options: command => command.option('--session <id>', 'that one alone; `person sessions` names them'),
    ask: (client, [id = ''], { session }: { session?: string }) =>
      session === undefined ? client.endSessions({ params: { id } }) : client.endSession({ params: { id, session } }),
    text: ({ ended }) => `Sessions ended 已结束会话: ${ended}`,
  })
  call(person, 'tokens <id>', 'API tokens of somebody, newest first 接口令牌', {
    ask: async (client, [id = '']) => (await client.listTokens({ params: { id } })).items,
    text: items => table(items.map(tokenRow)),
  })
  call(person, 'add-token <id>', 'an API token that may less, and ends; it is shown once 新建接口令牌', {
    options: command =>
      command
        .requiredOption('--label <text>', 'what it is for')
        .requiredOption('--until <day>', 'last day on which it counts')
        .option('--role <role>', 'of those of the person; may be repeated; all by default', collect)
        .option('--operation <id>', 'operationId that it is for; may be repeated; all by default', collect),
    example: 'tongban person add-token ID --label 统计大屏 --until 2027-06-30 --operation listCases',
    ask: (client, [id = ''], { label, until, role, operation }: TokenFlags) =>
      client.createToken({
        params: { id },
        body: { label, expiresAt: instantOf(until), roles: role ?? null, operations: operation ?? null },
      }),
    text: ({ accessToken, token }) =>
      [table([tokenRow(accessToken)]), `token 令牌  ${token}`, 'The token is shown only now 令牌仅显示这一次.'].join(
        '\n',
      ),
  })
  call(person, 'revoke-token <id> <token>', 'end one of them 撤销接口令牌', {
    ask: (client, [id = '', token = '']) => client.revokeToken({ params: { id, token } }),
    text: () => 'Revoked 已撤销',
  })
}
