#include "mocks/imports/yaml_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mocks::imports {
namespace {

using kernel::Json;

constexpr std::size_t kLineMax = 110;
constexpr std::size_t kIndent = 2;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A text that stands without quotes: a word, a path, a JSONPath without brackets.
bool is_plain(const std::string& text) {
  constexpr std::string_view kInside = "_-./$";
  constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  if (text.empty() || !(is_letter(text[0]) || text[0] == '/' || text[0] == '_' || text[0] == '$'))
    return false;
  const bool is_word = std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || kInside.find(c) != std::string_view::npos;
  });
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return is_word && std::ranges::find(kWords, lower) == std::end(kWords);
}

std::string text_of(const std::string& text) {
  if (is_plain(text)) return text;
  std::string quoted;
  for (const char c : kernel::json_quoted(text)) {
    if (c == 0x7f) {
      quoted += "\\x7f";  // JSON leaves it as it is, YAML does not have it
    } else {
      quoted += c;
    }
  }
  return quoted;
}

std::string flow(const Json& value) {
  std::string text;
  if (value.is_string()) return text_of(value.get_ref<const std::string&>());
  if (value.is_object()) {
    for (const auto& [key, member] : value.items())
      text += (text.empty() ? "" : ", ") + text_of(key) + ": " + flow(member);
    return "{" + text + "}";
  }
  if (value.is_array()) {
    for (const Json& item : value) text += (text.empty() ? "" : ", ") + flow(item);
    return "[" + text + "]";
  }
  return kernel::json_text(value);
}

class Writer {
 public:
  /// The value behind "key:" or "-", which stand in the current line already.
  void value(const Json& value, std::size_t indent, bool is_item) {
    const std::string line = flow(value);
    const bool is_short = indent > kIndent && indent + line.size() <= kLineMax;  // the first level is blocks
    if (!value.is_structured() || value.empty() || is_short) {
      out_ += " " + line + "\n";
      return;
    }
    if (is_item) {
      out_ += ' ';
    } else {
      out_ += '\n';
    }
    block(value, indent, is_item);
  }

  /// `is_begun`: the first line's indentation stands there.
  void block(const Json& value, std::size_t indent, bool is_begun) {
    const auto begin_line = [&] {
      if (!is_begun) out_.append(indent, ' ');
      is_begun = false;
    };
    if (value.is_array()) {
      for (const Json& item : value) {
        begin_line();
        out_ += '-';
        this->value(item, indent + kIndent, true);
      }
      return;
    }
    for (const auto& [key, member] : value.items()) {
      begin_line();
      out_ += text_of(key) + ":";
      this->value(member, indent + kIndent, false);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string yaml_text(const Json& value) {
  if (!value.is_structured() || value.empty()) return flow(value) + "\n";
  Writer writer;
  writer.block(value, 0, false);
  return writer.take();
}

}  // namespace mocks::imports
