/** What is used of saxen, here and by the tables, which comes without types. */
declare module 'saxen' {
  export class Parser {
    on(event: 'openTag', handler: (name: string, attributes: () => Record<string, string>) => void): this
    on(event: 'closeTag' | 'text' | 'cdata', handler: (value: string) => void): this
    on(event: 'error' | 'warn', handler: (error: Error) => void): this
    parse(xml: string): void
    write(part: string): this
    end(): void
  }
}
