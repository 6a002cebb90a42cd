#include "mocks/jsonpath/evaluate.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mocks/jsonpath/path.h"

namespace mocks::jsonpath {
namespace {

using kernel::Json;

std::int64_t bounded(std::int64_t index, std::int64_t length, std::int64_t low, std::int64_t high) {
  return std::clamp(index >= 0 ? index : length + index, low, high);
}

// RFC 9535, 2.3.4.2.2.
void slice(const Selector& selector, const Json& node, Nodes& out) {
  const auto length = static_cast<std::int64_t>(node.size());
  const std::int64_t step = selector.step;
  if (step > 0) {
    const std::int64_t last = bounded(selector.end.value_or(length), length, 0, length);
    for (std::int64_t i = bounded(selector.start.value_or(0), length, 0, length); i < last; i += step)
      out.push_back(&node[static_cast<std::size_t>(i)]);
  } else if (step < 0) {
    const std::int64_t last = selector.end ? bounded(*selector.end, length, -1, length - 1) : -1;
    for (std::int64_t i = bounded(selector.start.value_or(length - 1), length, -1, length - 1); i > last;
         i += step)
      out.push_back(&node[static_cast<std::size_t>(i)]);
  }
}

std::int64_t characters(const std::string& text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

bool is_less(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return a < b;
  if (a.is_string() && b.is_string())
    return a.get_ref<const std::string&>() < b.get_ref<const std::string&>();
  return false;
}

}  // namespace

/// A value, or Nothing (null pointer). What a function computed is `own`.
struct Evaluation::Operand {
  const Json* node = nullptr;
  std::shared_ptr<const Json> own{};
  const Json* get() const { return own ? own.get() : node; }
};

Nodes Evaluation::select(const Query& query, const Json& current) const {
  Nodes nodes{query.is_absolute ? &root_ : &current};
  for (const Segment& segment : query.segments) {
    Nodes next;
    for (const Json* node : nodes)
      segment.is_descendant ? descend(segment, *node, next) : apply(segment, *node, next);
    nodes = std::move(next);
  }
  return nodes;
}

void Evaluation::apply(const Segment& segment, const Json& node, Nodes& out) const {
  for (const Selector& selector : segment.selectors) select_by(selector, node, out);
}

void Evaluation::descend(const Segment& segment, const Json& node, Nodes& out) const {
  apply(segment, node, out);
  if (!node.is_structured()) return;
  for (const Json& child : node) descend(segment, child, out);
}

void Evaluation::select_by(const Selector& selector, const Json& node, Nodes& out) const {
  switch (selector.kind) {
    case Selector::Kind::Name:
      if (node.is_object()) {
        if (const auto found = node.find(selector.name); found != node.end()) out.push_back(&*found);
      }
      return;
    case Selector::Kind::Wildcard:
    case Selector::Kind::Filter:
      if (!node.is_structured()) return;
      for (const Json& child : node) {
        if (selector.kind == Selector::Kind::Wildcard || holds(*selector.filter, child))
          out.push_back(&child);
      }
      return;
    case Selector::Kind::Index: {
      if (!node.is_array()) return;
      const auto length = static_cast<std::int64_t>(node.size());
      const std::int64_t index = selector.index >= 0 ? selector.index : length + selector.index;
      if (index >= 0 && index < length) out.push_back(&node[static_cast<std::size_t>(index)]);
      return;
    }
    case Selector::Kind::Slice:
      if (node.is_array()) slice(selector, node, out);
      return;
  }
}

bool Evaluation::holds(const Expression& test, const Json& current) const {
  switch (test.kind) {
    case Expression::Kind::Or:
      return holds(test.parts[0], current) || holds(test.parts[1], current);
    case Expression::Kind::And:
      return holds(test.parts[0], current) && holds(test.parts[1], current);
    case Expression::Kind::Not:
      return !holds(test.parts[0], current);
    case Expression::Kind::Compare:
      return compare(test, current);
    case Expression::Kind::Query:
      return !select(test.query, current).empty();
    case Expression::Kind::Call:
      return matches(test, current);
    case Expression::Kind::Literal:
      return false;  // the parser lets none through
  }
  return false;
}

Evaluation::Operand Evaluation::value_of(const Expression& expression, const Json& current) const {
  if (expression.kind == Expression::Kind::Literal) return {.node = expression.literal.get()};
  if (expression.kind == Expression::Kind::Query) {
    const Nodes nodes = select(expression.query, current);
    return {.node = nodes.empty() ? nullptr : nodes.front()};
  }
  const Expression& argument = expression.parts[0];
  if (expression.function == Function::Length) {
    const Operand of = value_of(argument, current);
    const Json* value = of.get();
    if (value == nullptr || (!value->is_string() && !value->is_structured())) return {};
    const std::int64_t length = value->is_string() ? characters(value->get_ref<const std::string&>())
                                                   : static_cast<std::int64_t>(value->size());
    return {.own = std::make_shared<const Json>(length)};
  }
  const Nodes nodes = select(argument.query, current);
  if (expression.function == Function::Count) return {.own = std::make_shared<const Json>(nodes.size())};
  return {.node = nodes.size() == 1 ? nodes.front() : nullptr};
}

bool Evaluation::compare(const Expression& expression, const Json& current) const {
  const Operand left = value_of(expression.parts[0], current);
  const Operand right = value_of(expression.parts[1], current);
  const Json* a = left.get();
  const Json* b = right.get();
  const bool are_both = a != nullptr && b != nullptr;
  const auto equal = [&] { return are_both ? same_value(*a, *b) : a == b; };
  switch (expression.comparison) {
    case Comparison::Equal:
      return equal();
    case Comparison::NotEqual:
      return !equal();
    case Comparison::Less:
      return are_both && is_less(*a, *b);
    case Comparison::LessOrEqual:
      return (are_both && is_less(*a, *b)) || equal();
    case Comparison::Greater:
      return are_both && is_less(*b, *a);
    case Comparison::GreaterOrEqual:
      return (are_both && is_less(*b, *a)) || equal();
  }
  return false;
}

bool Evaluation::matches(const Expression& call, const Json& current) const {
  const Operand subject = value_of(call.parts[0], current);
  const Json* text = subject.get();
  if (text == nullptr || !text->is_string()) return false;
  std::optional<Pattern> pattern = call.pattern;
  if (!pattern) {
    const Operand wanted = value_of(call.parts[1], current);
    if (wanted.get() == nullptr || !wanted.get()->is_string()) return false;
    auto compiled = Pattern::compile_i_regexp(wanted.get()->get_ref<const std::string&>());
    if (!compiled) return false;
    pattern = std::move(*compiled);
  }
  const std::string& value = text->get_ref<const std::string&>();
  return call.function == Function::Match ? pattern->matches_whole(value) : pattern->is_found_in(value);
}

}  // namespace mocks::jsonpath
