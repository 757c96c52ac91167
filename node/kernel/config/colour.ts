/** Colours of a page, and how well white text is read on them (WCAG 2.2, 1.4.3). Pure. */

/** Least contrast of text of usual size, level AA. */
export const READABLE = 4.5

export const COLOUR = /^#[0-9a-f]{6}$/i

/** Relative luminance of a colour `#rrggbb`: 0 black, 1 white. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Contrast of white text on a colour `#rrggbb`: 1 to 21. */
export const contrastWithWhite = (colour: string): number => 1.05 / (luminance(colour) + 0.05)
