/** QR codes of invites, as pictures; small enough to be read by the camera of a phone from a screen or from paper. */
import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)
/** Loaded at the first picture. */
const library = () => load('uqr') as typeof import('uqr')

/** Characters of a QR code at most: version 25, 117 modules, still reads from a terminal. */
export const QR_CHARACTERS = 1200

/** An SVG document, black on white with the quiet zone of four modules (ISO/IEC 18004 §6.3.8). */
export const qrPicture = (text: string): string => library().renderSVG(text, { border: 4, ecc: 'L' })

/** The address of a page for applicants, to be printed: small, with a border of one module. */
export const qrOfPage = (text: string): string => library().renderSVG(text, { border: 1 })
