/**
 * What reads JSON Schema, loaded at the first form and no sooner: a hundred modules, which most starts never need. At once when it is
 * needed, for forms are compiled within a step.
 */
import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

export const schemaLibrary = () => load('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
export const formatLibrary = () => load('ajv-formats') as typeof import('ajv-formats')
export const patternLibrary = () => load('re2js') as typeof import('re2js')
