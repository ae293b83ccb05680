import type { SignedWebhook } from './webhook.ts'

const standard = `require "openssl"

# env: Rack's (request.env in Rails). body: the bytes as they arrived (request.raw_post in Rails). secret: whsec_...
def verify(env, body, secret)
  id = env["HTTP_WEBHOOK_ID"].to_s
  timestamp = env["HTTP_WEBHOOK_TIMESTAMP"].to_s
  signatures = env["HTTP_WEBHOOK_SIGNATURE"].to_s
  key = secret.delete_prefix("whsec_").unpack1("m")
  return false if key.bytesize < 24
  return false unless timestamp.match?(/\\A[0-9]{1,12}\\z/) && (Time.now.to_i - timestamp.to_i).abs <= 300

  hmac = OpenSSL::HMAC.digest("SHA256", key, "#{id}.#{timestamp}.".b + body.b)
  expected = "v1," + [hmac].pack("m0")
  # There are several while a secret is being rotated.
  signatures.split(" ").any? { |signature| OpenSSL.secure_compare(signature, expected) }
end
`

const hub = `
# The other signature, as GitHub sends it: it covers the body alone, and does not tell a repeated request from a new one.
def verify_hub(env, body, secret)
  return false if secret.bytesize < 24

  expected = "sha256=" + OpenSSL::HMAC.hexdigest("SHA256", secret, body)
  OpenSSL.secure_compare(env["HTTP_X_HUB_SIGNATURE_256"].to_s, expected)
end
`

/** For Ruby 2.7 and later. */
export function ruby({ hub_signature }: SignedWebhook): string {
  return standard + (hub_signature ? hub : '')
}
