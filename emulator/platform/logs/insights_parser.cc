// Reads expressions of Logs Insights.
#include <array>

#include "emulator/platform/logs/comparison.h"
#include "emulator/platform/logs/insights_expression.h"

namespace emulator::logs {
namespace {

using Expression = InsightsExpression;
using Kind = InsightsExpression::Kind;
using Read = kernel::Result<Expression>;

constexpr int kDepthMax = 50;
constexpr std::string_view kFunctions[] = {"abs",         "ceil",      "floor",   "strlen",  "toupper",
                                           "tolower",     "trim",      "concat",  "isempty", "isblank",
                                           "strcontains", "ispresent", "coalesce"};

Read read_any(Scanner& in, int depth);

bool is_name_character(char c) { return Scanner::is_word_character(c) || c == '@' || c == '.' || c == '#'; }

Read operation(std::string name, std::vector<Expression> parts) {
  return Expression{.kind = Kind::Operator, .name = std::move(name), .parts = std::move(parts)};
}

/// "5m" as in bin(5m).
kernel::Result<kernel::Duration> read_period(Scanner& in) {
  in.skip_spaces();
  const std::size_t begin = in.place();
  while (Scanner::is_word_character(in.peek())) in.step();
  const auto period = kernel::parse_duration(in.since(begin));
  if (!period || *period < std::chrono::milliseconds{1}) return in.failed("a period such as 5m is missing");
  return *period;
}

Read read_bin(Scanner& in, int depth, bool is_datefloor) {
  Expression bin{.kind = Kind::Bin};
  if (is_datefloor) {
    auto time = read_any(in, depth + 1);
    if (!time) return time;
    bin.parts.push_back(std::move(*time));
    if (!in.accept(",")) return in.failed("',' is missing");
  } else {
    bin.parts.push_back({.kind = Kind::Field, .name = "@timestamp"});
  }
  const auto period = read_period(in);
  if (!period) return std::unexpected(period.error());
  bin.period = *period;
  if (!in.accept(")")) return in.failed("')' is missing");
  return bin;
}

Read read_function(Scanner& in, std::string name, int depth) {
  if (name == "bin" || name == "datefloor") return read_bin(in, depth, name == "datefloor");
  bool is_known = false;
  for (const std::string_view known : kFunctions) is_known = is_known || known == name;
  if (!is_known) return in.failed("the function " + name + " is not emulated");
  Expression call{.kind = Kind::Function, .name = std::move(name)};
  if (in.accept(")")) return in.failed("an argument is missing");
  do {
    auto argument = read_any(in, depth + 1);
    if (!argument) return argument;
    call.parts.push_back(std::move(*argument));
  } while (in.accept(","));
  if (!in.accept(")")) return in.failed("')' is missing");
  const bool takes_two = call.name == "strcontains";
  const bool takes_many = call.name == "concat" || call.name == "coalesce";
  if (!takes_many && call.parts.size() != (takes_two ? 2U : 1U))
    return in.failed(call.name + " has the wrong number of arguments");
  return call;
}

Read read_primary(Scanner& in, int depth) {
  if (depth > kDepthMax) return in.failed("it is nested too deeply");
  if (in.accept("(")) {
    auto inner = read_any(in, depth + 1);
    if (inner && !in.accept(")")) return in.failed("')' is missing");
    return inner;
  }
  if (is_at_text(in)) {
    auto text = read_text(in);
    if (!text) return std::unexpected(text.error());
    return Expression{.constant = std::move(*text)};
  }
  const char next = in.peek();
  if (next >= '0' && next <= '9') {
    const std::size_t begin = in.place();
    while (Scanner::is_word_character(in.peek()) || in.peek() == '.') in.step();
    const auto number = number_in(in.since(begin));
    if (!number) return in.failed("'" + std::string(in.since(begin)) + "' is no number");
    return Expression{.constant = *number};
  }
  if (in.accept_word("true")) return Expression{.constant = true};
  if (in.accept_word("false")) return Expression{.constant = false};
  auto name = read_field_name(in);
  if (!name) return std::unexpected(name.error());
  if (in.peek() == '(') {
    in.step();
    return read_function(in, std::move(*name), depth);
  }
  return Expression{.kind = Kind::Field, .name = std::move(*name)};
}

Read read_unary(Scanner& in, int depth) {
  if (!in.accept("-")) return read_primary(in, depth);
  auto inner = read_unary(in, depth + 1);
  if (!inner) return inner;
  return operation("-", {Expression{.constant = 0.0}, std::move(*inner)});
}

using Reader = Read (*)(Scanner&, int);

/// `a + b + c`, from the left.
template <std::size_t Count>
Read read_chain(Scanner& in, int depth, const std::array<std::string_view, Count>& signs, Reader part) {
  auto left = part(in, depth);
  while (left) {
    std::string_view found;
    for (const std::string_view sign : signs) {
      if (found.empty() && in.accept(sign)) found = sign;
    }
    if (found.empty()) return left;
    auto right = part(in, depth);
    if (!right) return right;
    left = operation(std::string(found), {std::move(*left), std::move(*right)});
  }
  return left;
}

Read read_product(Scanner& in, int depth) { return read_chain<3>(in, depth, {"*", "/", "%"}, read_unary); }

Read read_sum(Scanner& in, int depth) { return read_chain<2>(in, depth, {"+", "-"}, read_product); }

Read read_like(Scanner& in, Expression left) {
  Expression like{.kind = Kind::Like, .parts = {std::move(left)}};
  if (is_at_text(in)) {
    auto text = read_text(in);
    if (!text) return std::unexpected(text.error());
    like.parts.push_back({.constant = std::move(*text)});
    return like;
  }
  auto regex = read_regex(in);
  if (!regex) return std::unexpected(regex.error());
  like.regex = std::move(*regex);
  return like;
}

Read read_in(Scanner& in, Expression left, int depth) {
  Expression list{.kind = Kind::In, .parts = {std::move(left)}};
  if (!in.accept("[")) return in.failed("'[' is missing");
  do {
    auto one = read_sum(in, depth);
    if (!one) return one;
    list.parts.push_back(std::move(*one));
  } while (in.accept(","));
  if (!in.accept("]")) return in.failed("']' is missing");
  return list;
}

Read negated(Read inner) {
  if (!inner) return inner;
  return operation("not", {std::move(*inner)});
}

Read read_comparison(Scanner& in, int depth) {
  auto left = read_sum(in, depth);
  if (!left) return left;
  if (in.accept("=~")) return read_like(in, std::move(*left));
  if (in.accept_word("like")) return read_like(in, std::move(*left));
  if (in.accept_word("in")) return read_in(in, std::move(*left), depth);
  if (in.accept_word("not")) {
    if (in.accept_word("like")) return negated(read_like(in, std::move(*left)));
    if (in.accept_word("in")) return negated(read_in(in, std::move(*left), depth));
    return in.failed("'not' wants 'like' or 'in'");
  }
  for (const char* sign : {"!=", "<=", ">=", "=", "<", ">"}) {
    if (!in.accept(sign)) continue;
    auto right = read_sum(in, depth);
    if (!right) return right;
    return operation(sign, {std::move(*left), std::move(*right)});
  }
  return left;
}

Read read_not(Scanner& in, int depth) {
  if (depth > kDepthMax) return in.failed("it is nested too deeply");
  return in.accept_word("not") ? negated(read_not(in, depth + 1)) : read_comparison(in, depth);
}

/// `a and b and c`
Read read_words(Scanner& in, int depth, const char* word, Reader part) {
  auto left = part(in, depth);
  while (left && in.accept_word(word)) {
    auto right = part(in, depth);
    if (!right) return right;
    left = operation(word, {std::move(*left), std::move(*right)});
  }
  return left;
}

Read read_all(Scanner& in, int depth) { return read_words(in, depth, "and", read_not); }
Read read_any(Scanner& in, int depth) { return read_words(in, depth, "or", read_all); }

}  // namespace

Read read_expression(Scanner& in) {
  in.skip_spaces();
  const std::size_t begin = in.place();
  auto read = read_any(in, 0);
  if (!read) return read;
  std::string_view text = in.since(begin);
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  read->text = text;
  return read;
}

kernel::Result<std::string> read_field_name(Scanner& in) {
  in.skip_spaces();
  if (in.peek() == '`') {
    in.step();
    return in.quoted('`');
  }
  const std::size_t begin = in.place();
  while (is_name_character(in.peek())) in.step();
  if (in.place() == begin) {
    if (in.at_end()) return in.failed("the query ends too early");
    return in.failed("unexpected symbol found '" + std::string(1, in.peek()) + "'");
  }
  return std::string(in.since(begin));
}

bool is_at_text(Scanner& in) {
  in.skip_spaces();
  return in.peek() == '"' || in.peek() == '\'';
}

kernel::Result<std::string> read_text(Scanner& in) {
  in.skip_spaces();
  const char quote = in.peek();
  in.step();
  return in.quoted(quote);
}

kernel::Result<Regex> read_regex(Scanner& in) {
  if (!in.accept("/")) return in.failed("a text in quotes or a /regular expression/ is missing");
  std::string text;
  while (in.peek() != '/') {
    if (in.peek() == '\0') return in.failed("a '/' is not closed");
    // "\/" is a slash; all else that is escaped is the expression's.
    const bool is_slash = in.rest().starts_with("\\/");
    if (in.peek() == '\\' && !is_slash) text += in.rest().substr(0, 1);
    if (in.peek() == '\\') in.step();
    text += in.rest().substr(0, 1);
    in.step();
  }
  in.step();
  auto regex = Regex::compile(text);
  if (!regex) return in.failed(regex.error().message);
  return regex;
}

}  // namespace emulator::logs
