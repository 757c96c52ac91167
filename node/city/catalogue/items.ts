/** Single items of stored lists, those asked for again from memory. */

import { decodeUtf8 } from '../../../protocol/primitives.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { bucketOf, itemKey } from '../../../protocol/service/list-tree.ts'
import { type Lists, lineOf } from './lists.ts'
import { unpack } from './pack.ts'

/** Bytes of JSON of the items that stay parsed. */
const KEPT_BYTES = 8 * 1024 * 1024

export type Items = ReturnType<typeof createItems>

export function createItems(lists: Lists, capacity = KEPT_BYTES) {
  /** by city, version and code, the one used last at the end */
  const kept = new Map<string, { item: ServiceItem; bytes: number }>()
  let bytes = 0

  function keep(key: string, item: ServiceItem, size: number): void {
    if (kept.has(key) || size > capacity) return
    kept.set(key, { item, bytes: size })
    bytes += size
    for (const [oldest, entry] of kept) {
      if (bytes <= capacity) return
      kept.delete(oldest)
      bytes -= entry.bytes
    }
  }

  return {
    /** An item of a stored version; null when the version has none of this code. Not to be changed. */
    async read(city: string, version: number, code: string): Promise<ServiceItem | null> {
      const key = `${city} ${version} ${code}`
      const known = kept.get(key)
      if (known !== undefined) {
        kept.delete(key)
        kept.set(key, known)
        return known.item
      }
      const bucket = await lists.bucket(city, bucketOf(await itemKey(code)), version)
      const line = bucket === null ? null : lineOf(bucket, unpack(bucket), code)
      if (line === null) return null
      const item = JSON.parse(decodeUtf8(line)) as ServiceItem
      keep(key, item, line.byteLength)
      return item
    },
  }
}
