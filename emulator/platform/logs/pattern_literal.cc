#include "emulator/platform/logs/pattern_literal.h"

namespace emulator::logs {

std::optional<Comparator> read_comparator(Scanner& in) {
  if (in.accept("!=")) return Comparator::NotEqual;
  if (in.accept("<=")) return Comparator::LessOrEqual;
  if (in.accept(">=")) return Comparator::GreaterOrEqual;
  if (in.accept("=")) return Comparator::Equal;
  if (in.accept("<")) return Comparator::Less;
  if (in.accept(">")) return Comparator::Greater;
  return std::nullopt;
}

kernel::Result<Literal> read_literal(Scanner& in, std::string_view ends) {
  Literal literal;
  in.skip_spaces();
  if (in.peek() == '"') {
    in.step();
    auto text = in.quoted('"');
    if (!text) return std::unexpected(text.error());
    literal.text = std::move(*text);
    return literal;
  }
  if (in.peek() == '%') {
    in.step();
    literal.text = in.until("%");
    if (in.peek() != '%') return in.failed("a '%' is not closed");
    in.step();
    auto regex = Regex::compile(literal.text);
    if (!regex) return std::unexpected(regex.error());
    literal.regex = std::move(*regex);
    return literal;
  }
  literal.text = in.until(ends);
  if (literal.text.empty()) return in.failed("a value is missing");
  literal.number = number_in(literal.text);
  return literal;
}

}  // namespace emulator::logs
