/** The look of the console, in antd's tokens; each colour of text is at least AA on white. */
import type { ThemeConfig } from 'antd'
import { useEffect } from 'react'

export const COLOURS = {
  primary: '#1a56c4',
  success: '#1e7b34',
  warning: '#b06000',
  error: '#c5221f',
  muted: '#57606a',
} as const

export const THEME: ThemeConfig = {
  token: {
    colorPrimary: COLOURS.primary,
    colorSuccess: COLOURS.success,
    colorWarning: COLOURS.warning,
    colorError: COLOURS.error,
    // Those that antd makes of dark tones are muddy.
    colorSuccessBg: '#e9f5ec',
    colorSuccessBorder: '#9fd0ab',
    colorWarningBg: '#fdf3e3',
    colorWarningBorder: '#e6bd7d',
    colorErrorBg: '#fdecea',
    colorErrorBorder: '#eba9a5',
    // Darker under the hand: the lighter tone that antd takes is no AA.
    colorPrimaryHover: '#174ca9',
    colorPrimaryActive: '#123c87',
    colorErrorHover: '#a31c19',
    colorErrorActive: '#861714',
    colorErrorBorderHover: '#a31c19',
    colorLink: COLOURS.primary,
    colorLinkHover: '#174ca9',
    colorLinkActive: '#123c87',
    colorTextSecondary: '#434b54',
    colorTextTertiary: COLOURS.muted,
    colorTextDescription: COLOURS.muted,
    colorTextPlaceholder: '#6b737c',
    borderRadius: 4,
    fontSize: 14,
    fontSizeSM: 14,
    motion: false,
    fontFamily: 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif',
  },
}

/** Gives the head of pages the colour of the city; the node has seen that white text is readable on it. */
export function useCityColour(colour: string | undefined): void {
  useEffect(() => {
    if (colour !== undefined) document.documentElement.style.setProperty('--city-colour', colour)
  }, [colour])
}
