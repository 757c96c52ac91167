/** Evidence is verified by whoever doubts the node, and they have no account there: nobody signs in at this address. */
export const isOutside = (path: string): boolean => /^\/verify(?:\/|$)/.test(path)
