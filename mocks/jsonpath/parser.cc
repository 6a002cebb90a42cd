#include "mocks/jsonpath/parser.h"

#include <nlohmann/json.hpp>

namespace mocks::jsonpath {

Query Parser::parse() {
  if (!at_.take("$")) at_.refuse("a path begins with $");
  Query query{.is_absolute = true, .segments = segments()};
  if (!at_.is_at_end()) at_.refuse("nothing may follow here");
  return query;
}

std::vector<Segment> Parser::segments() {
  std::vector<Segment> result;
  while (true) {
    const std::size_t before = at_.place();
    at_.skip_blanks();
    if (at_.peek() == '[') {
      result.push_back({.is_descendant = false, .selectors = bracketed()});
    } else if (at_.take("..")) {
      result.push_back({.is_descendant = true, .selectors = {}});
      if (at_.peek() == '[') {
        result.back().selectors = bracketed();
      } else {
        result.back().selectors.push_back(shorthand());
      }
    } else if (at_.take(".")) {
      result.push_back({.is_descendant = false, .selectors = {shorthand()}});
    } else {
      at_.return_to(before);  // blanks belong to a segment that follows
      return result;
    }
  }
}

Selector Parser::shorthand() {
  if (at_.take("*")) return {};
  std::string name = at_.name();
  if (name.empty()) at_.refuse("a name or * is missing");
  return {.kind = Selector::Kind::Name, .name = std::move(name)};
}

std::vector<Selector> Parser::bracketed() {
  if (++depth_ > kDepthMax) at_.refuse("too deep");
  std::vector<Selector> result;
  at_.expect('[');
  do {
    at_.skip_blanks();
    result.push_back(selector());
    at_.skip_blanks();
  } while (at_.take(","));
  at_.expect(']');
  --depth_;
  return result;
}

Selector Parser::selector() {
  if (at_.peek() == '\'' || at_.peek() == '"') return {.kind = Selector::Kind::Name, .name = at_.quoted()};
  if (at_.take("*")) return {};
  if (!at_.take("?")) return slice_or_index();
  at_.skip_blanks();
  return {.kind = Selector::Kind::Filter, .filter = std::make_shared<const Expression>(either())};
}

Selector Parser::slice_or_index() {
  const auto first = at_.integer();
  const std::size_t before = at_.place();
  at_.skip_blanks();
  if (!at_.take(":")) {
    if (!first) at_.refuse("a selector is missing");
    at_.return_to(before);
    return {.kind = Selector::Kind::Index, .index = *first};
  }
  Selector slice{.kind = Selector::Kind::Slice, .start = first};
  at_.skip_blanks();
  slice.end = at_.integer();
  if (slice.end) at_.skip_blanks();
  if (at_.take(":")) {
    at_.skip_blanks();
    slice.step = at_.integer().value_or(1);
  }
  return slice;
}

Query Parser::filter_query() {
  Query query{.is_absolute = at_.take("$"), .segments = {}};
  if (!query.is_absolute) at_.expect('@');
  query.segments = segments();
  return query;
}

Expression Parser::either() {
  Expression left = both();
  while (true) {
    const std::size_t before = at_.place();
    at_.skip_blanks();
    if (!at_.take("||")) {
      at_.return_to(before);
      return left;
    }
    at_.skip_blanks();
    Expression joined{.kind = Expression::Kind::Or};
    joined.parts.push_back(std::move(left));
    joined.parts.push_back(both());
    left = std::move(joined);
  }
}

Expression Parser::both() {
  Expression left = basic();
  while (true) {
    const std::size_t before = at_.place();
    at_.skip_blanks();
    if (!at_.take("&&")) {
      at_.return_to(before);
      return left;
    }
    at_.skip_blanks();
    Expression joined{.kind = Expression::Kind::And};
    joined.parts.push_back(std::move(left));
    joined.parts.push_back(basic());
    left = std::move(joined);
  }
}

Expression Parser::basic() {
  const bool is_negated = at_.take("!");
  if (is_negated) at_.skip_blanks();
  Expression inner;
  if (at_.take("(")) {
    if (++depth_ > kDepthMax) at_.refuse("too deep");
    at_.skip_blanks();
    inner = either();
    at_.skip_blanks();
    at_.expect(')');
    --depth_;
  } else if (is_negated) {
    auto test = operand();
    if (!test) at_.refuse("a test is missing");
    check_test(*test);
    inner = std::move(*test);
  } else {
    return comparable_or_test();
  }
  if (!is_negated) return inner;
  Expression negated{.kind = Expression::Kind::Not};
  negated.parts.push_back(std::move(inner));
  return negated;
}

Expression Parser::comparable_or_test() {
  auto left = operand();
  if (!left) at_.refuse("an expression is missing");
  const std::size_t before = at_.place();
  at_.skip_blanks();
  const auto how = comparison();
  if (!how) {
    at_.return_to(before);
    check_test(*left);
    return std::move(*left);
  }
  at_.skip_blanks();
  auto right = operand();
  if (!right) at_.refuse("the right side is missing");
  check_comparable(*left);
  check_comparable(*right);
  Expression compared{.kind = Expression::Kind::Compare, .comparison = *how};
  compared.parts.push_back(std::move(*left));
  compared.parts.push_back(std::move(*right));
  return compared;
}

std::optional<Comparison> Parser::comparison() {
  constexpr std::pair<std::string_view, Comparison> kSigns[] = {
      {"==", Comparison::Equal},          {"!=", Comparison::NotEqual}, {"<=", Comparison::LessOrEqual},
      {">=", Comparison::GreaterOrEqual}, {"<", Comparison::Less},      {">", Comparison::Greater}};
  for (const auto& [sign, how] : kSigns) {
    if (at_.take(sign)) return how;
  }
  return std::nullopt;
}

Expression Parser::literal(kernel::Json value) {
  return {.kind = Expression::Kind::Literal,
          .literal = std::make_shared<const kernel::Json>(std::move(value))};
}

std::optional<Expression> Parser::operand() {
  if (at_.peek() == '\'' || at_.peek() == '"') return literal(at_.quoted());
  if (at_.peek() == '@' || at_.peek() == '$')
    return Expression{.kind = Expression::Kind::Query, .query = filter_query()};
  if (const std::string_view number = at_.number(); !number.empty()) {
    auto value = kernel::parse_json(number);
    if (!value) at_.refuse("no number");
    return literal(std::move(*value));
  }
  const std::string_view name = at_.function_name();
  if (name.empty()) return std::nullopt;
  if (at_.peek() == '(') return call(name);
  if (name == "true") return literal(true);
  if (name == "false") return literal(false);
  if (name == "null") return literal(nullptr);
  at_.refuse("'" + std::string(name) + "' is neither a value nor a function");
}

Expression Parser::call(std::string_view name) {
  constexpr std::pair<std::string_view, Function> kFunctions[] = {{"length", Function::Length},
                                                                  {"count", Function::Count},
                                                                  {"match", Function::Match},
                                                                  {"search", Function::Search},
                                                                  {"value", Function::Value}};
  Expression result{.kind = Expression::Kind::Call};
  bool is_known = false;
  for (const auto& [known, function] : kFunctions) {
    if (known != name) continue;
    result.function = function;
    is_known = true;
  }
  if (!is_known) at_.refuse("there is no function '" + std::string(name) + "'");
  if (++depth_ > kDepthMax) at_.refuse("too deep");
  at_.expect('(');
  at_.skip_blanks();
  while (at_.peek() != ')') {
    auto argument = operand();
    if (!argument) at_.refuse("an argument is missing");
    result.parts.push_back(std::move(*argument));
    at_.skip_blanks();
    if (at_.peek() == ')') break;
    at_.expect(',');
    at_.skip_blanks();
    if (at_.peek() == ')') at_.refuse("an argument is missing");
  }
  at_.expect(')');
  --depth_;
  check_arguments(result);
  return result;
}

namespace {
bool gives_value(const Expression& e) {
  switch (e.kind) {
    case Expression::Kind::Literal:
      return true;
    case Expression::Kind::Query:
      return e.query.is_singular();
    case Expression::Kind::Call:
      return e.function == Function::Length || e.function == Function::Count || e.function == Function::Value;
    default:
      return false;
  }
}
}  // namespace

void Parser::check_comparable(const Expression& operand) {
  if (!gives_value(operand)) at_.refuse("only a single value can be compared");
}

void Parser::check_test(const Expression& test) {
  const bool is_logical = test.kind == Expression::Kind::Query ||
                          (test.kind == Expression::Kind::Call &&
                           (test.function == Function::Match || test.function == Function::Search));
  if (!is_logical) at_.refuse("this is a value, not a test");
}

void Parser::check_arguments(Expression& call) {
  const bool is_pattern = call.function == Function::Match || call.function == Function::Search;
  if (call.parts.size() != (is_pattern ? 2U : 1U)) at_.refuse("the number of arguments is wrong");
  const bool wants_nodes = call.function == Function::Count || call.function == Function::Value;
  for (const Expression& argument : call.parts) {
    const bool fits = wants_nodes ? argument.kind == Expression::Kind::Query : gives_value(argument);
    if (!fits) at_.refuse("an argument is of the wrong type");
  }
  if (!is_pattern || call.parts[1].kind != Expression::Kind::Literal || !call.parts[1].literal->is_string())
    return;
  // What is no pattern matches nothing: the RFC makes it no error.
  if (auto pattern = Pattern::compile_i_regexp(call.parts[1].literal->get_ref<const std::string&>()))
    call.pattern = std::move(*pattern);
}

}  // namespace mocks::jsonpath
