import type { SignedWebhook } from './webhook.ts'

const standard = `import base64
import hashlib
import hmac
import re
import time


# headers: request.headers. body: the bytes as they arrived, before any JSON parser. secret: whsec_...
def verify(headers, body: bytes, secret: str) -> bool:
    message_id = headers.get("webhook-id") or ""
    timestamp = headers.get("webhook-timestamp") or ""
    signatures = headers.get("webhook-signature") or ""
    key = base64.b64decode(secret.replace("whsec_", "", 1))
    if len(key) < 24:
        return False
    if not re.fullmatch("[0-9]{1,12}", timestamp) or abs(time.time() - int(timestamp)) > 300:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    # There are several while a secret is being rotated.
    return any(hmac.compare_digest(signature.encode(), expected) for signature in signatures.split(" "))
`

const hub = `

# The other signature, as GitHub sends it: it covers the body alone, and does not tell a repeated request from a new one.
def verify_hub(headers, body: bytes, secret: str) -> bool:
    if len(secret) < 24:
        return False
    given = headers.get("x-hub-signature-256") or ""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(given.encode(), expected.encode())
`

/** A module for Python 3. */
export function python({ hub_signature }: SignedWebhook): string {
  return standard + (hub_signature ? hub : '')
}
