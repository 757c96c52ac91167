/** What the bench found, in Markdown. */
import { cpus, totalmem } from 'node:os'
import { VERSION } from '../../node/version.ts'
import type { ExchangeReport, Measured } from './exchange.ts'
import type { StartReport } from './start.ts'

const whole = (value: number): string => Math.round(value).toLocaleString('en')
const ms = (value: number): string => (value < 10 ? value.toFixed(1) : whole(value))
const met = (ok: boolean): string => (ok ? 'met' : 'not met')

export function exchangeMarkdown(report: ExchangeReport): string {
  const { bound, real, https, httpsReceipts, answered, payload } = report
  const row = (name: string, { packetsPerSecond, latencies, rounds, cpu }: Measured) =>
    `| ${name} | ${whole(packetsPerSecond)} | ${rounds.map(whole).join(' · ')} | ${ms(latencies.p50)} | ${ms(latencies.p95)} | ${ms(latencies.p99)} | ${whole(cpu.sender)} | ${whole(cpu.receiver)} |`
  return `# Exchange (交换)

${machine()}
${real.rounds.length} rounds of ${report.seconds} s each, alternating; medians. Both ends and the bench share this one machine.
A packet is a JWS of ${payload.jws} bytes and a body of ${payload.body} bytes; the others sign a JWS as large as both together.

| | packets/s, durable on both sides | rounds | p50 ms | p95 ms | p99 ms | CPU µs/packet, sender | receiver |
|---|---|---|---|---|---|---|---|
${row('(a) bound', bound)}
${row('(b) real', real)}
${row('(c) HTTPS', https)}
${row('(c+) HTTPS with receipts', httpsReceipts)}

Latency: from asking for the packet to its durable receipt ((c): its answer), at half of the packets/s of the same row, begun at a fixed rate whatever comes back. CPU: all threads of the process.

- **(b) / (a) = ${report.ratioToBound.toFixed(2)}** (aim 0.5: ${met(report.ratioToBound >= 0.5)}); **(b) / (c) = ${report.ratioToHttps.toFixed(2)}** (aim 3: ${met(report.ratioToHttps >= 3)}); (b) / (c+) = ${(real.packetsPerSecond / httpsReceipts.packetsPerSecond).toFixed(2)}.
- (a) Two processes and a bare libp2p stream: sign, commit, send; verify, commit, signed receipt; verify the receipt, commit. Up to 256 a batch, \`synchronous=FULL\`.
- (b) Two whole nodes. Each packet is a \`case.submit\`: a new thread with all pre-checks (item, agreement, materials held, ID numbers), case number, audit, projection, encryption at rest and events; on arrival envelope, body, place, agreement, projection and dispatch job. Asked for inside the node's process, not over HTTP. Both cities hold the two materials, so no file travels; the approval system is silent, so nothing but receipts comes back.
- (c) Two processes, one HTTPS request per JWS over kept-alive connections: sign, commit, request; verify, commit, answer 200. (c+): the answer is a signed receipt, which the sender verifies and commits. Neither has order, retries or checks of content.
- With an approval system (the workbench) that answers every case at once: **${whole(answered.casesPerSecond)} cases/s** from \`case.submit\` to the durable \`case.arrived\`, which is ${whole(answered.packetsPerSecond)} packets/s in both directions together (rounds: ${answered.rounds.map(whole).join(' · ')} cases/s).
`
}

export function startMarkdown({ readyMs, idleMb, parts, runs }: StartReport): string {
  return `# Start (启动)

${machine()}
Medians of ${runs} starts.

| | | aim |
|---|---|---|
| from spawn to the ready line | ${whole(readyMs)} ms | < 500 ms: ${met(readyMs < 500)} |
| an empty program on the same runtime | ${whole(parts.runtime)} ms | |
| loading modules | ${whole(parts.modules)} ms | |
| starting the node | ${whole(parts.node)} ms | |
| resident memory after 5 s without work | ${idleMb === null ? 'not read' : `${whole(idleMb)} MB`} | < 120 MB: ${idleMb === null ? '' : met(idleMb < 120)} |
`
}

function machine(): string {
  const [first] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `tongban ${VERSION}, Bun ${Bun.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${first?.model.trim() ?? 'CPU'}, ${memory}, ${new Date().toISOString()}.`
}
