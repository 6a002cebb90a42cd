#include "middleware/kernel/http.h"

#include <algorithm>

#include "middleware/kernel/json.h"

namespace kernel {
namespace {
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
}  // namespace

bool equal_without_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [name](const auto& field) { return equal_without_case(field.first, name); });
}

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (equal_without_case(field, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::ranges::any_of(fields_,
                             [name](const auto& field) { return equal_without_case(field.first, name); });
}

std::string_view to_text(NoAnswer reason) {
  switch (reason) {
    case NoAnswer::Refused:
      return "refused";
    case NoAnswer::ConnectTimeout:
      return "connect_timeout";
    case NoAnswer::TlsError:
      return "tls_error";
    case NoAnswer::Reset:
      return "reset";
    case NoAnswer::ClosedEarly:
      return "closed_early";
    case NoAnswer::ProtocolError:
      return "protocol_error";
    case NoAnswer::BodyTruncated:
      return "body_truncated";
    case NoAnswer::Timeout:
      return "timeout";
  }
  return "unknown";
}

Task<HttpReply> answered(HttpReply reply) { co_return std::move(reply); }

HttpResponse problem(int status, std::string_view type, std::string_view detail) {
  std::string body = R"({"type":"urn:relayrig:problem:)";
  body += type;
  body += R"(","status":)" + std::to_string(status) + R"(,"detail":)";
  append_json_quoted(body, detail);
  body += '}';
  return {status, {{"Content-Type", "application/problem+json"}}, std::move(body)};
}

}  // namespace kernel
