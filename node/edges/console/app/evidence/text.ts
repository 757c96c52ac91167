/** Times of a certificate of verification: whole, for it is read in another year, and those of China (UTC+8). */
import { chinaTime } from '../../../../city/records/evidence/timeline.ts'

export const secondsText = (seconds: number): string => `${chinaTime(seconds)} UTC+8`
