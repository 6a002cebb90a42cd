#include "emulator/salesforce_edge/jwt.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/json.h"

namespace emulator::salesforce_edge {
namespace {

using kernel::Json;

/// The alphabet for URLs, without padding (RFC 4648, section 5).
std::optional<std::string> from_base64url(std::string_view text) {
  std::string plain(text);
  std::ranges::replace(plain, '-', '+');
  std::ranges::replace(plain, '_', '/');
  while (plain.size() % 4 != 0) plain += '=';
  return kernel::from_base64(plain);
}

kernel::Result<Json> read_part(std::string_view text, const char* name) {
  const auto bytes = from_base64url(text);
  if (!bytes) return kernel::invalid(std::string("the ") + name + " is not base64url");
  auto json = kernel::parse_json(*bytes);
  if (!json || !json->is_object())
    return kernel::invalid(std::string("the ") + name + " is not a JSON object");
  return json;
}

std::vector<std::string> texts_of(const Json* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (value->is_string()) texts.push_back(value->get<std::string>());
  if (!value->is_array()) return texts;
  for (const Json& item : *value) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace

kernel::Result<Assertion> read_assertion(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return kernel::invalid("the assertion is not made of three parts");
  const auto header = read_part(token.substr(0, first), "header");
  if (!header) return std::unexpected(header.error());
  if (kernel::json_text_at(*header, "/alg") != "RS256") return kernel::invalid("the algorithm must be RS256");
  const auto claims = read_part(token.substr(first + 1, second - first - 1), "claim set");
  if (!claims) return std::unexpected(claims.error());
  auto signature = from_base64url(token.substr(second + 1));
  if (!signature) return kernel::invalid("the signature is not base64url");
  const Json* expires = kernel::json_at(*claims, "/exp");
  constexpr double kSecondsMax = 9e9;
  if (expires == nullptr || !expires->is_number() || !(expires->get<double>() >= 0) ||
      !(expires->get<double>() < kSecondsMax))
    return kernel::invalid("the claim exp is missing");
  return Assertion{
      .issuer = kernel::json_text_at(*claims, "/iss"),
      .subject = kernel::json_text_at(*claims, "/sub"),
      .audiences = texts_of(kernel::json_at(*claims, "/aud")),
      .expires = kernel::WallTime{std::chrono::seconds{static_cast<std::int64_t>(expires->get<double>())}},
      .signed_part = std::string(token.substr(0, second)),
      .signature = std::move(*signature)};
}

}  // namespace emulator::salesforce_edge
