// From text to expressions: recursive descent, one function a level of precedence.
#include <algorithm>
#include <optional>

#include "middleware/kernel/expression.h"
#include "middleware/kernel/functions.h"
#include "middleware/kernel/value.h"

namespace kernel {
namespace {

using Kind = ExpressionNode::Kind;

constexpr int kDepthMax = 64;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool ends_pointer(char c) { return std::string_view(" \t\n,()=!<>'\"{}").contains(c); }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NodePtr> whole(std::size_t& length) {
    NodePtr node = any_of();
    skip_spaces();
    length = at_;
    if (error_) return std::unexpected(*error_);
    return node;
  }

 private:
  NodePtr any_of() {
    const std::size_t begin = start();
    NodePtr left = all_of();
    while (!error_ && word("or")) left = node(Kind::Or, begin, {left, all_of()});
    return left;
  }
  NodePtr all_of() {
    const std::size_t begin = start();
    NodePtr left = negated();
    while (!error_ && word("and")) left = node(Kind::And, begin, {left, negated()});
    return left;
  }
  NodePtr negated() {
    const std::size_t begin = start();
    if (depth_ > kDepthMax) return fail("it is nested too deeply");
    if (!word("not")) return compared();
    ++depth_;
    NodePtr inner = negated();
    --depth_;
    return node(Kind::Not, begin, {std::move(inner)});
  }
  NodePtr compared() {
    const std::size_t begin = start();
    NodePtr left = primary();
    if (error_) return left;
    if (word("in")) return listed(begin, std::move(left));
    for (const std::string_view op : {"==", "!=", "<=", ">=", "=", "<", ">"}) {
      if (!sign(op)) continue;
      NodePtr right = primary();
      return node(Kind::Compare, begin, {std::move(left), std::move(right)}, op == "==" ? "=" : op);
    }
    return left;
  }
  NodePtr listed(std::size_t begin, NodePtr wanted) {
    std::vector<NodePtr> parts = {std::move(wanted)};
    if (!sign("(")) return fail("'in' wants a list such as ('a', 'b')");
    add_arguments(parts);
    return node(Kind::In, begin, std::move(parts));
  }

  NodePtr primary() {
    const std::size_t begin = start();
    if (error_) return nullptr;
    if (++depth_ > kDepthMax) return fail("it is nested too deeply");
    NodePtr result = primary_at(begin);
    --depth_;
    return result;
  }
  NodePtr primary_at(std::size_t begin) {
    if (at_end()) return fail("an expression is missing at its end");
    const char c = text_[at_];
    if (sign("(")) {
      NodePtr inner = any_of();
      if (!error_ && !sign(")")) return fail("a ')' is missing");
      return inner;
    }
    if (c == '\'' || c == '"') return quoted(begin, c);
    if (c == '/') return read(begin, "");
    if (is_digit(c) || c == '-') return number(begin);
    if (!is_letter(c)) return fail("'" + std::string(text_.substr(at_)) + "' is not expected here");
    return named(begin);
  }
  NodePtr quoted(std::size_t begin, char quote) {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    if (at_ >= text_.size()) return fail("the text has no end: " + std::string(text_.substr(begin)));
    ++at_;
    return literal(begin, {.json = value});
  }
  NodePtr number(std::size_t begin) {
    while (!at_end() && (is_digit(text_[at_]) || std::string_view("+-.eE").contains(text_[at_]))) ++at_;
    auto value = Decimal::parse(text_.substr(begin, at_ - begin));
    return value ? literal(begin, Value::of(*value)) : fail(value.error().message);
  }
  NodePtr read(std::size_t begin, std::string name) {
    const std::size_t pointer = at_;
    while (!at_end() && text_[pointer] == '/' && !ends_pointer(text_[at_])) ++at_;
    ExpressionNode node{.kind = Kind::Read, .name = std::move(name)};
    node.pointer = text_.substr(pointer, at_ - pointer);
    return made(begin, std::move(node));
  }
  NodePtr named(std::size_t begin) {
    while (!at_end() &&
           (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '-' || text_[at_] == '.'))
      ++at_;
    const std::string name(text_.substr(begin, at_ - begin));
    if (name == "true" || name == "false") return literal(begin, {.json = name == "true"});
    if (name == "null") return literal(begin, {});
    if (name == "and" || name == "or" || name == "in" || name == "not")
      return fail("'" + name + "' is not expected here");
    if (sign("(")) return call(begin, name);
    return read(begin, name);
  }

