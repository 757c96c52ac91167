/** Whether something typed in the case is not sent: its parts say so, and colleagues are told. */
import { createContext, useContext, useEffect, useId } from 'react'

type Say = (part: string, unsaved: boolean) => void
export const Unsaved = createContext<Say>(() => undefined)

/** A part says whether it holds something that is not sent; nothing any more once it is gone. */
export function useUnsaved(unsaved: boolean): void {
  const say = useContext(Unsaved)
  const part = useId()
  useEffect(() => {
    say(part, unsaved)
    return () => say(part, false)
  }, [say, part, unsaved])
}
