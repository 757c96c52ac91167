/** How names and numbers are shown where the whole is not needed: name first character, ID 6+4 or 3+4. */

export const maskName = (name: string): string => {
  const [first = '', ...rest] = [...name]
  return first + '*'.repeat(Math.min(Math.max(rest.length, 1), 3))
}

export const maskNumber = (number: string): string =>
  number.length >= 15
    ? `${number.slice(0, 6)}${'*'.repeat(number.length - 10)}${number.slice(-4)}`
    : number.length >= 8
      ? `${number.slice(0, 3)}${'*'.repeat(number.length - 7)}${number.slice(-4)}`
      : '*'.repeat(number.length)
