#include "middleware/secrets/sigv4.h"

#include <algorithm>

#include "middleware/kernel/digest.h"
#include "middleware/kernel/hmac.h"
#include "middleware/kernel/url.h"
#include "middleware/secrets/uri.h"

namespace secrets {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kEnd = "aws4_request";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// Without spaces at the ends, and with one for each run of them.
std::string single_spaced(std::string_view value) {
  std::string result;
  for (const char c : value) {
    const bool is_space = c == ' ' || c == '\t';
    if (is_space && (result.empty() || result.back() == ' ')) continue;
    result += is_space ? ' ' : c;
  }
  while (result.ends_with(' ')) result.pop_back();
  return result;
}

std::string hex_of(const std::array<std::uint8_t, 32>& digest) {
  return kernel::to_hex(digest.data(), digest.size());
}

std::string bytes_of(const std::array<std::uint8_t, 32>& digest) { return {digest.begin(), digest.end()}; }

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string all;
  for (const std::string& part : parts) {
    if (!all.empty()) all += between;
    all += part;
  }
  return all;
}

std::string canonical_query(std::string_view target) {
  std::vector<std::string> fields;
  for (const auto& [name, value] : kernel::form_fields(kernel::query_of(target))) {
    fields.push_back(kernel::percent_encoded(name) + "=" + kernel::percent_encoded(value));
  }
  std::ranges::sort(fields);
  return joined(fields, "&");
}

std::string canonical_request(const kernel::HttpRequest& request,
                              const std::vector<std::string>& signed_headers) {
  std::string text = request.method + "\n" + kernel::percent_encoded(kernel::path_of(request.target), "/") +
                     "\n" + canonical_query(request.target) + "\n";
  for (const std::string& name : signed_headers) {
    std::vector<std::string> values;
    for (const auto& [field, value] : request.headers) {
      if (kernel::equal_without_case(field, name)) values.push_back(single_spaced(value));
    }
    text += name + ":" + joined(values, ",") + "\n";
  }
  return text + "\n" + joined(signed_headers, ";") + "\n" + hex_of(kernel::sha256(request.body));
}

std::string scope_text(std::string_view date, const SigningScope& scope) {
  return std::string(date) + "/" + scope.region + "/" + scope.service + "/" + std::string(kEnd);
}

std::string signature(const kernel::HttpRequest& request, const SignedClaim& claim, std::string_view secret) {
  const std::string to_sign = std::string(kAlgorithm) + "\n" +
                              std::string(request.headers.get("X-Amz-Date")) + "\n" +
                              scope_text(claim.date, claim.scope) + "\n" +
                              hex_of(kernel::sha256(canonical_request(request, claim.signed_headers)));
  std::string key = "AWS4" + std::string(secret);
  for (const std::string_view step : {std::string_view(claim.date), std::string_view(claim.scope.region),
                                      std::string_view(claim.scope.service), kEnd}) {
    key = bytes_of(kernel::hmac_sha256(key, step));
  }
  return hex_of(kernel::hmac_sha256(key, to_sign));
}

/// "2015-08-30T12:36:00Z" without its dashes and colons.
std::string compact(kernel::WallTime time) {
  std::string text = kernel::iso_seconds(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

void sign(kernel::HttpRequest& request, const SigningKeys& keys, const SigningScope& scope,
          kernel::WallTime now) {
  request.headers.set("X-Amz-Date", compact(now));
  if (!keys.session_token.empty()) request.headers.set("X-Amz-Security-Token", keys.session_token);
  SignedClaim claim{.access_key_id = keys.access_key_id, .date = compact(now).substr(0, 8), .scope = scope};
  for (const auto& [name, value] : request.headers) claim.signed_headers.push_back(lower(name));
  std::ranges::sort(claim.signed_headers);
  const auto repeated = std::ranges::unique(claim.signed_headers);
  claim.signed_headers.erase(repeated.begin(), repeated.end());
  request.headers.add("Authorization",
                      std::string(kAlgorithm) + " Credential=" + keys.access_key_id + "/" +
                          scope_text(claim.date, scope) +
                          ", SignedHeaders=" + joined(claim.signed_headers, ";") +
                          ", Signature=" + signature(request, claim, keys.secret_access_key));
}

kernel::Result<SignedClaim> read_claim(std::string_view authorization) {
  if (!authorization.starts_with(kAlgorithm)) return kernel::invalid("no signature of version 4");
  authorization.remove_prefix(kAlgorithm.size());
  SignedClaim claim;
  for (const std::string& part : split(authorization, ',')) {
    const std::string field = single_spaced(part);
    const std::size_t equals = field.find('=');
    const std::string name = field.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : field.substr(equals + 1);
    if (name == "SignedHeaders") {
      claim.signed_headers = split(value, ';');
    } else if (name == "Signature") {
      claim.signature = value;
    } else if (name == "Credential") {
      const std::vector<std::string> credential = split(value, '/');
      if (credential.size() != 5 || credential[4] != kEnd)
        return kernel::invalid("the credential is not whole");
      claim.access_key_id = credential[0];
      claim.date = credential[1];
      claim.scope = {.region = credential[2], .service = credential[3]};
    }
  }
  if (claim.access_key_id.empty() || claim.signature.empty() || claim.signed_headers.empty())
    return kernel::invalid("the signature is not whole");
  return claim;
}

bool is_signature_right(const kernel::HttpRequest& request, const SignedClaim& claim,
                        std::string_view secret_access_key) {
  // What a caller does not sign, anybody may have changed on the way.
  const auto is_signed = [&claim](const char* name) {
    return std::ranges::find(claim.signed_headers, name) != claim.signed_headers.end();
  };
  if (!is_signed("host") || !is_signed("x-amz-date")) return false;
  if (!request.headers.get("X-Amz-Date").starts_with(claim.date)) return false;
  return kernel::equal_in_constant_time(signature(request, claim, secret_access_key), claim.signature);
}

kernel::Result<kernel::WallTime> signed_at(const kernel::HttpRequest& request) {
  const std::string_view text = request.headers.get("X-Amz-Date");
  if (text.size() != 16) return kernel::invalid("X-Amz-Date is not as 20150830T123600Z");
  std::string spread;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 6) spread += '-';
    if (i == 11 || i == 13) spread += ':';
    spread += text[i];
  }
  return kernel::parse_wall_time(spread);
}

}  // namespace secrets
