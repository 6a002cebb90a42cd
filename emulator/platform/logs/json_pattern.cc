// { $.level = "ERROR" && ($.ms > 500 || $.error NOT EXISTS) }
#include <charconv>
#include <nlohmann/json.hpp>
#include <variant>

#include "emulator/platform/logs/filter_pattern.h"
#include "emulator/platform/logs/pattern_literal.h"

namespace emulator::logs {
namespace {

using kernel::Json;
using Values = std::vector<std::pair<std::string, std::string>>;

/// "$.a.b[0]", "$['a b']"
struct Selector {
  std::string text{};
  std::vector<std::variant<std::string, std::size_t>> steps{};

  /// Null when there is none.
  const Json* in(const Json* value) const {
    for (const auto& step : steps) {
      if (value == nullptr) return nullptr;
      if (const auto* name = std::get_if<std::string>(&step)) {
        const auto found = value->is_object() ? value->find(*name) : value->end();
        value = value->is_object() && found != value->end() ? &*found : nullptr;
      } else {
        const std::size_t index = std::get<std::size_t>(step);
        value = value->is_array() && index < value->size() ? &(*value)[index] : nullptr;
      }
    }
    return value;
  }
};

kernel::Result<> read_index(Scanner& in, Selector& selector) {
  if (in.peek() == '\'' || in.peek() == '"') {
    const char quote = in.peek();
    in.step();
    auto name = in.quoted(quote);
    if (!name) return std::unexpected(name.error());
    selector.steps.emplace_back(std::move(*name));
  } else {
    const std::string_view digits = in.until("]");
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error != std::errc{} || end != digits.data() + digits.size())
      return in.failed("'[' wants a number or a name in quotes,");
    selector.steps.emplace_back(index);
  }
  if (in.peek() != ']') return in.failed("']' is missing");
  in.step();
  return {};
}

kernel::Result<Selector> read_selector(Scanner& in) {
  in.skip_spaces();
  const std::size_t begin = in.place();
  if (in.peek() != '$') return in.failed("a selector such as $.level is missing");
  in.step();
  Selector selector;
  while (in.peek() == '.' || in.peek() == '[') {
    const bool is_name = in.peek() == '.';
    in.step();
    if (!is_name) {
      if (auto read = read_index(in, selector); !read) return std::unexpected(read.error());
      continue;
    }
    const std::string_view name = in.until(" \t\r\n.[]()=!<>&|{}\"");
    if (name.empty()) return in.failed("a name is missing");
    selector.steps.emplace_back(std::string(name));
  }
  selector.text = in.since(begin);
  return selector;
}

/// Texts bare, numbers and true and false as JSON writes them; nothing for null, objects and arrays.
std::optional<std::string> text_of(const Json* value) {
  if (value == nullptr || value->is_null() || value->is_structured()) return std::nullopt;
  return value->is_string() ? value->get<std::string>() : kernel::json_text(*value);
}

struct Condition {
  enum class Kind : std::uint8_t { All, Any, Compares, IsNull, IsTrue, IsFalse, NotExists };
  Kind kind = Kind::All;
  std::vector<Condition> parts{};
  Selector selector{};
  Comparator comparator = Comparator::Equal;
  Literal literal{};

  bool holds_in(const Json& event) const {
    if (kind == Kind::All || kind == Kind::Any) {
      const bool wanted = kind == Kind::Any;
      for (const Condition& part : parts) {
        if (part.holds_in(event) == wanted) return wanted;
      }
      return !wanted;
    }
    const Json* found = selector.in(&event);
    if (kind == Kind::NotExists) return found == nullptr;
    if (found == nullptr) return false;
    if (kind == Kind::IsNull) return found->is_null();
    if (kind == Kind::IsTrue || kind == Kind::IsFalse)
      return found->is_boolean() && found->get<bool>() == (kind == Kind::IsTrue);
    const auto text = text_of(found);
    if (!text) return false;
    const auto number = found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
    return holds(*text, number, comparator, literal);
  }

