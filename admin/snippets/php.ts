import type { SignedWebhook } from './webhook.ts'

const standard = `<?php

// $server: $_SERVER. $body: file_get_contents('php://input'), before json_decode. $secret: whsec_…
function verify(array $server, string $body, string $secret): bool
{
    $id = $server['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $server['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    $signatures = $server['HTTP_WEBHOOK_SIGNATURE'] ?? '';
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    if (strlen($key) < 24) {
        return false;
    }
    if (!preg_match('/\\A[0-9]{1,12}\\z/', $timestamp) || abs(time() - (int) $timestamp) > 300) {
        return false;
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $id . '.' . $timestamp . '.' . $body, $key, true));
    // There are several while a secret is being rotated.
    foreach (explode(' ', $signatures) as $signature) {
        if (hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}
`

const hub = `
// The other signature, as GitHub sends it: it covers the body alone, and does not tell a repeated request from a new one.
function verify_hub(array $server, string $body, string $secret): bool
{
    $expected = 'sha256=' . hash_hmac('sha256', $body, $secret);
    return strlen($secret) >= 24 && hash_equals($expected, $server['HTTP_X_HUB_SIGNATURE_256'] ?? '');
}
`

/** For PHP 7 and later. */
export function php({ hub_signature }: SignedWebhook): string {
  return standard + (hub_signature ? hub : '')
}
