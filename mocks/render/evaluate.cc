#include "mocks/render/evaluate.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mocks::render {
namespace {

using kernel::Json;

bool is_true(const std::optional<Json>& value) {
  if (!value || value->is_null()) return false;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_number()) return value->get<double>() != 0;
  if (value->is_string()) return !value->get_ref<const std::string&>().empty();
  return !value->empty();
}

const Json* step(const Json& value, const std::string& name) {
  if (value.is_object()) {
    const auto found = value.find(name);
    return found == value.end() ? nullptr : &*found;
  }
  if (!value.is_array() || name.empty() || name.size() > 9 ||
      name.find_first_not_of("0123456789") != std::string::npos)
    return nullptr;
  const auto index = static_cast<std::size_t>(std::stoul(name));
  return index < value.size() ? &value[index] : nullptr;
}

std::string joined(const Path& path) {
  std::string text;
  for (const std::string& part : path) text += (text.empty() ? "" : ".") + part;
  return text;
}

}  // namespace

bool is_helper(std::string_view name) {
  return name == "default" || name == "and" || name == "or" || name == "not" || find_helper(name) != nullptr;
}

std::string shown(const Json& value) {
  return value.is_string() ? value.get<std::string>() : kernel::json_text(value);
}

Evaluation::Evaluation(Scope& scope, Escape escape) : scope_(scope), escape_(escape) {}
Evaluation::~Evaluation() = default;

std::optional<Json> Evaluation::find(const Path& path) {
  const auto local =
      std::ranges::find(locals_.rbegin(), locals_.rend(), path[0], &std::pair<std::string, Json>::first);
  if (local == locals_.rend()) return scope_.find(path);
  const Json* value = &local->second;
  for (std::size_t i = 1; i < path.size() && value != nullptr; ++i) value = step(*value, path[i]);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<Json> Evaluation::maybe(const Expression& expression) {
  if (expression.kind == Expression::Kind::Path) return find(expression.path);
  const bool looks_up = expression.helper == "jsonPath" || expression.helper == "formData" ||
                        expression.helper == "regexExtract" || expression.helper == "earlierBody";
  if (expression.kind == Expression::Kind::Call && looks_up) {
    // That nothing is found is what `default` is for.
    try {
      return value(expression);
    } catch (const Wrong&) {
      return std::nullopt;
    }
  }
  return value(expression);
}

Json Evaluation::value(const Expression& expression) {
  switch (expression.kind) {
    case Expression::Kind::Literal:
      return *expression.literal;
    case Expression::Kind::Path: {
      auto found = find(expression.path);
      if (!found) throw Wrong{expression.column, "there is no " + joined(expression.path)};
      return std::move(*found);
    }
    case Expression::Kind::Call:
      return call(expression);
  }
  return nullptr;
}

Json Evaluation::call(const Expression& expression) {
  const std::vector<Expression>& parts = expression.arguments;
  if (expression.helper == "default") {
    if (parts.size() != 2) throw Wrong{expression.column, "default wants a value and what stands in for it"};
    auto found = maybe(parts[0]);
    return found && !found->is_null() ? std::move(*found) : value(parts[1]);
  }
  if (expression.helper == "and" || expression.helper == "or") {
    const auto holds = [this](const Expression& part) { return is_true(maybe(part)); };
    return expression.helper == "and" ? std::ranges::all_of(parts, holds) : std::ranges::any_of(parts, holds);
  }
  if (expression.helper == "not") {
    if (parts.size() != 1) throw Wrong{expression.column, "not wants one value"};
    return !is_true(maybe(parts[0]));
  }
  std::vector<Json> values;
  for (const Expression& part : parts) values.push_back(value(part));
  std::vector<std::pair<std::string, Json>> named;
  for (const auto& [name, part] : expression.named) named.emplace_back(name, value(part));
  return find_helper(expression.helper)(Arguments(expression, std::move(values), std::move(named)), scope_);
}

void Evaluation::append(const std::vector<Node>& nodes, std::string& out) {
  for (const Node& node : nodes) {
    if (node.kind == Node::Kind::Text) {
      out += node.text;
    } else if (node.kind == Node::Kind::Output) {
      const std::string text = shown(value(node.expression));
      if (node.is_raw || escape_ == Escape::None) {
        out += text;
      } else {
        const std::string quoted = kernel::json_quoted(text);
        out.append(quoted, 1, quoted.size() - 2);
      }
    } else {
      append_block(node, out);
    }
  }
}

void Evaluation::append_block(const Node& node, std::string& out) {
  if (node.kind == Node::Kind::Each) return each(node, out);
  auto found = maybe(node.expression);
  if (node.kind == Node::Kind::With) {
    if (!found) return append(node.otherwise, out);
    locals_.emplace_back("this", std::move(*found));
    append(node.body, out);
    locals_.pop_back();
    return;
  }
  const bool is_chosen = is_true(found) == (node.kind == Node::Kind::If);
  append(is_chosen ? node.body : node.otherwise, out);
}

void Evaluation::each(const Node& node, std::string& out) {
  const auto found = maybe(node.expression);
  if (!found || !found->is_structured() || found->empty()) return append(node.otherwise, out);
  std::size_t index = 0;
  for (auto item = found->begin(); item != found->end(); ++item, ++index) {
    const std::size_t before = locals_.size();
    locals_.emplace_back("this", *item);
    locals_.emplace_back("@index", index);
    locals_.emplace_back("@first", index == 0);
    locals_.emplace_back("@last", index + 1 == found->size());
    if (found->is_object()) locals_.emplace_back("@key", item.key());
    append(node.body, out);
    locals_.resize(before);
  }
}

Arguments::Arguments(const Expression& call, std::vector<Json> values,
                     std::vector<std::pair<std::string, Json>> named)
    : call_(call), values_(std::move(values)), named_(std::move(named)) {}

Arguments::~Arguments() = default;
std::size_t Arguments::count() const { return values_.size(); }

void Arguments::refuse(const std::string& why) const { throw Wrong{call_.column, call_.helper + ": " + why}; }

const Json& Arguments::at(std::size_t index) const {
  if (index >= values_.size()) refuse("argument " + std::to_string(index + 1) + " is missing");
  return values_[index];
}
std::string Arguments::text(std::size_t index) const { return shown(at(index)); }
double Arguments::number(std::size_t index) const {
  const Json& value = at(index);
  if (value.is_number()) return value.get<double>();
  const auto parsed = kernel::parse_json(shown(value));
  if (!parsed || !parsed->is_number()) refuse("'" + shown(value) + "' is no number");
  return parsed->get<double>();
}
const Json* Arguments::named(std::string_view name) const {
  const auto found =
      std::ranges::find(named_, name, [](const auto& pair) { return std::string_view(pair.first); });
  return found == named_.end() ? nullptr : &found->second;
}
std::string Arguments::text(std::string_view name, const std::string& otherwise) const {
  const Json* value = named(name);
  return value == nullptr ? otherwise : shown(*value);
}
double Arguments::number(std::string_view name, double otherwise) const {
  const Json* value = named(name);
  if (value == nullptr) return otherwise;
  if (!value->is_number()) refuse("'" + std::string(name) + "' wants a number");
  return value->get<double>();
}
bool Arguments::flag(std::string_view name) const {
  const Json* value = named(name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

}  // namespace mocks::render
