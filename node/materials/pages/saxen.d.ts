/** What is used here of saxen, which comes without types. */
declare module 'saxen' {
  export class Parser {
    on(event: 'openTag' | 'closeTag' | 'text', handler: (value: string) => void): this
    on(event: 'error', handler: (error: Error) => void): this
    parse(xml: string): void
  }
}
