// Helpers whose answer depends on the mock: luck, counters, earlier requests.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "middleware/kernel/ids.h"
#include "middleware/kernel/random.h"
#include "mocks/render/evaluate.h"

namespace mocks::render {
namespace {

using kernel::Json;

double unit(Scope& scope) { return static_cast<double>(scope.draw() >> 11) * 0x1.0p-53; }

std::uint64_t below(Scope& scope, std::uint64_t bound) {
  return std::min(static_cast<std::uint64_t>(unit(scope) * static_cast<double>(bound)), bound - 1);
}

Json random_value(const Arguments& a, Scope& scope) {
  const std::string type = a.text("type", "ALPHANUMERIC");
  if (type == "UUID") {
    kernel::Random random(scope.draw(), "uuid");
    return kernel::uuid4(random);
  }
  constexpr std::pair<std::string_view, std::string_view> kAlphabets[] = {
      {"ALPHANUMERIC", "0123456789abcdefghijklmnopqrstuvwxyz"},
      {"ALPHABETIC", "abcdefghijklmnopqrstuvwxyz"},
      {"NUMERIC", "0123456789"},
      {"HEXADECIMAL", "0123456789abcdef"}};
  const auto alphabet =
      std::ranges::find(kAlphabets, type, &std::pair<std::string_view, std::string_view>::first);
  if (alphabet == std::end(kAlphabets))
    a.refuse("'" + type + "' is none of UUID, ALPHANUMERIC, ALPHABETIC, NUMERIC, HEXADECIMAL");
  const double length = a.number("length", 16);
  if (length < 1 || length > 10'000) a.refuse("'length' is from 1 to 10000");
  std::string text;
  while (text.size() < static_cast<std::size_t>(length))
    text += alphabet->second[below(scope, alphabet->second.size())];
  return text;
}

Json random_int(const Arguments& a, Scope& scope) {
  const double lower = a.number("lower", 0);
  const double upper = a.number("upper", 2147483647);
  if (upper < lower || std::abs(lower) > 9e15 || std::abs(upper) > 9e15) a.refuse("'upper' is below 'lower'");
  const auto low = static_cast<std::int64_t>(lower);
  const auto bound = static_cast<std::uint64_t>(static_cast<std::int64_t>(upper) - low) + 1;
  return low + static_cast<std::int64_t>(below(scope, bound));
}

Json random_decimal(const Arguments& a, Scope& scope) {
  const double lower = a.number("lower", 0);
  return kernel::uniform_at(unit(scope), lower, a.number("upper", 1));
}

Json pick_random(const Arguments& a, Scope& scope) {
  if (a.count() == 0) a.refuse("there is nothing to pick from");
  if (a.count() > 1) return a.all()[below(scope, a.count())];
  if (!a.at(0).is_array() || a.at(0).empty()) a.refuse("wants several values, or a list");
  return a.at(0)[below(scope, a.at(0).size())];
}

Json earlier_body(const Arguments& a, Scope& scope) {
  auto body = scope.earlier_body(a.text(0), a.text(1));
  if (!body) a.refuse("there was no " + a.text(0) + " " + a.text(1));
  return std::move(*body);
}

}  // namespace

Helper chance_helper(std::string_view name) {
  constexpr std::pair<std::string_view, Helper> kHelpers[] = {
      {"randomValue", random_value},
      {"randomInt", random_int},
      {"randomDecimal", random_decimal},
      {"pickRandom", pick_random},
      {"counter", [](const Arguments& a, Scope& scope) { return Json(scope.count(a.text(0))); }},
      {"earlierBody", earlier_body}};
  const auto found = std::ranges::find(kHelpers, name, &std::pair<std::string_view, Helper>::first);
  return found == std::end(kHelpers) ? nullptr : found->second;
}

}  // namespace mocks::render
