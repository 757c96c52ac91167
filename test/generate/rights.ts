/** docs/rights.md: who may do what, from the table of rights and from the description that a node gives of its operations. */

import { PURPOSE_NAMES, PURPOSES, purposeRule } from '../../protocol/rights/purposes.ts'
import { FORMER_ROLES, ROLE_NAMES, ROLES, type Role } from '../../protocol/rights/roles.ts'
import { ACTIONS, type Action, PURPOSE_RULES, RIGHTS, SCOPES, type Scope } from '../../protocol/rights/table.ts'

type Declared = { id: string; action: Action | null }

const MARKS = {
  yes: '●',
  all: '●',
  collecting: 'C',
  handling: 'H',
  window: 'w',
  department: 'd',
  assigned: 'a',
  asked: '会',
} as const
const scopes = Object.keys(SCOPES) as Scope[]
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function mark(action: Action, role: Role): string {
  const row: { readonly [R in Role]?: 'yes' | readonly Scope[] } = RIGHTS[action].may
  const held = row[role]
  return held === undefined ? '' : held === 'yes' ? MARKS.yes : held.map(scope => MARKS[scope]).join(' ')
}

/** Every operation under its action. Throws when one names none. */
export function rightsFile(operations: readonly Declared[]): [string, string] {
  const undeclared = operations.filter(({ action }) => action !== null && !Object.hasOwn(RIGHTS, action))
  if (undeclared.length > 0) throw new Error(`without an action: ${undeclared.map(({ id }) => id).join(', ')}`)
  const of = (action: Action) => operations.filter(operation => operation.action === action)
  const heading = ROLES.map(role => ROLE_NAMES[role].zh)
  const matrix = (rows: readonly (readonly string[])[]): string => rows.map(row => `| ${row.join(' | ')} |`).join('\n')
  const text = `# Rights 权限

<!-- Made by \`npm run generate\` from protocol/rights/ and from the routes of a node. -->

Every operation of the API names one action, and the table says which roles may do it, within which cases. \`GET /api/v1/me\` tells a person's own rights; \`can(person, action, subject)\` of
\`protocol/rights/can.ts\` is what the node asks, and a console may ask the same. A refusal is 403 with a reason: \`request.forbidden\` (no role may), \`rights.scope\` (none of the own cases),
\`rights.separation\` (who accepted a case does not decide it).

每个接口操作对应一个权限项，下表列出哪些角色可在哪些办件范围内行使。\`GET /api/v1/me\` 返回本人权限；节点按 \`protocol/rights/can.ts\` 的 \`can(person, action, subject)\` 判断，控制台可用同一函数。被拒绝时返回 403 及原因：
\`request.forbidden\`（角色无此权限）、\`rights.scope\`（不属于本人范围的办件）、\`rights.separation\`（受审分离：受理人不得决定）。

Who is not signed in yet may ask 未登录者可用：${operations
    .filter(({ action }) => action === null)
    .map(({ id }) => `\`${id}\``)
    .join(', ')}.

## Roles 角色

| role 角色 | name | 名称 |
|---|---|---|
${matrix(ROLES.map(role => [`\`${role}\``, ROLE_NAMES[role].en, ROLE_NAMES[role].zh]))}

One person is given at most one of system, security and audit administrator, also over several accounts with one staff number, unless the city sets \`rights.separateAdministrators\` to false.
Who accepted a case does not decide it, unless the city sets \`rights.separateDecision\` to false; accounts that hold the role \`integrator\` alone are programs and are not bound by it.

系统、安全、审计管理员一人至多授予其中之一（按工号识别同一人的多个账号），除非配置 \`rights.separateAdministrators\` 为 false。受理人不得对同一办件作出决定，除非配置 \`rights.separateDecision\` 为 false；仅有 \`integrator\` 角色的账号是程序，不受此限。

## Roles of earlier versions 旧角色

Accounts of before were given the roles that together may do exactly what theirs might, in every department and window; their tokens go on. Where roles are given, the former names still stand for these.

升级时，原有账号改授合计权限与原角色完全相同的新角色，部门和窗口不限，令牌继续有效；授予角色时仍可写旧名称，含义如下。

| former 旧 | now 新 |
|---|---|
${matrix(Object.entries(FORMER_ROLES).map(([former, roles]) => [`\`${former}\``, roles.map(role => `\`${role}\``).join(' ')]))}

## Who may do what 权限表

${scopes.map(scope => `${MARKS[scope]} ${SCOPES[scope].en} ${SCOPES[scope].zh}`).join(' · ')}. Several letters add up 多个字母为并集.

| action 权限项 | meaning | 含义 | ${heading.join(' | ')} |
|---|---|---|${ROLES.map(() => ':-:|').join('')}
${matrix(ACTIONS.map(action => [`\`${action}\``, cell(RIGHTS[action].en), RIGHTS[action].zh, ...ROLES.map(role => mark(action, role))]))}

## Purposes of looks 查阅目的

Every look at what was written in a case, at scans and papers, and every search by name, ID number or phone leaves a row in the audit log. Some name their purpose besides, by \`purpose\` in the query (of an export in the
body), which goes into the log as \`purpose.named\`; without it they are refused as \`rights.purpose\`. A case is one that somebody works on when it is assigned to them, or of their own windows or departments and they hold a
role that takes steps there; who is of every window and department works on all. Programs (\`integrator\` alone) name none.

凡查阅办件正文、扫描件、文书，以及按姓名、证件号码或电话检索，均记入审计日志。下列查阅还须用查询参数 \`purpose\`（导出时在正文中）注明目的，以 \`purpose.named\` 记入日志，未注明的以 \`rights.purpose\` 拒绝。分派给本人的办件，以及本人窗口、
部门的办件（且本人有相应的办理角色）为本人经办；不限窗口和部门者经办全部。程序（仅有 \`integrator\` 角色）无须注明。

| action 权限项 | purpose is named | 须注明目的 |
|---|---|---|
${matrix(
  ACTIONS.flatMap(action => {
    const rule = purposeRule(action)
    return rule === null ? [] : [[`\`${action}\``, PURPOSE_RULES[rule].en, PURPOSE_RULES[rule].zh]]
  }),
)}

| purpose 目的 | meaning | 含义 |
|---|---|---|
${matrix(PURPOSE_NAMES.map(purpose => [`\`${purpose}\``, PURPOSES[purpose].en, PURPOSES[purpose].zh]))}

## Operations 操作

| operation 操作 | action 权限项 | ${heading.join(' | ')} |
|---|---|${ROLES.map(() => ':-:|').join('')}
${matrix(
  ACTIONS.flatMap(action =>
    of(action).map(({ id }) => [`\`${id}\``, `\`${action}\``, ...ROLES.map(role => mark(action, role))]),
  ),
)}

${operations.length} operations 个操作.
`
  return ['docs/rights.md', text]
}
