/** Tabs as one strip, which scrolls sideways where it is wider than the screen: each is in reach of a finger, and of the arrow keys. */
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'

const STEPS: Readonly<Record<string, (at: number, of: number) => number>> = {
  ArrowRight: (at, of) => (at + 1) % of,
  ArrowLeft: (at, of) => (at + of - 1) % of,
  Home: () => 0,
  End: (_, of) => of - 1,
}

export function TabStrip<Name extends string>({
  name,
  label,
  tabs,
  chosen,
  choose,
  children,
}: {
  /** begins the ids of its parts */
  name: string
  label: string
  tabs: readonly { name: Name; label: string }[]
  chosen: Name
  choose: (name: Name) => void
  /** of the chosen tab */
  children: ReactNode
}) {
  const strip = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab may be out of sight
  useEffect(() => {
    strip.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [chosen])
  const move = (event: KeyboardEvent) => {
    const place = STEPS[event.key]?.(
      tabs.findIndex(tab => tab.name === chosen),
      tabs.length,
    )
    const next = place === undefined ? undefined : tabs[place]
    if (next === undefined) return
    event.preventDefault()
    choose(next.name)
    document.getElementById(`${name}-${next.name}`)?.focus()
  }
  return (
    <>
      <div ref={strip} role="tablist" aria-label={label} className="tab-strip" onKeyDown={move}>
        {tabs.map(tab => (
          <button
            key={tab.name}
            type="button"
            role="tab"
            id={`${name}-${tab.name}`}
            aria-selected={tab.name === chosen}
            aria-controls={tab.name === chosen ? `${name}-panel` : undefined}
            tabIndex={tab.name === chosen ? 0 : -1}
            onClick={() => choose(tab.name)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${name}-panel`} aria-labelledby={`${name}-${chosen}`}>
        {children}
      </div>
    </>
  )
}
