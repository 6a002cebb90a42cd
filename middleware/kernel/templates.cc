#include "middleware/kernel/templates.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>

#include "middleware/kernel/check.h"
#include "middleware/kernel/value.h"

namespace kernel {
namespace {

/// What a hole is called in errors.
std::unexpected<Error> named_error(const ExpressionNode& hole, const Error& error) {
  if (hole.kind == ExpressionNode::Kind::Fault) return std::unexpected(error);
  return invalid("${" + hole.source + "}: " + error.message);
}

Result<NodePtr> placeholder(std::string_view inside) {
  const std::size_t slash = inside.find('/');
  if (slash == std::string_view::npos) {
    return invalid("'${" + std::string(inside) +
                   "}' is not a placeholder (write ${/Field__c} or ${step/field})");
  }
  ExpressionNode node{.kind = ExpressionNode::Kind::Read, .source = std::string(inside)};
  node.name = inside.substr(0, slash);
  node.pointer = inside.substr(slash);
  return std::make_shared<const ExpressionNode>(std::move(node));
}

/// "/Odd name" is a pointer, and "/a and" is half an expression.
bool is_pointer_with_spaces(std::string_view inside) {
  if (!inside.contains('/') || inside.find_first_of("('\"=<>!,") != std::string_view::npos) return false;
  for (const auto word : std::views::split(inside, ' ')) {
    const std::string_view text(word.begin(), word.end());
    if (text == "and" || text == "or" || text == "not" || text == "in") return false;
  }
  return true;
}

/// Reads the hole whose "${" `text` is behind; `length` becomes the length up to its "}".
Result<NodePtr> hole_at(std::string_view text, Language language, std::size_t& length) {
  const std::size_t close = text.find('}');
  const std::string_view inside = text.substr(0, close);
  if (language == Language::Expressions) {
    auto node = parse_expression(text, length);
    if (node && length < text.size() && text[length] == '}') return node;
    if (!is_pointer_with_spaces(inside)) {
      const std::string shown = "'${" + std::string(inside) + "}': ";
      if (!node)
        return std::unexpected(Error{node.error().code, shown + node.error().message, node.error().place});
      return invalid(shown + (length < text.size()
                                  ? "'" + std::string(1, text[length]) + "' is not expected here"
                                  : "'}' is missing"));
    }
  }
  length = close;
  return placeholder(inside);
}

}  // namespace

Result<TextTemplate> TextTemplate::compile(std::string_view text, Language language) {
  TextTemplate result;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t open = rest.find("${");
    if (open != 0) result.parts_.emplace_back(std::string(rest.substr(0, open)));
    if (open == std::string_view::npos) break;
    if (!rest.substr(open).contains('}')) return invalid("'" + std::string(text) + "': '${' without '}'");
    rest.remove_prefix(open + 2);
    std::size_t length = 0;
    auto hole = hole_at(rest, language, length);
    if (!hole) return std::unexpected(hole.error());
    result.parts_.emplace_back(std::move(*hole));
    rest.remove_prefix(length + 1);
  }
  return result;
}

Result<std::string> TextTemplate::filled(const TemplateScope& scope) const {
  std::string out;
  for (const auto& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      out += *literal;
      continue;
    }
    const ExpressionNode& hole = *std::get<Hole>(part);
    const auto value = evaluate(hole, scope);
    if (!value) return named_error(hole, value.error());
    out += value->text_form();
  }
  return out;
}

Result<> TextTemplate::append_filled(std::string& out, const TemplateScope& scope) const {
  if (parts_.size() != 1 || !std::holds_alternative<Hole>(parts_.front())) {
    auto text = filled(scope);
    if (!text) return std::unexpected(text.error());
    append_json_quoted(out, *text);
    return {};
  }
  const ExpressionNode& hole = *std::get<Hole>(parts_.front());
  const auto value = evaluate(hole, scope);
  if (!value) return named_error(hole, value.error());
  if (value->json.is_string()) {
    append_json_quoted(out, value->json.get_ref<const std::string&>());
  } else {
    out += value->json_form();
  }
  return {};
}

std::string TextTemplate::text(const TemplateScope& scope) const {
  auto text = filled(scope);
  CHECK_THAT(text.has_value(), text.error().message);
  return std::move(*text);
}

void TextTemplate::append_json(std::string& out, const TemplateScope& scope) const {
  const auto appended = append_filled(out, scope);
  CHECK_THAT(appended.has_value(), appended.error().message);
}

TextTemplate::Hole TextTemplate::fault(const Error& error) {
  return std::make_shared<const ExpressionNode>(
      ExpressionNode{.kind = ExpressionNode::Kind::Fault, .source = error.message});
}

