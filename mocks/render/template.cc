#include "mocks/render/template.h"

#include <nlohmann/json.hpp>

#include "mocks/render/evaluate.h"

namespace mocks::render {
namespace {

std::unexpected<kernel::Error> at_column(const Wrong& wrong) {
  return kernel::invalid("column " + std::to_string(wrong.column) + ": " + wrong.message);
}

}  // namespace

kernel::Result<Template> Template::compile(std::string_view text, Escape escape) {
  try {
    Template result;
    result.nodes_ = std::make_shared<const std::vector<Node>>(Parser(text).parse());
    result.escape_ = escape;
    return result;
  } catch (const Wrong& wrong) {
    return at_column(wrong);
  }
}

Template Template::literal(std::string text) {
  Template result;
  result.nodes_ = std::make_shared<const std::vector<Node>>(
      std::vector<Node>{{.kind = Node::Kind::Text, .text = std::move(text)}});
  return result;
}

bool Template::is_one_expression() const {
  return nodes_ != nullptr && nodes_->size() == 1 && nodes_->front().kind == Node::Kind::Output;
}

bool Template::is_literal() const {
  return nodes_ == nullptr || nodes_->empty() ||
         (nodes_->size() == 1 && nodes_->front().kind == Node::Kind::Text);
}

kernel::Result<std::string> Template::text(Scope& scope) const {
  std::string out;
  if (nodes_ == nullptr) return out;
  try {
    Evaluation(scope, escape_).append(*nodes_, out);
  } catch (const Wrong& wrong) {
    return at_column(wrong);
  }
  return out;
}

kernel::Result<kernel::Json> Template::value(Scope& scope) const {
  if (!is_one_expression()) {
    auto as_text = text(scope);
    if (!as_text) return std::unexpected(as_text.error());
    return kernel::Json(std::move(*as_text));
  }
  try {
    return Evaluation(scope, escape_).value(nodes_->front().expression);
  } catch (const Wrong& wrong) {
    return at_column(wrong);
  }
}

kernel::Result<JsonBody> JsonBody::compile(const kernel::Json& value, bool is_templated) {
  JsonBody body;
  if (auto added = body.add(value, is_templated, ""); !added) return std::unexpected(added.error());
  return body;
}

void JsonBody::append(std::string_view text) {
  if (parts_.empty() || !std::holds_alternative<std::string>(parts_.back()))
    parts_.emplace_back(std::string{});
  std::get<std::string>(parts_.back()) += text;
}

kernel::Result<> JsonBody::add(const kernel::Json& value, bool is_templated, const std::string& pointer) {
  if (value.is_string() && is_templated &&
      value.get_ref<const std::string&>().find("{{") != std::string::npos) {
    auto compiled = Template::compile(value.get_ref<const std::string&>());
    if (!compiled) return kernel::invalid(pointer + ", " + compiled.error().message);
    parts_.emplace_back(Hole{std::move(*compiled), pointer});
    return {};
  }
  if (!value.is_structured()) {
    append(kernel::json_text(value));
    return {};
  }
  append(value.is_object() ? "{" : "[");
  std::size_t index = 0;
  for (auto item = value.begin(); item != value.end(); ++item, ++index) {
    if (index > 0) append(",");
    if (value.is_object()) append(kernel::json_quoted(item.key()) + ":");
    const std::string name = value.is_object() ? item.key() : std::to_string(index);
    if (auto added = add(*item, is_templated, pointer + "/" + name); !added) return added;
  }
  append(value.is_object() ? "}" : "]");
  return {};
}

kernel::Result<std::string> JsonBody::text(Scope& scope) const {
  std::string out;
  for (const auto& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      out += *literal;
      continue;
    }
    const Hole& hole = std::get<Hole>(part);
    const auto value = hole.value.value(scope);
    if (!value) return kernel::invalid(hole.pointer + ", " + value.error().message);
    out += kernel::json_text(*value);
  }
  return out;
}

}  // namespace mocks::render
