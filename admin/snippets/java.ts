import type { SignedWebhook } from './webhook.ts'

const standard = `import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

final class Webhooks {
    /** header: request::getHeader. body: the bytes as they arrived, before any JSON parser. secret: whsec_… */
    static boolean verify(UnaryOperator<String> header, byte[] body, String secret) throws GeneralSecurityException {
        String id = header.apply("webhook-id");
        String timestamp = header.apply("webhook-timestamp");
        String signatures = header.apply("webhook-signature");
        byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
        if (id == null || timestamp == null || signatures == null || key.length < 24) return false;
        if (!timestamp.matches("[0-9]{1,12}")) return false;
        if (Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(timestamp)) > 300) return false;
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        // There are several while a secret is being rotated.
        for (String signature : signatures.split(" ")) if (equal(signature, expected)) return true;
        return false;
    }

    private static boolean equal(String given, String expected) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }
`

const hub = `
    /** The other signature, as GitHub sends it: it covers the body alone, and does not tell a repeated request from a new one. */
    static boolean verifyHub(UnaryOperator<String> header, byte[] body, String secret) throws GeneralSecurityException {
        String given = header.apply("X-Hub-Signature-256");
        if (given == null || secret.length() < 24) return false;
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        StringBuilder expected = new StringBuilder("sha256=");
        for (byte part : mac.doFinal(body)) expected.append(String.format("%02x", part));
        return equal(given, expected.toString());
    }
`

/** A class for Java 8 and later. */
export function java({ hub_signature }: SignedWebhook): string {
  return `${standard}${hub_signature ? hub : ''}}\n`
}
