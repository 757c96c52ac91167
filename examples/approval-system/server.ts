/**
 * A fake approval system (模拟审批系统) of a handling city, in the shape that an Epoint-like vendor gives its interfaces. The
 * demo and the tests run it as a process of its own; it stands on node:http because a fault is to break a connection.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { scan } from '../../node/edges/cli/sandbox-scan.ts'
import { createAdmin } from './admin.ts'
import { createFaults, type Faults } from './faults.ts'
import { createOfficer, type ScriptName } from './officer.ts'
import { type Answer, createOperations, failure, LATER, success } from './operations.ts'
import { openStore } from './store.ts'

export type ApprovalSystemOptions = {
  /** SQLite file, or `:memory:` */
  data: string
  /** 0 picks a free port */
  port: number
  /** bearer token that callers must send */
  token: string
  script: ScriptName
  /** ms that the officer takes for each step */
  delayMs: number
  faults: Faults
  now: () => number
}

/** `url` without a slash at its end. */
export type ApprovalSystem = { url: string; stop(): Promise<void> }

const BODY_BYTES = 2 * 1024 * 1024
const EVENTS = 100
/** An operation code that nobody's dictionary has. */
const GARBLED = 77
/** Ids of 18 digits, as snowflake ids have them, begin here. */
const LONG = 202_611_300_000_000_000n

export async function startApprovalSystem(options: ApprovalSystemOptions): Promise<ApprovalSystem> {
  const { now, token } = options
  const store = openStore(options.data)
  const faults = createFaults(options.faults)
  const officer = createOfficer(store, { now, delayMs: options.delayMs })
  const admin = createAdmin({ store, officer, faults, script: options.script })
  const operations = createOperations({ store, officer, script: admin.script, long: faults.long, now })

  /** One packet with its idempotency key, through the faults. Null: the connection is to break. */
  async function packet(
    request: IncomingMessage,
    response: ServerResponse,
    work: (key: string, text: string) => Answer,
  ): Promise<(Answer & { spoilt?: boolean }) | null> {
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string' || key === '') return failure('E400', '缺少 Idempotency-Key', 400)
    const text = await readText(request)
    if (text === null) return failure('E413', '请求过大', 413)
    const attempt = store.attempted(key)
    if (faults.unavailable(attempt)) return failure('E503', '系统繁忙', 503)
    const gone = new Promise<void>(resolve => response.once('close', resolve))
    if (!(await faults.pass(gone))) return null
    // A real system's texts name people; what reads this answer must not pass it on.
    if (faults.refuses()) return failure('E2', `申请信息有误：${text}`)
    const answer = work(key, text)
    return faults.drops(attempt) ? null : { ...answer, spoilt: true }
  }

  async function receiveMaterial(request: IncomingMessage, sha256: string): Promise<Answer> {
    if (faults.unavailable(Number.POSITIVE_INFINITY)) return failure('E503', '系统繁忙', 503)
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      hash.update(chunk)
      size += chunk.byteLength
      admin.uploadBegan(sha256)
    }
    if (hash.digest('hex') !== sha256) return failure('E4', '材料摘要不符', 400)
    store.saveMaterial(sha256, size)
    return success({ sha256 })
  }

  function events(url: URL): Answer {
    if (faults.unavailable(Number.POSITIVE_INFINITY)) return failure('E503', '系统繁忙', 503)
    const after = Number(url.searchParams.get('after') ?? '0')
    if (!Number.isSafeInteger(after) || after < 0) return failure('E1', '参数不完整', 400)
    officer.work()
    const rows = store.eventsAfter(after, EVENTS)
    return success({
      events: rows.map(({ id, flowsn, operatetype, row }) => ({
        rowguid: faults.long() ? String(LONG + BigInt(id)) : `EV${id}`,
        flowsn,
        operatetype: faults.garbles() ? GARBLED : operatetype,
        ...row,
      })),
      next: rows.at(-1)?.id ?? after,
    })
  }

  function health(): Answer {
    return faults.unavailable(Number.POSITIVE_INFINITY) ? failure('E503', '系统繁忙', 503) : success({})
  }

  function show(flowsn: string): Answer {
    const row = store.caseOf(flowsn)
    return row === null ? failure('E404', '根据传入flowsn未查询到办件', 404) : success({ ...row })
  }

  /** The result of a case as a file, for a system that gives its results out so. */
  function file(response: ServerResponse, id: string): Answer | 'sent' {
    if (faults.unavailable(Number.POSITIVE_INFINITY)) return failure('E503', '系统繁忙', 503)
    const flowsn = id.replace(/^CERT-/, '')
    if (!id.startsWith('CERT-') || store.caseOf(flowsn) === null) return failure('E404', '没有该文件', 404)
    response.writeHead(200, { 'content-type': 'application/pdf' })
    response.end(scan(`Decision ${flowsn}`))
    return 'sent'
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ status: number; body: unknown; spoilt?: boolean } | 'sent' | null> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const path = url.pathname.split('/').slice(1).map(decodeURIComponent)
    const [place, id = '', later = ''] = path
    const { method } = request
    if (place === 'admin') return admin.answer(`${method} ${id}`, later, await readText(request))
    if (faults.hangs()) return new Promise(() => {})
    if (method === 'GET' && place === 'stats') return { status: 200, body: store.stats() }
    if (request.headers.authorization !== `Bearer ${token}`) return failure('E401', '未授权', 401)
    if (method === 'GET' && place === 'health') return health()
    if (method === 'GET' && place === 'events') return events(url)
    if (method === 'GET' && place === 'cases') return show(id)
    if (method === 'GET' && place === 'files') return file(response, id)
    if (method === 'PUT' && place === 'materials') return receiveMaterial(request, id)
    if (method === 'POST' && place === 'cases' && id === '') return packet(request, response, operations.register)
    if (method === 'POST' && place === 'cases' && (LATER as readonly string[]).includes(later)) {
      return packet(request, response, (key, text) => operations.later(key, later, id, text))
    }
    return failure('E404', '没有该接口', 404)
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const given = await answer(request, response)
      if (given === null) {
        request.socket.destroy()
        return
      }
      if (given === 'sent') return
      response.writeHead(given.status, { 'content-type': 'application/json; charset=utf-8' })
      const text = written(given.body)
      response.end(given.spoilt === true ? faults.spoiled(text) : text)
    } catch {
      // The caller went away, or sent what it should not: it gets no answer.
      request.socket.destroy()
    }
  }

  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      store.close()
    },
  }
}

/** As a Java system writes a `Long`: numbers of many digits are no text. */
const written = (body: unknown): string => JSON.stringify(body).replaceAll(/"(flowsn|rowguid)":"(\d{16,})"/g, '"$1":$2')

async function readText(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > BODY_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
