#include "emulator/platform/metrics/metric_math_parser.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace emulator::metrics {
namespace {

constexpr int kDepthMax = 100;

struct Function {
  std::string_view name;
  std::size_t parts_min;
  std::size_t parts_max;
};
constexpr Function kFunctions[] = {{"SUM", 1, 1},   {"AVG", 1, 1},  {"MIN", 1, 1},
                                   {"MAX", 1, 1},   {"ABS", 1, 1},  {"CEIL", 1, 1},
                                   {"FLOOR", 1, 1}, {"FILL", 2, 2}, {"IF", 2, 3}};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

kernel::Result<> MetricMath::Parser::run() {
  static_cast<void>(comparison());
  skip_space();
  if (problem_.empty() && at_ < text_.size()) fail("an operator or the end is expected");
  if (!problem_.empty()) return kernel::invalid(problem_);
  return {};
}

std::size_t MetricMath::Parser::fail(const std::string& what) {
  if (problem_.empty()) problem_ = "position " + std::to_string(at_ + 1) + ": " + what;
  return 0;
}

void MetricMath::Parser::skip_space() {
  while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
}

bool MetricMath::Parser::take(std::string_view text) {
  skip_space();
  if (!text_.substr(at_).starts_with(text)) return false;
  at_ += text.size();
  return true;
}

std::size_t MetricMath::Parser::add(Node node) {
  if (!problem_.empty()) return 0;
  math_.nodes_.push_back(std::move(node));
  return math_.nodes_.size() - 1;
}

std::size_t MetricMath::Parser::binary(std::string_view operation, std::size_t left, std::size_t right) {
  return add({.kind = Kind::Binary, .text = std::string(operation), .parts = {left, right}});
}

std::size_t MetricMath::Parser::comparison() {
  std::size_t left = sum();
  for (const std::string_view operation : {">=", "<=", "==", "!=", ">", "<"}) {
    if (problem_.empty() && take(operation)) {
      const std::size_t right = sum();
      return binary(operation, left, right);
    }
  }
  return left;
}

std::size_t MetricMath::Parser::sum() {
  std::size_t left = product();
  while (problem_.empty()) {
    const bool is_plus = take("+");
    if (!is_plus && !take("-")) break;
    const std::size_t right = product();
    left = binary(is_plus ? "+" : "-", left, right);
  }
  return left;
}

std::size_t MetricMath::Parser::product() {
  std::size_t left = unary();
  while (problem_.empty()) {
    const bool is_times = take("*");
    if (!is_times && !take("/")) break;
    const std::size_t right = unary();
    left = binary(is_times ? "*" : "/", left, right);
  }
  return left;
}

std::size_t MetricMath::Parser::unary() {
  if (++depth_ > kDepthMax) return fail("the expression nests too deep");
  std::size_t node = 0;
  if (take("-")) {
    node = unary();
    node = add({.kind = Kind::Negate, .parts = {node}});
  } else {
    node = primary();
  }
  --depth_;
  return node;
}

std::size_t MetricMath::Parser::primary() {
  skip_space();
  if (take("(")) {
    const std::size_t node = comparison();
    if (problem_.empty() && !take(")")) return fail("')' is expected");
    return node;
  }
  if (take("[")) return list();
  if (at_ >= text_.size()) return fail("a number, an id or a function is expected, but the expression ends");
  if (is_digit(text_[at_]) || text_[at_] == '.') {
    Node number{.kind = Kind::Number};
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number.number);
    if (error != std::errc{}) return fail("this is no number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return add(std::move(number));
  }
  return name();
}

std::size_t MetricMath::Parser::name() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_word(text_[at_])) ++at_;
  const std::string word(text_.substr(begin, at_ - begin));
  if (word.empty()) return fail("'" + std::string(1, text_[at_]) + "' is not expected here");
  if (take("(")) {
    const auto known = std::ranges::find(kFunctions, word, &Function::name);
    if (known != std::end(kFunctions)) return call(word);
    at_ = begin;
    return fail("the function " + word +
                " is not emulated; there are SUM, AVG, MIN, MAX, ABS, CEIL, FLOOR, "
                "FILL and IF");
  }
  if (word[0] < 'a' || word[0] > 'z') {
    at_ = begin;
    return fail("'" + word + "' is no id: ids begin with a small letter");
  }
  if (std::ranges::find(math_.ids_, word) == math_.ids_.end()) math_.ids_.push_back(word);
  return add({.kind = Kind::Id, .text = word});
}

std::size_t MetricMath::Parser::call(const std::string& function) {
  Node node{.kind = Kind::Call, .text = function};
  do {
    if (function == "FILL" && node.parts.size() == 1 && take("REPEAT")) {
      node.text = "FILL REPEAT";
      continue;
    }
    node.parts.push_back(comparison());
  } while (problem_.empty() && take(","));
  if (problem_.empty() && !take(")")) return fail("',' or ')' is expected");
  const auto known = std::ranges::find(kFunctions, function, &Function::name);
  const std::size_t parts = node.parts.size() + (node.text == "FILL REPEAT" ? 1 : 0);
  if (parts < known->parts_min || parts > known->parts_max)
    return fail(function + " has the wrong number of arguments");
  return add(std::move(node));
}

std::size_t MetricMath::Parser::list() {
  Node node{.kind = Kind::List};
  do node.parts.push_back(comparison());
  while (problem_.empty() && take(","));
  if (problem_.empty() && !take("]")) return fail("',' or ']' is expected");
  return add(std::move(node));
}

}  // namespace emulator::metrics
