/** The own published list as drafts need it. */
import type { Published } from './draft-rows.ts'
import type { Services } from './services.ts'

export const publishedOf = (services: Services, city: string): Published => ({
  item: code => services.item(city, code),
  walk: () => services.walk(city),
  change: (change, actor, alongside) => services.change(change, actor, alongside),
})
