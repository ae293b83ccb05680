require "./webhooks"

NAMES = %w[HTTP_WEBHOOK_ID HTTP_WEBHOOK_TIMESTAMP HTTP_WEBHOOK_SIGNATURE HTTP_X_HUB_SIGNATURE_256].freeze
$stdin.each_line(chomp: true) do |line|
  *given, body, secret = line.split("\t", -1).map { |part| part == "-" ? nil : part.unpack1("m") }
  env = NAMES.zip(given).to_h.compact
  puts "#{verify(env, body, secret)} #{verify_hub(env, body, secret)}"
end
