/** `tongban evidence verify`: a bundle is verified offline. */
import { missedWords } from '../../city/records/evidence/deadlines.ts'
import { verifyBundle } from '../../city/records/evidence/verify.ts'
import type { CommandContext } from './context.ts'

/**
 * Needs nothing but the bundle and the two fingerprints. Exit code 1 when it does not verify; 2 when it fits together but
 * no fingerprint was given: anybody could have made such a bundle.
 */
export async function verifyEvidence(
  context: CommandContext,
  path: string,
  flags: { fingerprint: string[] },
): Promise<void> {
  const bar = { current: null as ReturnType<CommandContext['out']['progress']> | null }
  const report = await verifyBundle(path, {
    ...(flags.fingerprint.length === 0 ? {} : { fingerprints: flags.fingerprint }),
    onProgress: (done, total) => {
      bar.current ??= context.out.progress(total)
      bar.current.update(done)
    },
  })
  bar.current?.stop()
  const confirmed = flags.fingerprint.length > 0
  if (!report.ok) process.exitCode = 1
  else if (!confirmed) process.exitCode = 2
  context.out.result(report, value =>
    [
      verdict(value.ok, confirmed),
      `  case 办件        ${value.caseNo ?? '-'}  ${value.collecting ?? '-'} → ${value.handling ?? '-'}`,
      `  state 状态       ${value.state ?? '-'} ${value.outcome ?? ''}`,
      `  verified 已验    ${value.packets} packets, ${value.receipts} receipts, ${value.materials} materials`,
      ...value.certificates.map(({ city, fingerprint }) => `  certificate 证书 ${city}  ${fingerprint}`),
      ...(value.deadlines?.duties ?? [])
        .filter(({ missed }) => missed)
        .map(duty => {
          const { zh, en } = missedWords(duty)
          return `  missed 未按期     ${duty.city}  ${zh}; ${en}`
        }),
      ...value.findings.map(finding => `  ${finding.level} ${finding.file}: ${finding.en} ${finding.zh}`),
    ].join('\n'),
  )
}

function verdict(ok: boolean, confirmed: boolean): string {
  if (!ok) return 'NOT VERIFIED 验证失败'
  return confirmed
    ? 'VERIFIED 验证通过'
    : 'FITS TOGETHER, CITIES NOT CONFIRMED 内容自洽，城市身份未核对: give --fingerprint of each city 请以 --fingerprint 给出各市证书指纹'
}
