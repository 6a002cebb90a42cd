#include "mocks/imports/jayway_path.h"

#include <functional>
#include <optional>

#include "mocks/jsonpath/path.h"

namespace mocks::imports {
namespace {

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// The end of the text in quotes that begins at `at`, behind its quote.
std::size_t after_quoted(const std::string& text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size() && text[at] != quote; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

/// What stands outside of quotes goes through `change`: it appends what stands for the text at `at`, and says
/// where that text ends.
std::string outside_quotes(const std::string& text,
                           const std::function<std::size_t(std::string& out, std::size_t at)>& change) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\'' || text[at] == '"') {
      const std::size_t end = after_quoted(text, at);
      out += text.substr(at, end - at);
      at = end;
    } else {
      at = change(out, at);
    }
  }
  return out;
}

/// $.user-id is $['user-id'].
std::string with_hyphens_in_brackets(const std::string& text) {
  return outside_quotes(text, [&text](std::string& out, std::size_t at) {
    std::size_t end = at + 1;
    while (text[at] == '.' && end < text.size() && (is_name(text[end]) || text[end] == '-')) ++end;
    const std::string name = text.substr(at + 1, end - at - 1);
    const bool has_hyphen = name.find('-') != std::string::npos;
    const bool is_descendant = at > 0 && text[at - 1] == '.';
    if (has_hyphen && is_descendant) {
      out += ".['" + name + "']";
    } else if (has_hyphen) {
      out += "['" + name + "']";
    } else {
      out += text.substr(at, end - at);
    }
    return end;
  });
}

/// a =~ /b/i is match(a, '(?i)b'): in both the whole of a.
std::string with_match(const std::string& filter) {
  std::string out = filter;
  for (std::size_t op = out.find("=~"); op != std::string::npos; op = out.find("=~", op)) {
    std::size_t left_end = op;
    while (left_end > 0 && out[left_end - 1] == ' ') --left_end;
    std::size_t left = left_end;
    while (left > 0 && (is_name(out[left - 1]) || out[left - 1] == '.' || out[left - 1] == '@')) --left;
    const std::size_t open = out.find_first_not_of(' ', op + 2);
    if (open == std::string::npos || out[open] != '/' || left == left_end) return filter;
    std::size_t close = open + 1;
    while (close < out.size() && out[close] != '/') close += out[close] == '\\' ? 2 : 1;
    if (close >= out.size()) return filter;
    std::string pattern;
    for (std::size_t i = open + 1; i < close; ++i) {
      if (out[i] == '\\' && out[i + 1] == '/') continue;
      if (out[i] == '\'' || out[i] == '\\') pattern += '\\';
      pattern += out[i];
    }
    const bool ignores_case = close + 1 < out.size() && out[close + 1] == 'i';
    const std::string call =
        "match(" + out.substr(left, left_end - left) + ", '" + (ignores_case ? "(?i)" : "") + pattern + "')";
    out.replace(left, close + (ignores_case ? 2 : 1) - left, call);
    op = left + call.size();
  }
  return out;
}

struct Parts {
  std::string before;
  std::string filter{};  ///< what stands in [?( )]
  std::string behind{};
  bool has_filter = false;
};

/// Nothing when the filter has no end.
std::optional<Parts> parts_of(const std::string& text) {
  std::size_t open = std::string::npos;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\'' || text[at] == '"') {
      at = after_quoted(text, at) - 1;
    } else if (open == std::string::npos && text.compare(at, 2, "[?") == 0) {
      open = at;
      depth = 1;
      ++at;
    } else if (open != std::string::npos && text[at] == '/' && text[at - 1] == ' ') {
      for (++at; at < text.size() && text[at] != '/'; ++at) at += text[at] == '\\' ? 1U : 0U;
    } else if (open != std::string::npos && (text[at] == '[' || text[at] == ']')) {
      depth += text[at] == '[' ? 1 : -1;
      if (depth == 0)
        return Parts{text.substr(0, open), text.substr(open + 2, at - open - 2), text.substr(at + 1), true};
    }
  }
  if (open != std::string::npos) return std::nullopt;
  return Parts{.before = text};
}

bool selects_one(const std::string& path) {
  bool is_one = path.find("..") == std::string::npos;
  outside_quotes(path, [&](std::string&, std::size_t at) {
    is_one = is_one && std::string_view("*?,:").find(path[at]) == std::string_view::npos;
    return at + 1;
  });
  return is_one;
}

}  // namespace

kernel::Result<RfcPath> rfc_path(const std::string& jayway, bool is_bare) {
  const std::string rooted = jayway.starts_with('$') ? jayway : "$." + jayway;
  const auto parts = parts_of(rooted);
  if (!parts) return kernel::invalid("'" + jayway + "': a filter has no end");
  const std::string before = with_hyphens_in_brackets(parts->before);
  RfcPath path{.text = before, .is_definite = selects_one(before)};
  if (parts->has_filter) {
    const std::string filter = with_match(parts->filter);
    path.text = before + "[?" + filter + "]" + parts->behind;
    const bool is_about_lists_only = path.text.find(before + "[?") == 0 && before.ends_with("[*]");
    if (is_bare && path.is_definite && parts->behind.empty()) {
      const std::string of_object = outside_quotes(filter, [&](std::string& out, std::size_t at) {
        out += filter[at] == '@' ? before : std::string(1, filter[at]);
        return at + 1;
      });
      const std::string is_list = before + "[0]";
      path.text =
          before + "[?((" + filter + ") && " + is_list + ") || ((" + of_object + ") && !" + is_list + ")]";
    } else if (!is_about_lists_only) {
      path.differs =
          "a filter on an object asks its members here, and the object itself in WireMock; on a list they "
          "agree";
    }
    path.is_definite = false;
  }
  const auto compiled = jsonpath::Path::compile(path.text);
  if (!compiled)
    return kernel::invalid("'" + jayway + "' is no JSONPath of RFC 9535: " + compiled.error().message);
  return path;
}

}  // namespace mocks::imports
