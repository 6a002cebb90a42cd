#include "mocks/imports/openapi_values.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "mocks/imports/pattern_sample.h"

namespace mocks::imports {
namespace {

using kernel::Json;

std::string digits(std::size_t n, std::size_t width) {
  std::string text = std::to_string(n);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

/// Of the formats that people use; "" for others.
std::string of_format(const std::string& format, std::size_t n) {
  const std::string day = digits(1 + n % 28, 2);
  if (format == "date-time") return "2026-01-" + day + "T09:00:00Z";
  if (format == "date") return "2026-01-" + day;
  if (format == "time") return "09:00:" + digits(n % 60, 2) + "Z";
  if (format == "uuid") return "00000000-0000-4000-8000-" + digits(n + 1, 12);
  if (format == "email") return "user" + std::to_string(n + 1) + "@example.com";
  if (format == "uri" || format == "url" || format == "iri")
    return "https://example.com/" + std::to_string(n + 1);
  if (format == "uri-reference") return "/" + std::to_string(n + 1);
  if (format == "hostname") return "host" + std::to_string(n + 1) + ".example.com";
  if (format == "ipv4") return "192.0.2." + std::to_string(1 + n % 250);
  if (format == "ipv6") return "2001:db8::" + std::to_string(1 + n % 9999);
  if (format == "byte") return "dGV4dA==";
  if (format == "duration") return "PT" + std::to_string(n + 1) + "S";
  return "";
}

std::optional<double> number(const Json& schema, const char* key) {
  const auto found = schema.find(key);
  return found != schema.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

struct Bounds {
  std::optional<double> low;
  std::optional<double> high;
  bool low_is_out = false;
  bool high_is_out = false;
};

Bounds bounds_of(const Json& schema) {
  Bounds b{.low = number(schema, "minimum"), .high = number(schema, "maximum")};
  const auto is_true = [&schema](const char* key) { return schema.contains(key) && schema[key] == true; };
  b.low_is_out = b.low && is_true("exclusiveMinimum");
  b.high_is_out = b.high && is_true("exclusiveMaximum");
  const auto above = number(schema, "exclusiveMinimum");
  const auto under = number(schema, "exclusiveMaximum");
  if (above && (!b.low || *above >= *b.low))
    b = {.low = above, .high = b.high, .low_is_out = true, .high_is_out = b.high_is_out};
  if (under && (!b.high || *under <= *b.high))
    b = {.low = b.low, .high = under, .low_is_out = b.low_is_out, .high_is_out = true};
  return b;
}

Json as_number(double value, bool is_integer) {
  if (is_integer || (value == std::floor(value) && std::abs(value) < 9e15))
    return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace

std::size_t count_of(const Json& schema, const char* keyword, std::size_t otherwise) {
  const auto found = schema.find(keyword);
  const bool is_count = found != schema.end() && found->is_number_integer() && *found >= 0;
  return is_count ? found->get<std::size_t>() : otherwise;
}

Json sample_text(const Json& schema, std::size_t n) {
  const std::size_t least = std::min<std::size_t>(count_of(schema, "minLength", 0), 10'000);
  const std::size_t most = count_of(schema, "maxLength", 10'000);
  std::string text = schema.contains("format") && schema["format"].is_string()
                         ? of_format(schema["format"].get<std::string>(), n)
                         : "";
  if (!text.empty()) return text;
  if (schema.contains("pattern") && schema["pattern"].is_string()) {
    if (auto made = pattern_sample(schema["pattern"].get<std::string>(), least, n)) return *made;
  }
  text = n == 0 ? "text" : "text" + std::to_string(n + 1);
  while (text.size() < least) text += "text";
  if (text.size() > std::max(least, std::size_t{4}) && least > 4) text.resize(least);
  if (text.size() > most) text = n == 0 ? text.substr(0, most) : text.substr(text.size() - most);
  return text;
}

Json sample_number(const Json& schema, bool is_integer, std::size_t n) {
  const Bounds b = bounds_of(schema);
  const double step = number(schema, "multipleOf").value_or(1);
  // The first multiple of the step that is not below the lower bound; one step, when nothing is said.
  double value = step * (1 + static_cast<double>(n));
  if (b.low) {
    value = std::ceil(*b.low / step) * step;
    if (b.low_is_out && value <= *b.low) value += step;
    value += step * static_cast<double>(n);
  }
  const bool is_over = b.high && (value > *b.high || (b.high_is_out && value >= *b.high));
  if (!is_over) return as_number(value, is_integer);
  value = std::floor(*b.high / step) * step;
  if (b.high_is_out && value >= *b.high) value -= step;
  const bool is_under = b.low && (value < *b.low || (b.low_is_out && value <= *b.low));
  // Between bounds that hold no whole number lies their middle.
  if (is_under && !is_integer && !schema.contains("multipleOf")) return (*b.low + *b.high) / 2;
  return as_number(value, is_integer);
}

}  // namespace mocks::imports
