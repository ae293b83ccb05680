/** What of a webhook decides how its requests are verified. */
export interface SignedWebhook {
  /** Whether X-Hub-Signature-256 is sent, too. */
  hub_signature: boolean
}
