/** Settings of SMS to applicants (短信): one request, as the gateway of the city asks for it. */
import * as z from 'zod'
import { text } from '../../../protocol/primitives.ts'
import { says } from './meaning.ts'
import { SecretReference } from './secrets.ts'

const template = (zh: string, en: string) =>
  text(100)
    .optional()
    .meta(says(`template at the gateway for ${en}; absent: it is not told`, `${zh}的模板编号，不设则不发`))
const code = text(64)

export const Sms = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .meta(says('address of the SMS gateway, to which each message is posted', '短信网关地址，每条短信一次 POST')),
  format: z.enum(['json', 'form']).default('json').meta(says('how the fields are written', '字段的写法：JSON 或表单')),
  headers: z
    .record(text(100), z.string().max(1000))
    .default({})
    .meta(says('headers of the request, with placeholders', '请求头，可用占位符')),
  fields: z
    .record(
      text(100),
      z.union([z.string().max(1000), z.array(z.string().max(300)).max(20), z.record(text(100), z.string().max(300))]),
    )
    .meta(
      says(
        'fields of the request; `{phone}`, `{template}`, `{signature}`, `{parameters}`, `{text}`, `{number}`, `{item}`, `{city}`, `{contact}`, `{words}`, `{key}`, `{time}`, `{seconds}`, `{digest}` and `{secret.NAME}` stand for what each message has',
        '请求字段，占位符见左',
      ),
    ),
  secrets: z
    .record(text(100), SecretReference)
    .default({})
    .meta(
      says(
        'where each `{secret.NAME}` is: { "env": "NAME" } or { "file": "PATH" }',
        '各 `{secret.NAME}` 的位置：环境变量名或文件路径',
      ),
    ),
  digest: z
    .strictObject({
      algorithm: z
        .enum(['md5', 'sha1', 'sha256', 'hmac-sha1', 'hmac-sha256'])
        .meta(says('how the digest is made', '摘要算法')),
      of: text(2000).meta(says('text of which it is made, with placeholders', '取摘要的文本，可用占位符')),
      key: text(500).optional().meta(says('key of an HMAC, with placeholders', 'HMAC 密钥，可用占位符')),
      encoding: z.enum(['hex', 'base64']).default('hex').meta(says('how it is written', '摘要编码')),
    })
    .optional(),
  answer: z.strictObject({
    field: text(100).meta(says('path of the field that tells the outcome, such as Code', '应答中表示结果的字段路径')),
    taken: z.array(code).min(1).max(10).meta(says('what it says when the message was taken', '表示已受理发送的取值')),
    retry: z
      .array(code)
      .max(20)
      .default([])
      .meta(says('what it says when the message was not taken and may be sent again', '表示未发送、可重发的取值')),
  }),
  dropsRepeats: z
    .boolean()
    .default(false)
    .meta(
      says(
        'whether the gateway sends a message once, however often it is asked under the same `{key}`: then what got no answer is sent again, else a person decides',
        '网关是否按 `{key}` 去重：是则无应答时自动重发，否则由人工决定',
      ),
    ),
  signature: text(50).meta(says('name of the signature', '短信签名名称')),
  contact: text(60).meta(says('where applicants ask: a phone number', '申请人咨询电话')),
  templates: z.strictObject({
    supplement: template('通知补正', 'a notice of what is lacking'),
    refused: template('不予受理', 'a refusal'),
    decided: template('作出决定', 'a decision'),
    result: template('结果可取', 'a result'),
    missed: template('超过期限', 'a day that was missed'),
  }),
})
