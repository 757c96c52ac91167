/** What of the arguments is made ready before the commands are looked up. */

/** The thumbprint of one key in 64 begins with a hyphen: it is no option. */
export function thumbprintsLast(args: readonly string[]): string[] {
  const isThumbprint = (arg: string): boolean => /^-[A-Za-z0-9_-]{42}$/.test(arg)
  if (args.includes('--') || !args.some(isThumbprint)) return [...args]
  return [...args.filter(arg => !isThumbprint(arg)), '--', ...args.filter(isThumbprint)]
}
