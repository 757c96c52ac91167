/** docs/settings.md: every setting of a node, from the schema that checks it. */
import { describeConfig, type Setting } from '../../node/kernel/config/describe.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string | null): string => (text === null ? '' : `\`${cell(text)}\``)

function row({ key, env, default: value, required, kind, en, zh }: Setting): string {
  const only = kind === null ? ['', ''] : [` (kind \`${kind}\`)`, `（kind 为 \`${kind}\`）`]
  const held = required ? 'needed 必填' : code(value)
  return `| \`${key}\` | ${code(env)} | ${held} | ${cell(en)}${only[0]} | ${cell(zh)}${only[1]} |`
}

export function settingsFile(): [string, string] {
  const text = `# Settings 配置项

<!-- Made by \`npm run generate\` from node/kernel/config/schema.ts. -->

\`tongban.json\` is found by \`--config\`, else by \`TONGBAN_CONFIG\`, else in the present folder; paths in it are relative to its folder. A variable of the environment stands over the file; lists are
separated by commas. A configuration that does not hold is refused at the start, with all faults at once. Its JSON Schema is \`node/kernel/config/config.schema.json\`.

配置文件依次取自 \`--config\`、\`TONGBAN_CONFIG\`、当前目录的 \`tongban.json\`；其中的相对路径以该文件所在目录为准。环境变量优先于文件，列表用逗号分隔。配置有误时节点不启动，并一次列出全部错误。

| setting 配置项 | environment 环境变量 | default 默认值 | meaning | 含义 |
|---|---|---|---|---|
${describeConfig().map(row).join('\n')}

## Secrets 秘密

The passphrase of the key store is \`TONGBAN_PASSPHRASE\`, or the content of the file that \`TONGBAN_PASSPHRASE_FILE\` names. Secrets of an adapter are references in \`adapter.secrets\`, never values.
A file that holds a secret must be readable by its owner only (\`chmod 600\`).

密钥库口令取自 \`TONGBAN_PASSPHRASE\`，或 \`TONGBAN_PASSPHRASE_FILE\` 所指文件的内容。适配器的秘密在 \`adapter.secrets\` 中只写位置，不写内容。存放秘密的文件只能由所有者读取（\`chmod 600\`）。
`
  return ['docs/settings.md', text]
}
