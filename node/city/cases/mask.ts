/** How names are shown where the whole is not needed: the first character. */

export const maskName = (name: string): string => {
  const [first = '', ...rest] = [...name]
  return first + '*'.repeat(Math.min(Math.max(rest.length, 1), 3))
}
