#include "middleware/kernel/expression.h"

#include <algorithm>

#include "middleware/kernel/functions.h"
#include "middleware/kernel/value.h"

namespace kernel {
namespace {

using Kind = ExpressionNode::Kind;

/// Under this name stands the text of an answer that holds fractions. No name of a step has a line break.
std::string text_name(std::string_view name) { return "\n" + std::string(name); }

const Json* find_named(const NamedValues* values, std::string_view name) {
  if (values == nullptr) return nullptr;
  const auto found = std::ranges::find(*values, name, &std::pair<std::string, Json>::first);
  return found == values->end() ? nullptr : &found->second;
}

const Json* find_named(const TemplateScope& scope, std::string_view name) {
  const Json* nearer = find_named(scope.nearer, name);
  return nearer != nullptr ? nearer : find_named(scope.named, name);
}

Value read(const ExpressionNode& node, const TemplateScope& scope) {
  const Json* from = node.name.empty() ? scope.root : find_named(scope, node.name);
  const Json* found = from == nullptr ? nullptr : json_at(*from, node.pointer);
  if (found == nullptr) return Value::missing();
  Value value{.json = *found};
  if (!holds_fraction(*found)) return value;
  std::string_view text = node.name.empty() ? scope.root_text : std::string_view{};
  if (!node.name.empty()) {
    const Json* kept = find_named(scope, text_name(node.name));
    if (kept != nullptr) text = kept->get_ref<const std::string&>();
  }
  if (text.empty()) return value;
  if (const auto slice = node.pointer.empty() ? text : json_slice(text, node.pointer)) {
    value.raw = without_spaces(*slice);
  }
  return value;
}

Result<bool> truth(const ExpressionNode& part, const TemplateScope& scope) {
  const auto value = evaluate(part, scope);
  if (!value) return std::unexpected(value.error());
  if (value->json.is_boolean()) return value->json.get<bool>();
  return invalid(part.source + " is " + value->described() + ", and true or false is needed");
}

Result<bool> is_equal(const Value& a, const Value& b) {
  if (a.is_nothing() || b.is_nothing()) return a.is_nothing() == b.is_nothing();
  if (!a.json.is_number() || !b.json.is_number()) return a.json == b.json;
  const auto left = a.decimal();
  if (!left) return std::unexpected(left.error());
  const auto right = b.decimal();
  if (!right) return std::unexpected(right.error());
  return left->compare(*right) == 0;
}

Result<bool> compared(const ExpressionNode& node, const Value& a, const Value& b) {
  if (node.op == "=" || node.op == "!=") {
    const auto equal = is_equal(a, b);
    return equal ? Result<bool>(*equal == (node.op == "=")) : equal;
  }
  int order = 0;
  if (a.json.is_number() && b.json.is_number()) {
    const auto left = a.decimal();
    if (!left) return std::unexpected(left.error());
    const auto right = b.decimal();
    if (!right) return std::unexpected(right.error());
    order = left->compare(*right);
  } else if (a.json.is_string() && b.json.is_string()) {
    order = a.json.get_ref<const std::string&>().compare(b.json.get_ref<const std::string&>());
  } else {
    return invalid(node.parts[0]->source + " is " + a.described() + " and " + node.parts[1]->source + " is " +
                   b.described() + ": only two numbers or two texts have an order");
  }
  if (node.op == "<") return order < 0;
  if (node.op == "<=") return order <= 0;
  return node.op == ">" ? order > 0 : order >= 0;
}

Result<bool> is_in(const ExpressionNode& node, const TemplateScope& scope) {
  const auto wanted = evaluate(*node.parts[0], scope);
  if (!wanted) return std::unexpected(wanted.error());
  for (std::size_t i = 1; i < node.parts.size(); ++i) {
    const auto one = evaluate(*node.parts[i], scope);
    if (!one) return std::unexpected(one.error());
    const auto equal = is_equal(*wanted, *one);
    if (!equal || *equal) return equal;
  }
  return false;
}

Result<bool> logic(const ExpressionNode& node, const TemplateScope& scope) {
  if (node.kind == Kind::In) return is_in(node, scope);
  if (node.kind == Kind::Compare) {
    const auto left = evaluate(*node.parts[0], scope);
    if (!left) return std::unexpected(left.error());
    const auto right = evaluate(*node.parts[1], scope);
    if (!right) return std::unexpected(right.error());
    return compared(node, *left, *right);
  }
  const auto first = truth(*node.parts[0], scope);
  if (!first) return first;
  if (node.kind == Kind::Not) return !*first;
  if (*first == (node.kind == Kind::Or)) return first;
  return truth(*node.parts[1], scope);
}

Result<Value> called(const ExpressionNode& node, const TemplateScope& scope) {
  std::vector<Value> values;
  for (const NodePtr& part : node.parts) {
    auto value = evaluate(*part, scope);
    if (!value) return value;
    values.push_back(std::move(*value));
  }
  Arguments arguments(node.parts, std::move(values));
  Value result = node.function->apply(arguments);
  if (arguments.failure()) return invalid(std::string(node.function->name) + ": " + *arguments.failure());
  return result;
}

Result<Value> first_something(const ExpressionNode& node, const TemplateScope& scope) {
  for (const NodePtr& part : node.parts) {
    auto value = evaluate(*part, scope);
    if (!value || !value->is_nothing()) return value;
  }
  return Value{};
}

}  // namespace

Result<Value> evaluate(const ExpressionNode& node, const TemplateScope& scope) {
  switch (node.kind) {
    case Kind::Literal:
      return node.literal;
    case Kind::Read:
      return read(node, scope);
    case Kind::Call:
      return called(node, scope);
    case Kind::Default:
      return first_something(node, scope);
    case Kind::If: {
      const auto chosen = truth(*node.parts[0], scope);
      if (!chosen) return std::unexpected(chosen.error());
      return evaluate(*node.parts[*chosen ? 1 : 2], scope);
    }
    case Kind::Exists: {
      const auto value = evaluate(*node.parts[0], scope);
      if (!value) return value;
      return Value{.json = !value->is_nothing()};
    }
    case Kind::And:
    case Kind::Or:
    case Kind::Not:
    case Kind::Compare:
    case Kind::In: {
      const auto holds = logic(node, scope);
      if (!holds) return std::unexpected(holds.error());
      return Value{.json = *holds};
    }
    case Kind::Fault:
      break;
  }
  return invalid(node.source);
}

void add_named(NamedValues& values, std::string name, std::string_view text) {
  auto json = parse_json(text);
  if (json && holds_fraction(*json)) values.emplace_back(text_name(name), Json(std::string(text)));
  values.emplace_back(std::move(name), json ? std::move(*json) : Json{});
}

void copy_named(NamedValues& to, const NamedValues& from, const std::vector<std::string>& names) {
  for (const auto& [name, value] : from) {
    const bool is_wanted = std::ranges::any_of(
        names, [&n = name](const std::string& wanted) { return n == wanted || n == text_name(wanted); });
    if (is_wanted) to.emplace_back(name, value);
  }
}

bool is_plain_read(const ExpressionNode& node) { return node.kind == Kind::Read; }

void add_names_read(const ExpressionNode& node, std::vector<std::string>& names) {
  if (node.kind == Kind::Read && !node.name.empty()) names.push_back(node.name);
  for (const NodePtr& part : node.parts) add_names_read(*part, names);
}

bool reads_root(const ExpressionNode& node) {
  if (node.kind == Kind::Read && node.name.empty()) return true;
  return std::ranges::any_of(node.parts, [](const NodePtr& part) { return reads_root(*part); });
}

bool reads_names(const ExpressionNode& node) {
  if (node.kind == Kind::Read && !node.name.empty()) return true;
  return std::ranges::any_of(node.parts, [](const NodePtr& part) { return reads_names(*part); });
}

NodePtr bound_expression(const NodePtr& node, const TemplateScope& scope) {
  if (!reads_root(*node)) return node;
  ExpressionNode bound = *node;
  if (node->kind == Kind::Read) {
    bound.kind = Kind::Literal;
    bound.literal = read(*node, scope);
  }
  for (NodePtr& part : bound.parts) part = bound_expression(part, scope);
  return std::make_shared<const ExpressionNode>(std::move(bound));
}

Result<Expression> Expression::compile(std::string_view text) {
  if (text.starts_with("${") && text.ends_with('}')) text = text.substr(2, text.size() - 3);
  Expression expression;
  auto node = parse_expression(text);
  if (!node) return std::unexpected(node.error());
  expression.text_ = text;
  expression.node_ = std::move(*node);
  return expression;
}

Result<bool> Expression::holds(const TemplateScope& scope) const {
  auto holds = truth(*node_, scope);
  if (!holds) holds.error().message = text_ + ": " + holds.error().message;
  return holds;
}

Result<std::string> Expression::json(const TemplateScope& scope) const {
  const auto value = evaluate(*node_, scope);
  if (!value) return invalid(text_ + ": " + value.error().message);
  return value->json_form();
}

std::vector<std::string> Expression::names_read() const {
  std::vector<std::string> names;
  add_names_read(*node_, names);
  return names;
}

}  // namespace kernel
