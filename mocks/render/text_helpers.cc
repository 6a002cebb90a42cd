// Helpers over text and dates: trim, regexExtract, base64, now, hmacSha256 ...
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/url.h"
#include "mocks/jsonpath/pattern.h"
#include "mocks/render/dates.h"
#include "mocks/render/evaluate.h"
#include "mocks/render/signing.h"

namespace mocks::render {
namespace {

using kernel::Json;

std::string with_case(std::string text, int (*change)(int)) {
  std::ranges::transform(text, text.begin(),
                         [change](unsigned char c) { return static_cast<char>(change(c)); });
  return text;
}

std::string trimmed(const std::string& text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start == std::string::npos ? "" : text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1);
}

Json regex_extract(const Arguments& a, Scope&) {
  const auto pattern = jsonpath::Pattern::compile(a.text(1));
  if (!pattern) a.refuse(pattern.error().message);
  const auto groups = pattern->groups(a.text(0));
  const auto wanted = a.count() > 2 ? static_cast<std::size_t>(a.number(2)) : (groups.size() > 1 ? 1U : 0U);
  if (wanted >= groups.size()) a.refuse("'" + a.text(1) + "' is not found in '" + a.text(0) + "'");
  return groups[wanted];
}

Json base64(const Arguments& a, Scope&) {
  if (!a.flag("decode")) return kernel::base64(a.text(0));
  auto bytes = kernel::from_base64(a.text(0));
  if (!bytes) a.refuse("'" + a.text(0) + "' is no base64");
  return std::move(*bytes);
}

Json url_encode(const Arguments& a, Scope&) {
  if (a.flag("decode")) return kernel::percent_decoded(a.text(0), true);
  return kernel::percent_encoded(a.text(0));
}

Json substring(const Arguments& a, Scope&) {
  const std::string text = a.text(0);
  const auto from = std::min(static_cast<std::size_t>(std::max(0.0, a.number(1))), text.size());
  const auto to = a.count() > 2 ? static_cast<std::size_t>(std::max(0.0, a.number(2))) : text.size();
  return text.substr(from, to > from ? to - from : 0);
}

Json replaced(const Arguments& a, Scope&) {
  std::string text = a.text(0);
  const std::string from = a.text(1);
  const std::string to = a.text(2);
  if (from.empty()) a.refuse("there is nothing to replace");
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

Json joined(const Arguments& a, Scope&) {
  if (!a.at(0).is_array()) a.refuse("wants a list");
  std::string text;
  for (const Json& item : a.at(0)) text += (&item == &a.at(0).front() ? "" : a.text(1)) + shown(item);
  return text;
}

Json concat(const Arguments& a, Scope&) {
  std::string text;
  for (const Json& part : a.all()) text += shown(part);
  return text;
}

Json form_data(const Arguments& a, Scope&) {
  const auto fields = kernel::form_fields(a.text(0));
  const std::string* value = kernel::form_field(fields, a.text(1));
  if (value == nullptr) a.refuse("there is no field '" + a.text(1) + "'");
  return *value;
}

Json now(const Arguments& a, Scope& scope) {
  const auto time = shifted(scope.now(), a.text("offset", "0 seconds"), a);
  auto text = date_text(time, a.text("format", "iso"));
  if (!text) a.refuse(text.error().message);
  return std::move(*text);
}

Json parse_date(const Arguments& a, Scope&) {
  const auto time = kernel::parse_wall_time(a.text(0));
  if (!time) a.refuse("'" + a.text(0) + "' is no time");
  auto text = date_text(*time, a.text("format", "iso"));
  if (!text) a.refuse(text.error().message);
  return std::move(*text);
}

Json date_shift(const Arguments& a, Scope&) {
  const auto time = kernel::parse_wall_time(a.text(0));
  if (!time) a.refuse("'" + a.text(0) + "' is no time");
  auto text = date_text(shifted(*time, a.text("offset", "0 seconds"), a), a.text("format", "iso"));
  if (!text) a.refuse(text.error().message);
  return std::move(*text);
}

Json hmac(const Arguments& a, Scope&) {
  const std::string mac = hmac_sha256(a.text(1), a.text(0));
  return a.text("encoding", "hex") == "base64" ? kernel::base64(mac) : hex_text(mac);
}

Json jwt(const Arguments& a, Scope& scope) {
  Json claims = a.at(0);
  if (!claims.is_object()) a.refuse("wants an object of claims");
  const auto seconds = std::chrono::floor<std::chrono::seconds>(scope.now()).time_since_epoch().count();
  if (!claims.contains("iat")) claims["iat"] = seconds;
  if (!claims.contains("exp")) claims["exp"] = seconds + static_cast<std::int64_t>(a.number("expires", 3600));
  return signed_jwt(kernel::json_text(claims), a.text(1));
}

}  // namespace

kernel::WallTime shifted(kernel::WallTime time, const std::string& offset, const Arguments& a) {
  const auto by = parse_offset(offset);
  if (!by) a.refuse(by.error().message);
  return time + *by;
}

Helper text_helper(std::string_view name) {
  constexpr std::pair<std::string_view, Helper> kHelpers[] = {
      {"trim", [](const Arguments& a, Scope&) { return Json(trimmed(a.text(0))); }},
      {"upper", [](const Arguments& a, Scope&) { return Json(with_case(a.text(0), std::toupper)); }},
      {"lower", [](const Arguments& a, Scope&) { return Json(with_case(a.text(0), std::tolower)); }},
      {"regexExtract", regex_extract},
      {"base64", base64},
      {"urlEncode", url_encode},
      {"substring", substring},
      {"replace", replaced},
      {"join", joined},
      {"concat", concat},
      {"formData", form_data},
      {"now", now},
      {"parseDate", parse_date},
      {"dateShift", date_shift},
      {"hmacSha256", hmac},
      {"jwt", jwt}};
  const auto found = std::ranges::find(kHelpers, name, &std::pair<std::string_view, Helper>::first);
  return found == std::end(kHelpers) ? nullptr : found->second;
}

}  // namespace mocks::render
