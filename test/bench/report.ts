/** What the bench found, in Markdown. */
import { cpus, totalmem } from 'node:os'
import { VERSION } from '../../node/version.ts'
import type { AgreementsReport } from './agreements.ts'
import type { CasesReport, Spread } from './cases.ts'
import type { CatalogReport, SizeReport } from './catalog.ts'
import type { ExchangeReport, Measured } from './exchange.ts'
import type { HostileReport } from './hostile.ts'
import type { Latencies } from './load.ts'
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

export function casesMarkdown(report: CasesReport): string {
  const row = (name: string, { p50, p95, p99 }: Spread, aim: number) =>
    `| ${name} | ${p50.toFixed(2)} | ${p95.toFixed(2)} | ${p99.toFixed(2)} | ≤ ${aim}: ${met(p95 <= aim)} |`
  const rows = (entries: [string, Spread][], aim: number) =>
    entries.map(([name, spread]) => row(name, spread, aim)).join('\n')
  return `# Cases (办件)

${machine()}
${whole(report.cases)} cases in one store of ${whole(report.storeMegabytes)} MB: a thousand came by exchange, the others are rows beside them (filled in ${whole(report.seedSeconds)} s). Asked for inside the process; pages are those of real cases, 50 rows each.

| | p50 ms | p95 ms | p99 ms | aim for p95 |
|---|---|---|---|---|
${rows(
  Object.entries(report.queues).map(([name, spread]) => [`queue ${name}`, spread]),
  20,
)}
${row('counts of all queues', report.counts, 20)}
${rows(
  Object.entries(report.searches).map(([name, spread]) => [`search by ${name}`, spread]),
  20,
)}
${row('page of a case', report.page, 20)}
${rows(
  Object.entries(report.statistics).map(([name, spread]) => [`statistics of ${name}`, spread]),
  200,
)}

- Rebuild of every row from the threads: **${whole(report.rebuildPerSecond)} cases/s** (real cases: bodies opened, folded, days counted anew).
- Statistics made anew: ${whole(report.statisticsPerSecond)} cases/s; else they follow the cases in batches.
`
}

export function hostileMarkdown({ seconds, rounds, attacks }: HostileReport): string {
  const percent = (part: number) => `${Math.round(part * 100)} %`
  const rows = attacks.flatMap(({ attack, alone, kept }) =>
    kept.map(
      ({ attackers, paced, full, ofFull, spread, harm }) =>
        `| ${attack} | ${attackers} | ${percent(paced)} | ${whole(full)} of ${whole(alone)} = ${percent(ofFull)} (${spread.map(percent).join(' … ')}) | ${whole(harm.memory)} | ${harm.disk.toFixed(1)} | ${whole(harm.audit)} | ${ms(harm.health)} | ${met(paced >= 0.8 && ofFull >= 0.8 && harm.memory < 512)} |`,
    ),
  )
  return `# Hostile partners (恶意合作城市)

${machine()}
An honest city sends cases to a victim, for ${seconds} s at 100 a second and for ${seconds} s as fast as it goes, while one and two other paired cities attack it. ${rounds} rounds with new nodes each: medians, with the lowest and the highest; of what it cost, the highest. Attackers run at the lowest priority on the same cores.

| attack | attackers | receipts within 2 s, at 100/s | packets/s as fast as it goes | victim's highest memory, MB | MB kept of the attackers | audit rows more | longest /healthz, ms | ≥ 80 %, < 512 MB |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}
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

export function catalogMarkdown({ sizes, agreements }: CatalogReport): string {
  const row = (name: string, aim: string, value: (size: SizeReport) => string) =>
    `| ${name} | ${sizes.map(value).join(' | ')} | ${aim} |`
  const agreementRow = (name: string, of: (report: AgreementsReport) => Latencies) =>
    `| ${name} | ${agreements.map(entry => [of(entry).p50, of(entry).p95, of(entry).p99].map(value => value.toFixed(2)).join(' · ')).join(' | ')} |`
  const mb = (value: number): string => (value < 10 ? value.toFixed(1) : whole(value))
  const largest = sizes.at(-1)
  const aim = (text: string, ok: (size: SizeReport) => boolean) =>
    largest === undefined ? text : `${text}: ${met(ok(largest))}`
  const memory = (side: 'publisher' | 'partner') => (size: SizeReport) => {
    const { after, searched, peak } = size.memory[side]
    return `${mb(after)} · ${mb(searched)} · ${mb(peak)}`
  }
  return `# Catalog (事项清单)

${machine()}
Two whole nodes and the bench share this one machine. Items are varied ones of some 2 kB; the aims are for ${largest === undefined ? '' : whole(largest.items)} of them.

| | ${sizes.map(size => `${whole(size.items)} items`).join(' | ')} | aim |
|---|${sizes.map(() => '---|').join('')}---|
${row('list as JSON lines, MB', '', size => mb(size.listBytes / 1e6))}
${row(
  'publish, one HTTP upload, ms',
  aim('≤ 5,000', size => size.publishMs <= 5000),
  size => whole(size.publishMs),
)}
${row(
  'first sync to a partner, ms',
  aim('≤ 10,000', size => size.firstSyncMs <= 10_000),
  size => whole(size.firstSyncMs),
)}
${row('first sync, MB on the wire', '', size => mb(size.firstSyncBytes / 1e6))}
${row(
  'one change of an item, bytes on the wire',
  aim('≤ 8,192', size => size.change.bytes <= 8192),
  size => whole(size.change.bytes),
)}
${row(
  'one change, ms from its answer until the partner has it',
  aim('≤ 50', size => size.change.syncMs <= 50),
  size => ms(size.change.syncMs),
)}
${row('one change, ms from asking for it to its answer', '', size => ms(size.change.publishMs))}
${row(
  'search at the partner over HTTP, p50 · p95 · p99 ms',
  aim('p95 ≤ 20', size => size.search.p95 <= 20),
  size => `${ms(size.search.p50)} · ${ms(size.search.p95)} · ${ms(size.search.p99)}`,
)}
${row('memory of the publisher over idle, MB: after · with search · highest', '', memory('publisher'))}
${row('memory of the partner over idle, MB', '', memory('partner'))}
${row('store of the publisher, MB', '', size => mb(size.storeMb.publisher))}
${row('store of the partner, MB', '', size => mb(size.storeMb.partner))}

Bytes on the wire are those of the TCP connections in both directions: announcement, request, answer, encryption, and whatever else the two say within 100 ms. Changes and searches: medians, and percentiles of searches by words of two and more characters, several words, codes, departments, and filters with all counts.

# Agreements (合作协议)

Two cities in one process, every agreement proposed and signed by real exchange; ${agreements[0]?.items ?? 0} items each. p50 · p95 · p99 ms.

| | ${agreements.map(entry => `${whole(entry.agreements)} agreements`).join(' | ')} |
|---|${agreements.map(() => '---|').join('')}
${agreementRow('list a page of 50', entry => entry.list)}
${agreementRow('admit a packet, each agreement in turn', entry => entry.admit)}
${agreementRow('admit a packet, one agreement', entry => entry.admitOne)}
${agreementRow('find the agreement of a new case', entry => entry.find)}

An agreement that was not asked for lately is read and folded anew; that takes as long however many there are.
`
}

function machine(): string {
  const [first] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `tongban ${VERSION}, Bun ${Bun.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${first?.model.trim() ?? 'CPU'}, ${memory}, ${new Date().toISOString()}.`
}
