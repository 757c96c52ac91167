/** Takes a picture with a camera of this machine, such as a document camera (高拍仪). */
import { Alert, Modal } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useWords } from '../words.ts'
import { NEW } from './words.ts'

const QUALITY = 0.9

export function Camera({ done }: { done: (picture: File | null) => void }) {
  const words = useWords(NEW)
  const video = useRef<HTMLVideoElement>(null)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    let stream: MediaStream | null = null
    let gone = false
    navigator.mediaDevices
      .getUserMedia({ video: { width: { ideal: 2592 }, height: { ideal: 1944 }, facingMode: 'environment' } })
      .then(opened => {
        stream = opened
        if (gone) for (const track of opened.getTracks()) track.stop()
        else if (video.current !== null) video.current.srcObject = opened
      })
      .catch(() => setFailed(true))
    return () => {
      gone = true
      for (const track of stream?.getTracks() ?? []) track.stop()
    }
  }, [])
  const take = () => {
    const seen = video.current
    if (seen === null || seen.videoWidth === 0) return
    const canvas = document.createElement('canvas')
    canvas.width = seen.videoWidth
    canvas.height = seen.videoHeight
    canvas.getContext('2d')?.drawImage(seen, 0, 0)
    canvas.toBlob(
      blob => done(blob === null ? null : new File([blob], `scan-${Date.now()}.jpg`, { type: 'image/jpeg' })),
      'image/jpeg',
      QUALITY,
    )
  }
  return (
    <Modal
      open
      title={words.camera}
      okText={words.take}
      onOk={take}
      onCancel={() => done(null)}
      okButtonProps={{ disabled: failed }}
    >
      {failed ? (
        <Alert type="error" showIcon title={words.noCamera} />
      ) : (
        <video ref={video} autoPlay muted playsInline style={{ width: '100%' }} />
      )}
    </Modal>
  )
}
