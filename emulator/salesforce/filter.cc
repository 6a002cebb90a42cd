#include "emulator/salesforce/filter.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "emulator/salesforce/like.h"

namespace emulator::salesforce {
namespace {

using kernel::Json;

enum class Operator : std::uint8_t {
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Like,
  In,
  NotIn
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

}  // namespace

struct Filter::Node {
  enum class Kind : std::uint8_t { And, Or, Not, Compare };
  Kind kind = Kind::Compare;
  std::vector<std::shared_ptr<const Node>> parts{};
  std::string pointer{};  ///< JSON Pointer of the field
  Operator op = Operator::Equal;
  std::vector<Json> values{};
};

namespace {

using Node = Filter::Node;
using NodePtr = std::shared_ptr<const Node>;

bool is_equal(const Json& value, const Json& wanted) {
  if (value.is_string() && wanted.is_string()) {
    return lower(value.get_ref<const std::string&>()) == lower(wanted.get_ref<const std::string&>());
  }
  return value == wanted;
}

/// Only numbers with numbers and text with text have an order.
std::optional<int> order(const Json& value, const Json& wanted) {
  if (value.is_number() && wanted.is_number()) return value < wanted ? -1 : (wanted < value ? 1 : 0);
  if (!value.is_string() || !wanted.is_string()) return std::nullopt;
  const int compared = lower(value.get_ref<const std::string&>()).compare(lower(wanted.get<std::string>()));
  return compared < 0 ? -1 : (compared > 0 ? 1 : 0);
}

bool is_among(const Json& value, const std::vector<Json>& wanted) {
  return std::ranges::any_of(wanted, [&value](const Json& one) { return is_equal(value, one); });
}

bool compare(const Node& node, const Json& value) {
  const std::optional<int> ordered = order(value, node.values.front());
  switch (node.op) {
    case Operator::Equal:
      return is_equal(value, node.values.front());
    case Operator::NotEqual:
      return !is_equal(value, node.values.front());
    case Operator::Less:
      return ordered && *ordered < 0;
    case Operator::LessEqual:
      return ordered && *ordered <= 0;
    case Operator::Greater:
      return ordered && *ordered > 0;
    case Operator::GreaterEqual:
      return ordered && *ordered >= 0;
    case Operator::Like:
      return value.is_string() && node.values.front().is_string() &&
             is_like(lower(value.get_ref<const std::string&>()),
                     lower(node.values.front().get_ref<const std::string&>()));
    case Operator::In:
      return is_among(value, node.values);
    case Operator::NotIn:
      return !is_among(value, node.values);
  }
  return false;
}

bool holds(const Node& node, const Json& payload) {
  switch (node.kind) {
    case Node::Kind::And:
      return std::ranges::all_of(node.parts, [&](const NodePtr& part) { return holds(*part, payload); });
    case Node::Kind::Or:
      return std::ranges::any_of(node.parts, [&](const NodePtr& part) { return holds(*part, payload); });
    case Node::Kind::Not:
      return !holds(*node.parts.front(), payload);
    case Node::Kind::Compare: {
      static const Json kNull;
      const Json* value = kernel::json_at(payload, node.pointer);
      return compare(node, value == nullptr ? kNull : *value);
    }
  }
  return false;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  kernel::Result<NodePtr> all() {
    NodePtr node = disjunction();
    space();
    if (error_.empty() && at_ != text_.size()) fail("wants AND, OR or the end");
    if (!error_.empty()) return kernel::invalid(error_);
    return node;
  }

 private:
  NodePtr fail(const std::string& what) {
    if (error_.empty()) error_ = "at " + std::to_string(at_ + 1) + ": " + what;
    return std::make_shared<Node>();
  }
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  bool take(std::string_view token) {
    space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  }
  std::string_view word() {
    space();
    const std::size_t from = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  bool take_word(std::string_view wanted) {
    const std::size_t from = at_;
    if (lower(word()) == wanted) return true;
    at_ = from;
    return false;
  }

  NodePtr joined(Node::Kind kind, std::string_view connective, NodePtr (Parser::*part)()) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    do {
      node->parts.push_back((this->*part)());
    } while (error_.empty() && take_word(connective));
    return node->parts.size() == 1 ? node->parts.front() : node;
  }
  NodePtr disjunction() { return joined(Node::Kind::Or, "or", &Parser::conjunction); }
  NodePtr conjunction() { return joined(Node::Kind::And, "and", &Parser::negation); }

  NodePtr negation() {
    if (++depth_ > 100) return fail("is nested too deeply");
    NodePtr result;
    if (take_word("not")) {
      auto node = std::make_shared<Node>();
      node->kind = Node::Kind::Not;
      node->parts.push_back(negation());
      result = node;
    } else if (take("(")) {
      result = disjunction();
      if (!take(")")) fail("wants )");
    } else {
      result = comparison();
    }
    --depth_;
    return result;
  }

  NodePtr comparison() {
    const std::string_view field = word();
    if (field.empty() || (field.front() >= '0' && field.front() <= '9')) return fail("wants a field");
    auto node = std::make_shared<Node>();
    node->pointer = "/" + std::string(field);
    std::ranges::replace(node->pointer, '.', '/');
    if (take_word("like")) {
      node->op = Operator::Like;
    } else if (take_word("in")) {
      node->op = Operator::In;
    } else if (take_word("not")) {
      if (!take_word("in")) return fail("wants IN");
      node->op = Operator::NotIn;
    } else if (!take_symbol(node->op)) {
      return fail("wants an operator");
    }
    const bool is_list = node->op == Operator::In || node->op == Operator::NotIn;
    if (is_list && !take("(")) return fail("wants (");
    do {
      node->values.push_back(value());
    } while (error_.empty() && is_list && take(","));
    if (is_list && !take(")")) return fail("wants )");
    return node;
  }

  bool take_symbol(Operator& op) {
    constexpr std::pair<std::string_view, Operator> kSymbols[] = {
        {"!=", Operator::NotEqual},     {"<>", Operator::NotEqual}, {"<=", Operator::LessEqual},
        {">=", Operator::GreaterEqual}, {"=", Operator::Equal},     {"<", Operator::Less},
        {">", Operator::Greater}};
    for (const auto& [symbol, meant] : kSymbols) {
      if (!take(symbol)) continue;
      op = meant;
      return true;
    }
    return false;
  }

  Json value() {
    space();
    if (at_ < text_.size() && text_[at_] == '\'') return quoted();
    const std::size_t from = at_;
    while (at_ < text_.size() &&
           (is_word(text_[at_]) || text_[at_] == '-' || text_[at_] == '+' || text_[at_] == ':')) {
      ++at_;
    }
    const std::string text(text_.substr(from, at_ - from));
    if (lower(text) == "true") return true;
    if (lower(text) == "false") return false;
    if (lower(text) == "null") return nullptr;
    if (const auto number = kernel::parse_json(text); number && number->is_number()) return *number;
    // Dates and times stand without quotes in SOQL.
    if (text.size() >= 10 && text[4] == '-' && text[7] == '-') return text;
    at_ = from;
    fail("wants a value");
    return nullptr;
  }

  Json quoted() {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    if (at_ == text_.size()) {
      fail("wants a closing quote");
      return nullptr;
    }
    ++at_;
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string error_;
};

}  // namespace

kernel::Result<Filter> Filter::parse(std::string_view text) {
  auto root = Parser(text).all();
  if (!root) return std::unexpected(root.error());
  return Filter(std::move(*root));
}

bool Filter::accepts(const Json& payload) const { return holds(*root_, payload); }

}  // namespace emulator::salesforce
