/** A secret as the node told it, this once: it stands in this window until it is closed, and nowhere else. */
import { Alert, Typography } from 'antd'

export function Once({ title, secret, hint }: { title: string; secret: string; hint: string }) {
  return (
    <Alert
      type="info"
      showIcon
      title={title}
      description={
        <>
          <Typography.Text code copyable style={{ fontSize: 16, overflowWrap: 'anywhere' }}>
            {secret}
          </Typography.Text>
          <p>{hint}</p>
        </>
      }
    />
  )
}
