#include "mocks/match/json_equality.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "mocks/jsonpath/pattern.h"

namespace mocks::match {
namespace {

using kernel::Json;

constexpr std::string_view kRegex = "${json-unit.regex}";

std::optional<bool> by_placeholder(const Json& expected, const Json& actual) {
  if (!expected.is_string()) return std::nullopt;
  const std::string& text = expected.get_ref<const std::string&>();
  if (!text.starts_with("${json-unit.")) return std::nullopt;
  if (text == "${json-unit.ignore}") return true;
  if (text == "${json-unit.any-string}") return actual.is_string();
  if (text == "${json-unit.any-number}") return actual.is_number();
  if (text == "${json-unit.any-boolean}") return actual.is_boolean();
  if (!text.starts_with(kRegex)) return std::nullopt;
  const auto pattern = jsonpath::Pattern::compile(std::string_view(text).substr(kRegex.size()));
  return pattern && actual.is_string() && pattern->matches_whole(actual.get_ref<const std::string&>());
}

std::size_t nodes(const Json& value) {
  std::size_t count = 1;
  if (value.is_structured()) {
    for (const Json& child : value) count += nodes(child);
  }
  return count;
}

/// Gives each row a column of its own that it fits; Kuhn's augmenting paths.
class Assignment {
 public:
  explicit Assignment(std::vector<std::vector<bool>> fits)
      : fits_(std::move(fits)), row_of_(fits_.empty() ? 0 : fits_[0].size(), -1) {}
  bool covers_all_rows() {
    for (std::size_t row = 0; row < fits_.size(); ++row) {
      std::vector<bool> tried(row_of_.size(), false);
      if (!place(row, tried)) return false;
    }
    return true;
  }

 private:
  bool place(std::size_t row, std::vector<bool>& tried) {
    for (std::size_t column = 0; column < row_of_.size(); ++column) {
      if (!fits_[row][column] || tried[column]) continue;
      tried[column] = true;
      if (row_of_[column] >= 0 && !place(static_cast<std::size_t>(row_of_[column]), tried)) continue;
      row_of_[column] = static_cast<std::ptrdiff_t>(row);
      return true;
    }
    return false;
  }
  std::vector<std::vector<bool>> fits_;
  std::vector<std::ptrdiff_t> row_of_;
};

}  // namespace

bool JsonEquality::equal(const Json& expected, const Json& actual) const {
  if (const auto decided = by_placeholder(expected, actual)) return *decided;
  if (expected.is_number() && actual.is_number()) return expected == actual;
  if (expected.type() != actual.type()) return false;
  if (expected.is_array()) return equal_arrays(expected, actual);
  if (!expected.is_object()) return expected == actual;
  if (!ignores_extra && expected.size() != actual.size()) return false;
  for (auto member = expected.begin(); member != expected.end(); ++member) {
    const auto found = actual.find(member.key());
    if (found == actual.end() || !equal(*member, *found)) return false;
  }
  return true;
}

bool JsonEquality::equal_arrays(const Json& expected, const Json& actual) const {
  if (ignores_extra ? expected.size() > actual.size() : expected.size() != actual.size()) return false;
  if (ignores_array_order) {
    std::vector<std::vector<bool>> fits;
    for (const Json& wanted : expected) {
      fits.emplace_back();
      for (const Json& item : actual) fits.back().push_back(equal(wanted, item));
    }
    return Assignment(std::move(fits)).covers_all_rows();
  }
  // With extra items allowed the expected ones must come in their order.
  std::size_t next = 0;
  for (std::size_t i = 0; i < actual.size() && next < expected.size(); ++i) {
    if (equal(expected[next], actual[i])) {
      ++next;
    } else if (!ignores_extra) {
      return false;
    }
  }
  return next == expected.size();
}

std::size_t JsonEquality::differing(const Json& expected, const Json& actual) const {
  if (equal(expected, actual)) return 0;
  if (expected.is_object() && actual.is_object()) {
    std::size_t count = 0;
    for (auto member = expected.begin(); member != expected.end(); ++member) {
      const auto found = actual.find(member.key());
      count += found == actual.end() ? nodes(*member) : differing(*member, *found);
    }
    for (auto member = actual.begin(); member != actual.end() && !ignores_extra; ++member) {
      if (!expected.contains(member.key())) count += nodes(*member);
    }
    return count;
  }
  if (expected.is_array() && actual.is_array()) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
      if (i >= expected.size()) {
        count += ignores_extra ? 0 : nodes(actual[i]);
      } else {
        count += i >= actual.size() ? nodes(expected[i]) : differing(expected[i], actual[i]);
      }
    }
    return std::max<std::size_t>(count, 1);
  }
  return std::max(nodes(expected), nodes(actual));
}

double JsonEquality::distance(const Json& expected, const Json& actual) const {
  const auto larger = static_cast<double>(std::max(nodes(expected), nodes(actual)));
  return std::min(1.0, static_cast<double>(differing(expected, actual)) / larger);
}

}  // namespace mocks::match
