import base64
import sys

from webhooks import verify, verify_hub

NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature", "x-hub-signature-256")
for line in sys.stdin:
    *given, body, secret = [None if part == "-" else base64.b64decode(part) for part in line.rstrip("\n").split("\t")]
    headers = {name: value.decode() for name, value in zip(NAMES, given) if value is not None}
    print(str(verify(headers, body, secret.decode())).lower(), str(verify_hub(headers, body, secret.decode())).lower())
