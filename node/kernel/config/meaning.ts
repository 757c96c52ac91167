/** What a setting means, for the JSON Schema, for docs/settings.md and for whoever got it wrong. */
export const says = (description: string, zh: string) => ({ description, zh })
