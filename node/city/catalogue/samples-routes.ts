/** HTTP routes of samples: upload one that items name, show one that an item names. */
import * as z from 'zod'
import { LIMITS } from '../../../protocol/limits.ts'
import { Commitment, DivisionCode, Sha256, text } from '../../../protocol/primitives.ts'
import { actorOf, type RouteModule } from '../../edges/http/route.ts'
import type { Samples } from './samples.ts'

export const sampleRoutes = (samples: Samples): RouteModule => ({
  tag: 'Samples',
  description: 'Samples and blank forms (样表, 空表) that items name by `exampleGuid`, `formGuid` and `resultGuid`.',
  register(api) {
    api.upload({
      method: 'post',
      path: '/api/v1/samples',
      id: 'uploadSample',
      summary: 'Upload a sample: JPEG, PNG, PDF or OFD with made-up persons; every partner may fetch it',
      action: 'catalogue.manage',
      takes: { types: ['any'], bytes: LIMITS.sampleBytes },
      answer: Commitment.describe('to be put into the item as it is'),
      status: 201,
      seconds: 600,
      problems: ['material.oversize', 'request.invalid'],
      handle: ({ stream, person }) => samples.add(stream, actorOf(person)),
    })
    api.download({
      path: '/api/v1/samples/{city}/{item}/{sha256}',
      id: 'downloadSample',
      summary: "A sample that an item names, own or a partner's; fetched when it is not held yet",
      action: 'reference.read',
      params: z.strictObject({ city: DivisionCode, item: text(50), sha256: Sha256 }),
      gives: { types: ['application/octet-stream'], description: 'the bytes as they were uploaded' },
      seconds: 120,
      problems: ['item.unknown', 'material.missing', 'material.oversize', 'exchange.unreachable', 'partner.inactive'],
      handle: async ({ params: { city, item, sha256 } }) => {
        const { type, size, body } = await samples.open(city, item, sha256)
        return { type, body, size, filename: sha256 }
      },
    })
  },
})
