/** The templates of agreements (协议范本) that are shipped: data alone, in own words; what stands in a draft is the user's to change. */
import { adjacent } from './adjacent.ts'
import { alliance } from './alliance.ts'
import { collection } from './collection.ts'
import { joint } from './joint.ts'
import type { AgreementTemplate } from './template.ts'

export const TEMPLATES: readonly AgreementTemplate[] = [adjacent, collection, joint, alliance]
