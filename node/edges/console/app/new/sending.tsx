/** A file that is not there yet: how far it is, what it waits for, and a retry; it can be taken out. */
import { Button, Progress } from 'antd'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import type { Sending, Uploads } from './uploads.ts'
import { NEW } from './words.ts'

export function SendingRow({ sending, uploads }: { sending: Sending; uploads: Uploads }) {
  const words = useWords(NEW)
  const { id, file, state, share, error } = sending
  const percent = Math.floor(share * 100)
  return (
    <li>
      <span style={{ overflowWrap: 'anywhere' }}>{file.name}</span>
      <span role="status" className={state === 'failed' ? 'wrong' : 'muted'}>
        {state === 'waiting' ? words.waits : state === 'sending' ? words.uploading(percent) : words.notUploaded}
      </span>
      {state === 'sending' ? (
        <Progress percent={percent} showInfo={false} size="small" style={{ width: 120 }} aria-label={file.name} />
      ) : null}
      <Button onClick={() => uploads.drop(id)} aria-label={`${words.remove} ${file.name}`}>
        {words.remove}
      </Button>
      {state === 'failed' ? (
        <div style={{ flexBasis: '100%' }}>
          <ProblemNotice error={error} />
          <Button onClick={() => uploads.retry(id)}>{words.again}</Button>
        </div>
      ) : null}
    </li>
  )
}
