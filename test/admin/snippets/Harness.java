import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

final class Harness {
    private static final String[] NAMES = {"webhook-id", "webhook-timestamp", "webhook-signature", "x-hub-signature-256"};

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split("\t", -1);
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (int i = 0; i < NAMES.length; i++)
                if (!parts[i].equals("-")) headers.put(NAMES[i], new String(decoded(parts[i]), StandardCharsets.UTF_8));
            byte[] body = decoded(parts[4]);
            String secret = new String(decoded(parts[5]), StandardCharsets.UTF_8);
            System.out.println(Webhooks.verify(headers::get, body, secret) + " " + Webhooks.verifyHub(headers::get, body, secret));
        }
    }

    private static byte[] decoded(String text) {
        return Base64.getDecoder().decode(text);
    }
}