  void add_values(const Json& event, Values& values) const {
    for (const Condition& part : parts) part.add_values(event, values);
    if (selector.text.empty()) return;
    for (const auto& [name, value] : values) {
      if (name == selector.text) return;
    }
    if (auto text = text_of(selector.in(&event))) values.emplace_back(selector.text, std::move(*text));
  }
};

kernel::Result<Condition> read_any(Scanner& in, int depth);

kernel::Result<Condition> read_one(Scanner& in, int depth) {
  constexpr int kDepthMax = 50;
  if (depth > kDepthMax) return in.failed("it is nested too deeply");
  if (in.accept("(")) {
    auto inner = read_any(in, depth + 1);
    if (inner && !in.accept(")")) return in.failed("')' is missing");
    return inner;
  }
  auto selector = read_selector(in);
  if (!selector) return std::unexpected(selector.error());
  Condition condition{.kind = Condition::Kind::Compares, .selector = std::move(*selector)};
  if (in.accept_word("IS")) {
    if (in.accept_word("NULL")) {
      condition.kind = Condition::Kind::IsNull;
    } else if (in.accept_word("TRUE")) {
      condition.kind = Condition::Kind::IsTrue;
    } else if (in.accept_word("FALSE")) {
      condition.kind = Condition::Kind::IsFalse;
    } else {
      return in.failed("IS wants NULL, TRUE or FALSE");
    }
    return condition;
  }
  if (in.accept_word("NOT")) {
    if (!in.accept_word("EXISTS")) return in.failed("NOT wants EXISTS");
    condition.kind = Condition::Kind::NotExists;
    return condition;
  }
  const auto comparator = read_comparator(in);
  if (!comparator) return in.failed("a comparison such as = or NOT EXISTS is missing");
  condition.comparator = *comparator;
  auto literal = read_literal(in, " \t\r\n&|()}");
  if (!literal) return std::unexpected(literal.error());
  condition.literal = std::move(*literal);
  return condition;
}

/// `a && b` or `a || b`: one operator, any number of parts.
template <class ReadPart>
kernel::Result<Condition> read_list(Scanner& in, const char* sign, Condition::Kind kind, ReadPart read_part) {
  Condition list{.kind = kind};
  do {
    auto part = read_part();
    if (!part) return part;
    list.parts.push_back(std::move(*part));
  } while (in.accept(sign));
  if (list.parts.size() == 1) return Condition(std::move(list.parts.front()));
  return list;
}

kernel::Result<Condition> read_any(Scanner& in, int depth) {
  return read_list(in, "||", Condition::Kind::Any, [&] {
    return read_list(in, "&&", Condition::Kind::All, [&] { return read_one(in, depth); });
  });
}

class JsonPattern final : public FilterPattern::Body {
 public:
  explicit JsonPattern(Condition condition) : condition_(std::move(condition)) {}

  bool fits(LogText& event) const override {
    const Json* json = event.json();
    return json != nullptr && condition_.holds_in(*json);
  }
  bool knows(std::string_view selector) const override {
    Scanner in(selector);
    const auto read = read_selector(in);
    return read && !read->steps.empty() && in.at_end();
  }
  std::optional<std::string> value_of(LogText& event, std::string_view selector) const override {
    Scanner in(selector);
    const auto read = read_selector(in);
    return read ? text_of(read->in(event.json())) : std::nullopt;
  }
  Values values_of(LogText& event) const override {
    Values values;
    if (const Json* json = event.json()) condition_.add_values(*json, values);
    return values;
  }

 private:
  Condition condition_;
};

}  // namespace

PatternBody parse_json_pattern(std::string_view text) {
  Scanner in(text);
  in.accept("{");
  auto condition = read_any(in, 0);
  if (!condition) return std::unexpected(condition.error());
  if (!in.accept("}")) return in.failed("'}' is missing");
  if (!in.at_end()) return in.failed("something stands behind '}'");
  return std::make_shared<const JsonPattern>(std::move(*condition));
}

}  // namespace emulator::logs
