/** Styles are bundled beside the program. */
declare module '*.css'

/** A file beside the program: its address from there. */
declare module '*.worker.min.mjs' {
  const address: string
  // biome-ignore lint/style/noDefaultExport: so the bundler gives it
  export default address
}