std::vector<std::string> TextTemplate::names_read() const {
  std::vector<std::string> names;
  for (const auto& part : parts_) {
    if (const auto* hole = std::get_if<Hole>(&part)) add_names_read(**hole, names);
  }
  return names;
}

Result<> JsonTemplate::add(const Json& value, Language language) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.find("${") == std::string::npos) {
      append_json_quoted(text_, text);
      return {};
    }
    auto hole = TextTemplate::compile(text, language);
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
    if (auto added = add(child, language); !added) return added;
  }
  text_ += value.is_object() ? '}' : ']';
  return {};
}

Result<JsonTemplate> JsonTemplate::compile(const Json& value, Language language) {
  JsonTemplate result;
  if (auto added = result.add(value, language); !added) return std::unexpected(added.error());
  return result;
}

Result<std::string> JsonTemplate::filled(const TemplateScope& scope) const {
  std::string out;
  out.reserve(text_.size() + 24 * holes_.size());
  std::size_t done = 0;
  for (const Hole& hole : holes_) {
    out.append(text_, done, hole.at - done);
    done = hole.at;
    if (auto appended = hole.value->append_filled(out, scope); !appended)
      return std::unexpected(appended.error());
  }
  out.append(text_, done);
  return out;
}

std::string JsonTemplate::render(const TemplateScope& scope) const {
  auto text = filled(scope);
  CHECK_THAT(text.has_value(), text.error().message);
  return std::move(*text);
}

std::vector<std::string> JsonTemplate::names_read() const {
  std::vector<std::string> names;
  for (const Hole& hole : holes_) std::ranges::copy(hole.value->names_read(), std::back_inserter(names));
  return names;
}

bool TextTemplate::reads_names() const {
  return std::ranges::any_of(parts_, [](const auto& part) {
    const auto* hole = std::get_if<Hole>(&part);
    return hole != nullptr && kernel::reads_names(**hole);
  });
}

bool TextTemplate::reads_root() const {
  return std::ranges::any_of(parts_, [](const auto& part) {
    const auto* hole = std::get_if<Hole>(&part);
    return hole != nullptr && kernel::reads_root(**hole);
  });
}

TextTemplate TextTemplate::bound(const Json& root, std::string_view root_text) const {
  const TemplateScope scope{.root = &root, .root_text = root_text};
  TextTemplate result;
  for (const auto& part : parts_) {
    const auto* hole = std::get_if<Hole>(&part);
    if (hole == nullptr || !kernel::reads_root(**hole)) {
      result.parts_.push_back(part);
    } else if (kernel::reads_names(**hole)) {
      result.parts_.emplace_back(bound_expression(*hole, scope));
    } else if (const auto value = evaluate(**hole, scope)) {
      result.parts_.emplace_back(value->text_form());
    } else {
      result.parts_.emplace_back(fault(named_error(**hole, value.error()).error()));
    }
  }
  return result;
}

bool JsonTemplate::reads_names() const {
  return std::ranges::any_of(holes_, [](const Hole& hole) { return hole.value->reads_names(); });
}

JsonTemplate JsonTemplate::bound(const Json& root, std::string_view root_text) const {
  const TemplateScope scope{.root = &root, .root_text = root_text};
  JsonTemplate result;
  const auto open = std::ranges::count_if(holes_, [](const Hole& hole) { return hole.value->reads_names(); });
  result.holes_.reserve(static_cast<std::size_t>(open));
  std::size_t done = 0;
  for (const Hole& hole : holes_) {
    result.text_.append(text_, done, hole.at - done);
    done = hole.at;
    if (!hole.value->reads_names()) {
      const std::size_t before = result.text_.size();
      if (const auto appended = hole.value->append_filled(result.text_, scope); !appended) {
        result.text_.resize(before);
        TextTemplate failing;
        failing.parts_.emplace_back(TextTemplate::fault(appended.error()));
        result.holes_.push_back({before, std::make_shared<const TextTemplate>(std::move(failing))});
      }
    } else if (!hole.value->reads_root()) {
      result.holes_.push_back({result.text_.size(), hole.value});
    } else {
      // A text around a named value stays a text: a lone ${name/x} keeps its type, because it has no other
      // part.
      result.holes_.push_back(
          {result.text_.size(), std::make_shared<const TextTemplate>(hole.value->bound(root, root_text))});
    }
  }
  result.text_.append(text_, done);
  result.text_.shrink_to_fit();
  return result;
}

}  // namespace kernel