  NodePtr call(std::size_t begin, const std::string& name) {
    std::vector<NodePtr> parts;
    add_arguments(parts);
    if (error_) return nullptr;
    if (name == "if") return lazy(Kind::If, begin, name, std::move(parts), 3, 3);
    if (name == "default") return lazy(Kind::Default, begin, name, std::move(parts), 2, kAnyNumber);
    if (name == "exists") return lazy(Kind::Exists, begin, name, std::move(parts), 1, 1);
    const Function* function = find_function(name);
    if (function == nullptr) {
      error_ = Error{ErrorCode::NotFound, "there is no function '" + name + "'", name};
      return nullptr;
    }
    if (!takes(name, parts.size(), function->arguments_min, function->arguments_max)) return nullptr;
    if (function->refuses != nullptr && parts.size() > 1 && parts[1]->kind == Kind::Literal) {
      const std::string complaint = function->refuses(parts[1]->literal);
      if (!complaint.empty()) return fail(name + ": " + complaint);
    }
    ExpressionNode node{.kind = Kind::Call, .function = function, .parts = std::move(parts)};
    return made(begin, std::move(node));
  }
  NodePtr lazy(Kind kind, std::size_t begin, const std::string& name, std::vector<NodePtr> parts,
               std::size_t min, std::size_t max) {
    if (!takes(name, parts.size(), min, max)) return nullptr;
    return node(kind, begin, std::move(parts));
  }
  bool takes(const std::string& name, std::size_t count, std::size_t min, std::size_t max) {
    if (count >= min && count <= max) return true;
    std::string wants = std::to_string(min);
    if (max == kAnyNumber) {
      wants = "at least " + wants;
    } else if (max != min) {
      wants += " to " + std::to_string(max);
    }
    fail(name + " takes " + wants + (wants == "1" ? " argument" : " arguments") + ", not " +
         std::to_string(count));
    return false;
  }
  /// Behind the opening parenthesis.
  void add_arguments(std::vector<NodePtr>& parts) {
    if (sign(")")) return;
    do {
      parts.push_back(any_of());
      if (error_) return;
    } while (sign(","));
    if (!sign(")")) fail("a ')' is missing");
  }

  void skip_spaces() {
    while (at_ < text_.size() && std::string_view(" \t\n").contains(text_[at_])) ++at_;
  }
  std::size_t start() {
    skip_spaces();
    return at_;
  }
  bool at_end() const { return at_ >= text_.size(); }
  bool sign(std::string_view what) {
    skip_spaces();
    if (error_ || !text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  bool word(std::string_view what) {
    skip_spaces();
    const std::string_view rest = text_.substr(at_);
    if (error_ || !rest.starts_with(what)) return false;
    if (rest.size() > what.size() && (is_letter(rest[what.size()]) || is_digit(rest[what.size()])))
      return false;
    at_ += what.size();
    return true;
  }
  NodePtr made(std::size_t begin, ExpressionNode node) {
    if (error_) return nullptr;
    node.source = text_.substr(begin, at_ - begin);
    while (node.source.ends_with(' ')) node.source.pop_back();
    return std::make_shared<const ExpressionNode>(std::move(node));
  }
  NodePtr node(Kind kind, std::size_t begin, std::vector<NodePtr> parts, std::string_view op = "") {
    return made(begin, {.kind = kind, .op = std::string(op), .parts = std::move(parts)});
  }
  NodePtr literal(std::size_t begin, Value value) {
    return made(begin, {.kind = Kind::Literal, .literal = std::move(value)});
  }
  NodePtr fail(std::string message) {
    if (!error_) error_ = Error{ErrorCode::Invalid, std::move(message)};
    return nullptr;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<NodePtr> parse_expression(std::string_view text, std::size_t& length) {
  return Parser(text).whole(length);
}

Result<NodePtr> parse_expression(std::string_view text) {
  std::size_t length = 0;
  auto node = parse_expression(text, length);
  if (node && length != text.size())
    return invalid("'" + std::string(text.substr(length)) + "' is not expected here");
  return node;
}

}  // namespace kernel
