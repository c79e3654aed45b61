require 'net/http'
puts Net::HTTP.get_response(URI('https://pay-api.amazon.eu/v2/charges/x')).code
