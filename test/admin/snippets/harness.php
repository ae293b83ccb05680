<?php

require './webhooks.php';

const NAMES = ['HTTP_WEBHOOK_ID', 'HTTP_WEBHOOK_TIMESTAMP', 'HTTP_WEBHOOK_SIGNATURE', 'HTTP_X_HUB_SIGNATURE_256'];
while (($line = fgets(STDIN)) !== false) {
    $parts = array_map(fn ($part) => $part === '-' ? null : base64_decode($part), explode("\t", rtrim($line, "\n")));
    $server = array_filter(array_combine(NAMES, array_slice($parts, 0, 4)), fn ($value) => $value !== null);
    echo json_encode(verify($server, $parts[4], $parts[5])), ' ', json_encode(verify_hub($server, $parts[4], $parts[5])), "\n";
}
