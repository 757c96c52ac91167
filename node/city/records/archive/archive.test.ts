import { expect, test } from 'vitest'
import { fileName } from './archive.ts'

test('a name that a partner wrote is safe as the name of a file', () => {
  expect(
    [
      '身份证.pdf',
      '../../etc/passwd',
      'a\u0000b\u202Ec<>:"/\\|?*d.PDF',
      '   ',
      '..',
      '.profile',
      `${'长'.repeat(200)}.pdf`,
    ].map(name => fileName(name, 'application/pdf')),
  ).toEqual([
    '身份证.pdf',
    'etc passwd.pdf',
    'a b c d.pdf',
    '文件.pdf',
    '文件.pdf',
    'profile.pdf',
    `${'长'.repeat(60)}.pdf`,
  ])
  expect(fileName('决定文件', 'application/unknown')).toBe('决定文件.bin')
  for (const type of ['application/x-msdownload', ''])
    expect(fileName('发票\u202efdp.exe', type)).toBe('发票 fdp.exe.bin')
})
