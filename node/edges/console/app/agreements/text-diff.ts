/** Two texts side by side: which parts of each are not in the other, by characters where they are short, by lines where they are long. Pure. */
import { diffChars, diffLines } from 'diff'

export type Part = { text: string; mark: 'same' | 'removed' | 'added' }
export type Sides = { before: Part[]; after: Part[] }

/** Above so many characters of both, lines are compared: a comparison by characters would take too long. */
const BY_CHARACTERS = 4000
/** A piece that both have and that is no longer is noise between two changes. */
const NOISE = 1

/** What stands left and right; each side reads whole. */
export function sidesOf(before: string, after: string): Sides {
  const sides: Sides = { before: [], after: [] }
  const changes = before.length + after.length > BY_CHARACTERS ? diffLines(before, after) : diffChars(before, after)
  for (const [index, { value, added, removed }] of changes.entries()) {
    if (added) sides.after.push({ text: value, mark: 'added' })
    else if (removed) sides.before.push({ text: value, mark: 'removed' })
    else if (value.length <= NOISE && index > 0 && index < changes.length - 1 && value.trim() !== '') {
      sides.before.push({ text: value, mark: 'removed' })
      sides.after.push({ text: value, mark: 'added' })
    } else {
      sides.before.push({ text: value, mark: 'same' })
      sides.after.push({ text: value, mark: 'same' })
    }
  }
  return { before: joined(sides.before), after: joined(sides.after) }
}

/** Neighbours of one mark are one part. */
function joined(parts: readonly Part[]): Part[] {
  const whole: Part[] = []
  for (const part of parts) {
    const last = whole.at(-1)
    if (last !== undefined && last.mark === part.mark)
      whole[whole.length - 1] = { ...last, text: last.text + part.text }
    else whole.push(part)
  }
  return whole
}
