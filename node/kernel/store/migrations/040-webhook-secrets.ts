/** The secret before the former one of a webhook: it signs too until `older_until`, ms. Sealed. */
export const webhookSecrets = {
  version: 40,
  name: 'webhook-secrets',
  sql: `
ALTER TABLE webhooks ADD COLUMN older_secret BLOB;
ALTER TABLE webhooks ADD COLUMN older_until INTEGER;
`,
} as const
