#include "middleware/kernel/templates.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kernel {
namespace {

using Parts = std::vector<std::variant<std::string, TextTemplate>>;

void add_text(Parts& parts, std::string_view text) {
  if (parts.empty() || !std::holds_alternative<std::string>(parts.back())) parts.emplace_back(std::string{});
  std::get<std::string>(parts.back()) += text;
}

Result<> add_value(Parts& parts, const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.find("${") == std::string::npos) {
      add_text(parts, json_quoted(text));
      return {};
    }
    auto hole = TextTemplate::compile(text);
    if (!hole) return std::unexpected(hole.error());
    parts.emplace_back(std::move(*hole));
    return {};
  }
  if (!value.is_structured()) {
    add_text(parts, json_text(value));
    return {};
  }
  add_text(parts, value.is_object() ? "{" : "[");
  bool first = true;
  for (const auto& [key, child] : value.items()) {
    if (!first) add_text(parts, ",");
    first = false;
    if (value.is_object()) add_text(parts, json_quoted(key) + ":");
    if (auto added = add_value(parts, child); !added) return added;
  }
  add_text(parts, value.is_object() ? "}" : "]");
  return {};
}

}  // namespace

Result<TextTemplate> TextTemplate::compile(std::string_view text) {
  TextTemplate result;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t open = rest.find("${");
    if (open != 0) result.parts_.emplace_back(std::string(rest.substr(0, open)));
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) return invalid("'" + std::string(text) + "': '${' without '}'");
    const std::string_view inside = rest.substr(open + 2, close - open - 2);
    const std::size_t slash = inside.find('/');
    if (slash == std::string_view::npos) {
      return invalid("'${" + std::string(inside) +
                     "}' is not a placeholder (write ${/Field__c} or ${step/field})");
    }
    result.parts_.emplace_back(
        Placeholder{std::string(inside.substr(0, slash)), std::string(inside.substr(slash))});
    rest.remove_prefix(close + 1);
  }
  return result;
}

const Json* TextTemplate::find(const Placeholder& placeholder, const TemplateScope& scope) {
  if (placeholder.name.empty())
    return scope.root == nullptr ? nullptr : json_at(*scope.root, placeholder.pointer);
  if (scope.named == nullptr) return nullptr;
  for (const auto& [name, response] : *scope.named) {
    if (name == placeholder.name) return json_at(response, placeholder.pointer);
  }
  return nullptr;
}

std::string TextTemplate::text(const TemplateScope& scope) const {
  std::string out;
  for (const auto& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      out += *literal;
    } else if (const Json* value = find(std::get<Placeholder>(part), scope);
               value != nullptr && !value->is_null()) {
      out += value->is_string() ? value->get_ref<const std::string&>() : json_text(*value);
    }
  }
  return out;
}

void TextTemplate::append_json(std::string& out, const TemplateScope& scope) const {
  if (parts_.size() != 1 || !std::holds_alternative<Placeholder>(parts_.front())) {
    return append_json_quoted(out, text(scope));
  }
  const Json* value = find(std::get<Placeholder>(parts_.front()), scope);
  if (value == nullptr) {
    out += "null";
  } else if (value->is_string()) {
    append_json_quoted(out, value->get_ref<const std::string&>());
  } else {
    out += json_text(*value);
  }
}

std::vector<std::string> TextTemplate::names_read() const {
  std::vector<std::string> names;
  for (const auto& part : parts_) {
    if (const auto* hole = std::get_if<Placeholder>(&part); hole != nullptr && !hole->name.empty()) {
      names.push_back(hole->name);
    }
  }
  return names;
}

Result<JsonTemplate> JsonTemplate::compile(const Json& value) {
  JsonTemplate result;
  if (auto added = add_value(result.parts_, value); !added) return std::unexpected(added.error());
  return result;
}

std::string JsonTemplate::render(const TemplateScope& scope) const {
  std::string out;
  for (const auto& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      out += *literal;
    } else {
      std::get<TextTemplate>(part).append_json(out, scope);
    }
  }
  return out;
}

std::vector<std::string> JsonTemplate::names_read() const {
  std::vector<std::string> names;
  for (const auto& part : parts_) {
    if (const auto* hole = std::get_if<TextTemplate>(&part))
      std::ranges::copy(hole->names_read(), std::back_inserter(names));
  }
  return names;
}

bool TextTemplate::reads_names() const {
  return std::ranges::any_of(parts_, [](const auto& part) {
    const auto* hole = std::get_if<Placeholder>(&part);
    return hole != nullptr && !hole->name.empty();
  });
}

TextTemplate TextTemplate::bound(const Json& root) const {
  const TemplateScope scope{.root = &root};
  TextTemplate result;
  for (const auto& part : parts_) {
    const auto* hole = std::get_if<Placeholder>(&part);
    if (hole == nullptr || !hole->name.empty()) {
      result.parts_.push_back(part);
      continue;
    }
    TextTemplate one;
    one.parts_.push_back(*hole);
    result.parts_.emplace_back(one.text(scope));
  }
  return result;
}

bool JsonTemplate::reads_names() const {
  return std::ranges::any_of(parts_, [](const auto& part) {
    const auto* hole = std::get_if<TextTemplate>(&part);
    return hole != nullptr && hole->reads_names();
  });
}

JsonTemplate JsonTemplate::bound(const Json& root) const {
  const TemplateScope scope{.root = &root};
  JsonTemplate result;
  std::string text;
  for (const auto& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      text += *literal;
    } else if (const auto& hole = std::get<TextTemplate>(part); !hole.reads_names()) {
      hole.append_json(text, scope);
    } else {
      result.parts_.emplace_back(std::exchange(text, {}));
      // A text around a named value stays a text: a lone ${name/x} keeps its type, because it has no other
      // part.
      result.parts_.emplace_back(hole.bound(root));
    }
  }
  text.shrink_to_fit();
  if (!text.empty()) result.parts_.emplace_back(std::move(text));
  result.parts_.shrink_to_fit();
  return result;
}

}  // namespace kernel
