// [ip, user, ..., status = 5*, w != ERROR && w != WARN]
#include <algorithm>

#include "emulator/platform/logs/filter_pattern.h"
#include "emulator/platform/logs/pattern_literal.h"

namespace emulator::logs {
namespace {

struct Comparing {
  Comparator comparator;
  Literal literal;
};

struct Field {
  std::string name{};
  /// Any of these lists must hold as a whole; && binds tighter than ||.
  std::vector<std::vector<Comparing>> any{};

  bool takes(std::string_view value) const {
    if (any.empty()) return true;
    const auto number = number_in(value);
    return std::ranges::any_of(any, [&](const std::vector<Comparing>& all) {
      return std::ranges::all_of(
          all, [&](const Comparing& one) { return holds(value, number, one.comparator, one.literal); });
    });
  }
};

class FieldsPattern final : public FilterPattern::Body {
 public:
  bool fits(LogText& event) const override {
    const auto& found = event.fields();
    if (has_gap ? found.size() < before.size() + after.size() : found.size() != before.size()) return false;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (!before[i].takes(found[i])) return false;
    }
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (!after[i].takes(found[found.size() - after.size() + i])) return false;
    }
    return true;
  }

  bool knows(std::string_view selector) const override {
    if (!selector.starts_with('$') || selector.size() < 2) return false;
    const auto has = [name = selector.substr(1)](const Field& field) { return field.name == name; };
    return std::ranges::any_of(before, has) || std::ranges::any_of(after, has);
  }

  std::optional<std::string> value_of(LogText& event, std::string_view selector) const override {
    for (auto& [name, value] : values_of(event)) {
      if (name == selector) return std::move(value);
    }
    return std::nullopt;
  }

  /// Fields of the gap go by their numbers.
  std::vector<std::pair<std::string, std::string>> values_of(LogText& event) const override {
    const auto& found = event.fields();
    std::vector<std::pair<std::string, std::string>> values;
    for (std::size_t i = 0; i < found.size(); ++i) {
      std::string name = std::to_string(i + 1);
      const std::size_t from_end = found.size() - i;
      if (i < before.size()) name = before[i].name;
      if (i >= before.size() && from_end <= after.size()) name = after[after.size() - from_end].name;
      values.emplace_back("$" + name, found[i]);
    }
    return values;
  }

  std::vector<Field> before{};
  std::vector<Field> after{};  ///< behind the gap
  bool has_gap = false;
};

kernel::Result<Field> read_field(Scanner& in) {
  Field field;
  in.skip_spaces();
  const std::size_t begin = in.place();
  while (Scanner::is_word_character(in.peek())) in.step();
  field.name = in.since(begin);
  if (field.name.empty()) return in.failed("the name of a field is missing");
  auto comparator = read_comparator(in);
  if (!comparator) return field;
  field.any.emplace_back();
  while (true) {
    auto literal = read_literal(in, " \t\r\n&|,]");
    if (!literal) return std::unexpected(literal.error());
    field.any.back().push_back({*comparator, std::move(*literal)});
    const bool is_or = in.accept("||");
    if (!is_or && !in.accept("&&")) return field;
    if (is_or) field.any.emplace_back();
    if (!in.accept_word(field.name)) return in.failed("the field " + field.name + " is missing");
    comparator = read_comparator(in);
    if (!comparator) return in.failed("a comparison is missing");
  }
}

}  // namespace

PatternBody parse_fields_pattern(std::string_view text) {
  auto pattern = std::make_shared<FieldsPattern>();
  Scanner in(text);
  in.accept("[");
  do {
    if (in.accept("...")) {
      if (pattern->has_gap) return in.failed("there is a second '...'");
      pattern->has_gap = true;
      continue;
    }
    auto field = read_field(in);
    if (!field) return std::unexpected(field.error());
    if (pattern->knows("$" + field->name)) return in.failed("there is a second '" + field->name + "'");
    (pattern->has_gap ? pattern->after : pattern->before).push_back(std::move(*field));
  } while (in.accept(","));
  if (!in.accept("]")) return in.failed("',' or ']' is missing");
  if (!in.at_end()) return in.failed("something stands behind ']'");
  return pattern;
}

}  // namespace emulator::logs
