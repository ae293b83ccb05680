import type { SignedWebhook } from './webhook.ts'

const head = (imports: readonly string[]) => `package webhooks

import (
${imports.map((name) => `\t"${name}"\n`).join('')})
`

const standard = `
// Verify takes request.Header.Get, the bytes of the body as they arrived, and the secret, whsec_…
func Verify(header func(string) string, body []byte, secret string) bool {
	id, timestamp := header("webhook-id"), header("webhook-timestamp")
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) < 24 {
		return false
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	// There are several while a secret is being rotated.
	for _, signature := range strings.Split(header("webhook-signature"), " ") {
		if hmac.Equal([]byte(signature), expected) {
			return true
		}
	}
	return false
}
`

const hub = `
// VerifyHub checks the other signature, as GitHub sends it: it covers the body alone, and does not tell a repeated
// request from a new one.
func VerifyHub(header func(string) string, body []byte, secret string) bool {
	if len(secret) < 24 {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hmac.Equal([]byte(header("X-Hub-Signature-256")), []byte("sha256="+hex.EncodeToString(mac.Sum(nil))))
}
`

/** A package for Go 1.19 and later. */
export function go({ hub_signature }: SignedWebhook): string {
  const imports = ['crypto/hmac', 'crypto/sha256', 'encoding/base64', 'strconv', 'strings', 'time']
  if (!hub_signature) return head(imports) + standard
  return head([...imports, 'encoding/hex'].toSorted()) + standard + hub
}
