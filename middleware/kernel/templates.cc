#include "middleware/kernel/templates.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kernel {
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
    result.parts_.emplace_back(std::make_shared<const Placeholder>(std::string(inside.substr(0, slash)),
                                                                   std::string(inside.substr(slash))));
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
    } else if (const Json* value = find(*std::get<Hole>(part), scope);
               value != nullptr && !value->is_null()) {
      out += value->is_string() ? value->get_ref<const std::string&>() : json_text(*value);
    }
  }
  return out;
}

void TextTemplate::append_json(std::string& out, const TemplateScope& scope) const {
  if (parts_.size() != 1 || !std::holds_alternative<Hole>(parts_.front())) {
    return append_json_quoted(out, text(scope));
  }
  const Json* value = find(*std::get<Hole>(parts_.front()), scope);
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
    if (const auto* hole = std::get_if<Hole>(&part); hole != nullptr && !(*hole)->name.empty()) {
      names.push_back((*hole)->name);
    }
  }
  return names;
}

Result<> JsonTemplate::add(const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.find("${") == std::string::npos) {
      append_json_quoted(text_, text);
      return {};
    }
    auto hole = TextTemplate::compile(text);
    if (!hole) return std::unexpected(hole.error());
    holes_.push_back({text_.size(), std::make_shared<const TextTemplate>(std::move(*hole))});
    return {};
  }
  if (!value.is_structured()) {
    text_ += json_text(value);
    return {};
  }
  text_ += value.is_object() ? '{' : '[';
  bool first = true;
  for (const auto& [key, child] : value.items()) {
    if (!first) text_ += ',';
    first = false;
    if (value.is_object()) {
      append_json_quoted(text_, key);
      text_ += ':';
    }
    if (auto added = add(child); !added) return added;
  }
  text_ += value.is_object() ? '}' : ']';
  return {};
}

Result<JsonTemplate> JsonTemplate::compile(const Json& value) {
  JsonTemplate result;
  if (auto added = result.add(value); !added) return std::unexpected(added.error());
  return result;
}

std::string JsonTemplate::render(const TemplateScope& scope) const {
  std::string out;
  out.reserve(text_.size() + 24 * holes_.size());
  std::size_t done = 0;
  for (const Hole& hole : holes_) {
    out.append(text_, done, hole.at - done);
    done = hole.at;
    hole.value->append_json(out, scope);
  }
  return out.append(text_, done);
}

std::vector<std::string> JsonTemplate::names_read() const {
  std::vector<std::string> names;
  for (const Hole& hole : holes_) std::ranges::copy(hole.value->names_read(), std::back_inserter(names));
  return names;
}

bool TextTemplate::reads_names() const {
  return std::ranges::any_of(parts_, [](const auto& part) {
    const auto* hole = std::get_if<Hole>(&part);
    return hole != nullptr && !(*hole)->name.empty();
  });
}

bool TextTemplate::reads_root() const {
  return std::ranges::any_of(parts_, [](const auto& part) {
    const auto* hole = std::get_if<Hole>(&part);
    return hole != nullptr && (*hole)->name.empty();
  });
}

TextTemplate TextTemplate::bound(const Json& root) const {
  const TemplateScope scope{.root = &root};
  TextTemplate result;
  for (const auto& part : parts_) {
    const auto* hole = std::get_if<Hole>(&part);
    if (hole == nullptr || !(*hole)->name.empty()) {
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
  return std::ranges::any_of(holes_, [](const Hole& hole) { return hole.value->reads_names(); });
}

JsonTemplate JsonTemplate::bound(const Json& root) const {
  const TemplateScope scope{.root = &root};
  JsonTemplate result;
  const auto open = std::ranges::count_if(holes_, [](const Hole& hole) { return hole.value->reads_names(); });
  result.holes_.reserve(static_cast<std::size_t>(open));
  std::size_t done = 0;
  for (const Hole& hole : holes_) {
    result.text_.append(text_, done, hole.at - done);
    done = hole.at;
    if (!hole.value->reads_names()) {
      hole.value->append_json(result.text_, scope);
    } else if (!hole.value->reads_root()) {
      result.holes_.push_back({result.text_.size(), hole.value});
    } else {
      // A text around a named value stays a text: a lone ${name/x} keeps its type, because it has no other
      // part.
      result.holes_.push_back(
          {result.text_.size(), std::make_shared<const TextTemplate>(hole.value->bound(root))});
    }
  }
  result.text_.append(text_, done);
  result.text_.shrink_to_fit();
  return result;
}

}  // namespace kernel
