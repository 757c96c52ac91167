/** QR codes of invites, as pictures; small enough to be read by the camera of a phone from a screen or from paper. */
import { renderSVG } from 'uqr'

/** Characters of a QR code at most: version 25, 117 modules, still reads from a terminal. */
export const QR_CHARACTERS = 1200

/** An SVG document, black on white with the quiet zone of four modules (ISO/IEC 18004 §6.3.8). */
export const qrPicture = (text: string): string => renderSVG(text, { border: 4, ecc: 'L' })
