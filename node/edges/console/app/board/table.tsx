/** A table of the board: its heads, and rows that scroll where they are many. */
import type { ReactNode } from 'react'

export function BoardTable({ heads, children }: { heads: readonly string[]; children: ReactNode }) {
  return (
    <div className="board-scroll">
      <table className="board-table">
        <thead>
          <tr>
            {heads.map(head => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
