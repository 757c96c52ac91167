/** Evidence is verified in a real browser alone: without an account, without a word to the node, by what its reader trusts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { verifyBundle } from '../../node/city/records/evidence/verify.ts'
import { flipped, pack, take, unpack } from '../interop/tamper.ts'
import { openBrowser, pageAt, SIZES, stumbles } from '../support/browser.ts'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { ANKANG } from '../support/node-folder.ts'
import { bundleBytes, bundleInputOf } from '../support/play-bundle.ts'
import { playCase } from '../support/play-case.ts'
import { type PlayCity, playCity } from '../support/play-city.ts'

let root: string
let node: CommandNode
let browser: Browser
let cities: [PlayCity, PlayCity]
let genuine: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-console-'))
  cities = [await playCity('610900'), await playCity('420300')]
  ;[node, browser, genuine] = await Promise.all([
    openCommandNode(root, ANKANG),
    openBrowser(),
    playCase({ cities }).then(played => bundleBytes(bundleInputOf(played))),
  ])
})
afterAll(async () => {
  await Promise.allSettled([node?.stop(), browser?.close()])
  await rm(root, { recursive: true, force: true })
})
afterEach(async () => {
  await Promise.all(browser.contexts().map(context => context.close()))
})

/** The page outside the door. `sent`: what the browser asked of anybody from then on, by method and path. */
async function outside(language: 'zh' | 'en' = 'zh') {
  const opened = await pageAt(browser, node.node.url, language)
  const { page } = opened
  await page.goto('/verify')
  await page
    .getByText(language === 'zh' ? '本节点' : 'in this browser')
    .or(page.locator('#bundle'))
    .first()
    .waitFor()
  const sent: string[] = []
  page.on('request', request => sent.push(`${request.method()} ${new URL(request.url()).pathname}`))
  return { ...opened, sent }
}
const drop = (page: Page, name: string, bytes: Uint8Array) =>
  page.locator('#bundle').setInputFiles({ name, mimeType: 'application/zip', buffer: Buffer.from(bytes) })

test('somebody without an account learns what a bundle proves, and whose certificates stay to be confirmed; nothing leaves the browser', async () => {
  const { page, faults, sent } = await outside()
  await drop(page, 'genuine.zip', genuine)
  const paper = page.getByRole('article', { name: '证据核验书' })
  await paper.getByText('内容自洽，但尚不能证明是谁签发').waitFor()
  const report = await verifyBundle(new Blob([genuine]))
  // Each step by its name, with the packet that proves it, and each material.
  for (const { title, proof } of report.timeline) {
    expect(await paper.getByText(proof.packet).count(), title.zh).toBe(1)
    expect(await paper.getByText(title.zh).count(), title.zh).toBeGreaterThan(0)
  }
  for (const { sha256 } of report.checked) expect(await paper.getByText(sha256).count()).toBe(1)
  expect(sent.filter(request => !request.startsWith('GET /console/'))).toEqual([])
  expect(sent.length).toBeGreaterThan(0)
  for (const size of Object.values(SIZES)) {
    await page.setViewportSize(size)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  }
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

test('a certificate is confirmed by a file, a fingerprint or the eye, and the word of the node counts only when it is taken', async () => {
  const { page, faults } = await outside('en')
  await drop(page, 'genuine.zip', genuine)
  const verdict = page.getByRole('article').getByRole('status')
  await verdict.getByText('who signed it is not proved yet').waitFor()
  // The node publishes its own certificate, which is none of these two cities'.
  await page.getByLabel('Take the word of this node').check()
  await verdict.getByText('who signed it is not proved yet').waitFor()
  await page.locator('#roots').setInputFiles([
    { name: 'ankang.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(cities[0].certificate) },
    { name: 'poem.pem', mimeType: 'text/plain', buffer: Buffer.from('roses are red') },
  ])
  await page.getByText(/✓ ankang\.pem · .*confirms 1/).waitFor()
  await page.getByText(/✗ poem\.pem: is no usable certificate/).waitFor()
  await verdict.getByText('who signed it is not proved yet').waitFor()
  const pasted = page.getByLabel('Paste fingerprints, one a line')
  await pasted.fill(`${cities[1].fingerprint.toUpperCase().replaceAll(/..(?!$)/g, '$&:')}\nabc`)
  await verdict.getByText('Verified: what is listed here is proved').waitFor()
  await page.getByText('is no SHA-256 fingerprint: abc').waitFor()
  await pasted.fill('')
  await verdict.getByText('who signed it is not proved yet').waitFor()
  await page.getByLabel('I compared it with the fingerprint that the city publishes').check()
  await verdict.getByText('Verified: what is listed here is proved').waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

test('a bundle in which one bit was turned is no evidence, and neither is what is no bundle at all', async () => {
  const { page, faults } = await outside()
  const files = unpack(genuine)
  const body = Object.keys(files).find(path => path.startsWith('bodies/')) ?? ''
  await drop(page, 'turned.zip', pack({ ...files, [body]: flipped(take(files, body)) }))
  const paper = page.getByRole('article')
  await paper.getByText('核验未通过：不能作为证据').waitFor()
  await paper.getByText(body).first().waitFor()
  await drop(page, 'letter.zip', new TextEncoder().encode('Dear court'))
  await paper.getByText('letter.zip').waitFor()
  await paper.getByText('文件包无法读取').first().waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

test('a verification tells that it runs and is stopped at will; one that cannot run says so', async () => {
  const { page, context } = await outside()
  const held = Promise.withResolvers<void>()
  await context.route('**/console/evidence-*.js', async route => {
    await held.promise
    await route.abort()
  })
  await drop(page, 'genuine.zip', genuine)
  await page.getByRole('progressbar').waitFor()
  await page.getByRole('button', { name: '停止' }).click()
  await page.getByText('已停止核验 genuine.zip，没有得出结论').waitFor()
  expect(await page.getByRole('article').count()).toBe(0)
  held.resolve()
  await drop(page, 'genuine.zip', genuine)
  await page.getByRole('alert').getByText('核验未能完成').waitFor()
})
