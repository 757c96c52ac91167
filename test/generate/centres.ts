/** Where divisions lie on the map of the console, from the maps that came with echarts 4 (Apache 2.0; the package `china-maps`). */
import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

type Maps = { features: { id?: string; properties: { id?: string; cp?: [number, number] } }[] }

const FOLDER = resolve(import.meta.dirname, '../../node_modules/china-maps/map/json')
/** Got another code since those maps were made: the new one, and theirs. */
const RENAMED = { '540600': '542400' } as const
/** Outlined in those maps without a centre: the seat of their governments. */
const SEATS: Readonly<Record<string, [number, number]>> = { '650500': [93.51, 42.83], '659009': [79.29, 37.21] }
/** Of a map of the whole country: a hundredth of a degree is a kilometre. */
const PLACES = 100
const rounded = (degrees: number): number => Math.round(degrees * PLACES) / PLACES

export async function centresFile(): Promise<[string, string]> {
  const names = ['china.json', ...(await readdir(resolve(FOLDER, 'province'))).map(name => `province/${name}`)]
  const found = new Map<string, [number, number]>(Object.entries(SEATS))
  for (const name of names) {
    const { features } = JSON.parse(await readFile(resolve(FOLDER, name), 'utf8')) as Maps
    for (const { id, properties } of features) {
      const code = id ?? properties.id
      if (code !== undefined && /^\d{6}$/.test(code) && properties.cp !== undefined) found.set(code, properties.cp)
    }
  }
  for (const [code, before] of Object.entries(RENAMED)) {
    const centre = found.get(before)
    if (centre !== undefined) found.set(code, centre)
  }
  const lines = [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, [east, north]]) => `  '${code}': [${rounded(east)}, ${rounded(north)}],`)
  const text = `/**
 * Made by \`npm run generate\`: centres of divisions of China by their codes (GB/T 2260), degrees east and north; those of provinces and
 * prefectures, and of districts where a municipality has no prefectures. Of the maps that came with echarts 4.9.0 (Apache 2.0).
 */
export const CENTRES: Readonly<Record<string, readonly [east: number, north: number]>> = {
${lines.join('\n')}
}
`
  return ['node/edges/console/app/ui/map/centres.generated.ts', text]
}
