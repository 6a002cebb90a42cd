#include "mocks/imports/wiremock_template.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "mocks/imports/java_regex.h"
#include "mocks/imports/jayway_path.h"
#include "mocks/render/dates.h"
#include "mocks/render/parser.h"
#include "mocks/render/template.h"

namespace mocks::imports {
namespace {

using render::Expression;
using render::Node;
using render::Path;
using render::Wrong;

/// Writes an expression that was read as ours, with the meaning that it has in WireMock.
class Translation {
 public:
  std::string text(const std::vector<Node>& nodes) {
    std::string out;
    for (const Node& node : nodes) out += text(node);
    return out;
  }

 private:
  static std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
    return out + "'";
  }

  std::string text(const Node& node) {
    constexpr std::pair<Node::Kind, const char*> kBlocks[] = {{Node::Kind::If, "if"},
                                                              {Node::Kind::Unless, "unless"},
                                                              {Node::Kind::Each, "each"},
                                                              {Node::Kind::With, "with"}};
    if (node.kind == Node::Kind::Text) return node.text;
    // WireMock escapes nothing.
    if (node.kind == Node::Kind::Output) return "{{{" + value(node.expression, true, false) + "}}}";
    const auto* const found =
        std::ranges::find(kBlocks, node.kind, &std::pair<Node::Kind, const char*>::first);
    const std::string name = found->second;
    std::string out = "{{#" + name + " " + value(node.expression, false, true) + "}}";
    const bool has_item = node.kind == Node::Kind::Each || node.kind == Node::Kind::With;
    items_ += has_item ? 1 : 0;
    out += text(node.body);
    items_ -= has_item ? 1 : 0;
    if (!node.otherwise.empty()) out += "{{else}}" + text(node.otherwise);
    return out + "{{/" + name + "}}";
  }

  /// `has_default`: a missing value is an empty text. `is_part`: it stands within an expression.
  std::string value(const Expression& e, bool has_default, bool is_part) {
    if (e.kind == Expression::Kind::Literal)
      return e.literal->is_string() ? quoted(e.literal->get<std::string>()) : kernel::json_text(*e.literal);
    if (e.kind == Expression::Kind::Path) {
      bool may_be_missing = true;
      const std::string path = path_text(e, may_be_missing);
      if (!has_default || !may_be_missing) return path;
      return is_part ? "(default " + path + " '')" : "default " + path + " ''";
    }
    const std::string made = call(e, has_default);
    return is_part ? "(" + made + ")" : made;
  }

  std::string path_text(const Expression& e, bool& may_be_missing) const {
    Path path = e.path;
    const std::string& root = path[0];
    if ((root == "this" || root.starts_with('@')) && items_ > 0) return joined(path);
    if (root != "request" || path.size() < 2)
      throw Wrong{e.column, "there is no '" + joined(path) + "' here"};
    const std::string what = path[1];
    if (path.size() == 2 &&
        (what == "url" || what == "method" || what == "body" || what == "bodyAsBase64" || what == "path")) {
      may_be_missing = false;
      return joined(path);
    }
    const bool is_index = path.size() == 3 && path[2].find_first_not_of("0123456789") == std::string::npos;
    if (what == "path" && is_index) path[1] = "pathSegments";
    if (path[1] == "pathSegments" && !is_index) throw Wrong{e.column, "'" + joined(path) + "' is not known"};
    const bool is_many = path[1] == "query" || path[1] == "headers" || path[1] == "cookies";
    if (path.size() >= 3 && (path[1] == "pathSegments" || path[1] == "path" || is_many)) {
      const bool is_plain =
          path.size() == 3 ||
          (path.size() == 4 && is_many && path[3].find_first_not_of("0123456789") == std::string::npos);
      if (is_plain) return joined(path);
    }
    throw Wrong{e.column, "'" + joined(path) + "' is not the same here"};
  }

  static std::string joined(const Path& path) {
    std::string text;
    for (const std::string& part : path) text += (text.empty() ? "" : ".") + part;
    return text;
  }

  static const Expression* named(const Expression& e, std::string_view name) {
    for (const auto& [key, part] : e.named) {
      if (key == name) return &part;
    }
    return nullptr;
  }
  static std::string literal(const Expression& e, const std::string& of) {
    if (e.kind != Expression::Kind::Literal)
      throw Wrong{e.column, of + " wants a value that stands in the template"};
    return e.literal->is_string() ? e.literal->get<std::string>() : kernel::json_text(*e.literal);
  }
  static void only(const Expression& e, std::initializer_list<std::string_view> names, std::size_t least,
                   std::size_t most) {
    for (const auto& [key, part] : e.named) {
      if (std::ranges::find(names, key) == names.end())
        throw Wrong{e.column, e.helper + ": '" + key + "' is not known"};
    }
    if (e.arguments.size() < least || e.arguments.size() > most)
      throw Wrong{e.column, e.helper + ": so many arguments are not known"};
  }

  std::string arguments(const Expression& e) {
    std::string text;
    for (const Expression& part : e.arguments) text += " " + value(part, true, true);
    return text;
  }

  /// Without outer brackets.
  std::string call(const Expression& e, bool has_default) {
    if (e.helper == "jsonPath") return json_path(e, has_default);
    if (e.helper == "now") return now(e);
    if (e.helper == "randomValue") return random_value(e);
    if (e.helper == "randomInt") return random_int(e);
    if (e.helper == "regexExtract") return regex_extract(e);
    if (e.helper == "math") return math(e);
    if (e.helper == "base64") {
      only(e, {"decode"}, 1, 1);
      const Expression* decode = named(e, "decode");
      return "base64" + arguments(e) + (decode == nullptr ? "" : " decode=" + literal(*decode, "decode"));
    }
    if (e.helper == "urlEncode") {
      only(e, {"decode"}, 1, 1);
      const Expression* decode = named(e, "decode");
      if (decode == nullptr || literal(*decode, "decode") != "true")
        throw Wrong{e.column, "urlEncode: a space is %20 here and + in WireMock"};
      return "urlEncode" + arguments(e) + " decode=true";
    }
    struct Plain {
      std::string_view helper;
      std::size_t least;
      std::size_t most;
    };
    constexpr Plain kSame[] = {{"trim", 1, 1},      {"upper", 1, 1},   {"lower", 1, 1},       {"size", 1, 1},
                               {"substring", 2, 3}, {"replace", 3, 3}, {"pickRandom", 1, 99}, {"eq", 2, 2},
                               {"not", 1, 1},       {"and", 2, 99},    {"or", 2, 99}};
    const auto* const same = std::ranges::find(kSame, e.helper, &Plain::helper);
    if (same != std::end(kSame)) {
      only(e, {}, same->least, same->most);
      return e.helper + arguments(e);
    }
    if (e.helper == "randomDecimal") {
      only(e, {"lower", "upper"}, 0, 0);
      if (named(e, "lower") == nullptr || named(e, "upper") == nullptr)
        throw Wrong{e.column, "randomDecimal: wants lower and upper"};
      return "randomDecimal lower=" + literal(*named(e, "lower"), "lower") +
             " upper=" + literal(*named(e, "upper"), "upper");
    }
    throw Wrong{e.column, "'" + e.helper + "' is not the same here"};
  }

  std::string json_path(const Expression& e, bool has_default) {
    only(e, {"default"}, 2, 2);
    const auto path = rfc_path(literal(e.arguments[1], "jsonPath"), false);
    if (!path) throw Wrong{e.column, path.error().message};
    if (!path->is_definite)
      throw Wrong{e.column, "jsonPath: a path that may select several is not the same here"};
    const std::string made = "jsonPath " + value(e.arguments[0], true, true) + " " + quoted(path->text);
    const Expression* otherwise = named(e, "default");
    if (otherwise != nullptr) return "default (" + made + ") " + value(*otherwise, true, true);
    return has_default ? "default (" + made + ") ''" : made;
  }

  static std::string now(const Expression& e) {
    only(e, {"format", "offset", "timezone"}, 0, 0);
    if (const Expression* zone = named(e, "timezone")) {
      const std::string name = literal(*zone, "timezone");
      if (name != "UTC" && name != "GMT" && name != "Z") throw Wrong{e.column, "now: times are UTC here"};
    }
    // ISO 8601 in whole seconds is what WireMock says without a format.
    const Expression* format = named(e, "format");
    const std::string name = format == nullptr ? "seconds" : literal(*format, "format");
    constexpr std::string_view kOurOwn[] = {"iso", "date", "http"};
    const bool is_ours =
        std::ranges::find(kOurOwn, name) != std::end(kOurOwn) || (format != nullptr && name == "seconds");
    const auto tried = render::date_text(kernel::WallTime{}, name);
    if (is_ours || !tried) throw Wrong{e.column, "now: the format '" + name + "' is not known here"};
    std::string made = "now format=" + quoted(name);
    if (const Expression* offset = named(e, "offset")) {
      const std::string by = literal(*offset, "offset");
      if (!render::parse_offset(by))
        throw Wrong{e.column, "now: the offset '" + by + "' is in seconds, minutes, hours or days"};
      made += " offset=" + quoted(by);
    }
    return made;
  }

  static std::string random_value(const Expression& e) {
    only(e, {"type", "length", "uppercase"}, 0, 0);
    const Expression* type = named(e, "type");
    const std::string name = type == nullptr ? "ALPHANUMERIC" : literal(*type, "type");
    constexpr std::string_view kKnown[] = {"UUID", "ALPHANUMERIC", "ALPHABETIC", "NUMERIC", "HEXADECIMAL"};
    if (std::ranges::find(kKnown, name) == std::end(kKnown))
      throw Wrong{e.column, "randomValue: the type '" + name + "' is not known here"};
    const Expression* length = named(e, "length");
    std::string made = "randomValue type='" + name + "'";
    if (name != "UUID") made += " length=" + (length == nullptr ? "36" : literal(*length, "length"));
    const Expression* upper = named(e, "uppercase");
    return upper != nullptr && literal(*upper, "uppercase") == "true" ? "upper (" + made + ")" : made;
  }

  /// WireMock's upper bound is not drawn, ours is.
  static std::string random_int(const Expression& e) {
    only(e, {"lower", "upper"}, 0, 0);
    const auto whole = [&e](const char* name, std::int64_t otherwise) {
      const Expression* part = named(e, name);
      if (part == nullptr) return otherwise;
      const auto value = kernel::parse_json(literal(*part, name));
      if (!value || !value->is_number_integer())
        throw Wrong{e.column, std::string("randomInt: '") + name + "' is no whole number"};
      return value->get<std::int64_t>();
    };
    return "randomInt lower=" + std::to_string(whole("lower", -2147483648LL)) +
           " upper=" + std::to_string(whole("upper", 2147483647LL) - 1);
  }

  std::string regex_extract(const Expression& e) {
    only(e, {"default"}, 2, 2);
    const auto pattern = re2_text(literal(e.arguments[1], "regexExtract"), false);
    if (!pattern) throw Wrong{e.column, pattern.error().message};
    const std::string made =
        "regexExtract " + value(e.arguments[0], true, true) + " " + quoted(*pattern) + " 0";
    const Expression* otherwise = named(e, "default");
    return otherwise == nullptr ? made : "default (" + made + ") " + value(*otherwise, true, true);
  }

  std::string math(const Expression& e) {
    only(e, {}, 3, 3);
    std::string sign = literal(e.arguments[1], "math");
    if (sign == "x") sign = "*";
    if (sign != "+" && sign != "-" && sign != "*" && sign != "%")
      throw Wrong{e.column, "math: '" + sign + "' is not the same here"};
    return "math " + value(e.arguments[0], false, true) + " " + quoted(sign) + " " +
           value(e.arguments[2], false, true);
  }

  int items_ = 0;  ///< blocks around that have an item of their own
};

}  // namespace

kernel::Result<std::string> our_template(const std::string& handlebars) {
  for (const char* word : {"{{~", "~}}", "\\{{", "{{>", "{{{{", "{{&"}) {
    const std::size_t at = handlebars.find(word);
    if (at != std::string::npos)
      return kernel::invalid("column " + std::to_string(at + 1) + ": " + word + " is not known");
  }
  try {
    const auto nodes = render::Parser(handlebars).parse();
    std::string text = Translation().text(nodes);
    const auto compiled = render::Template::compile(text);
    if (!compiled) return kernel::invalid(compiled.error().message);
    return text;
  } catch (const Wrong& wrong) {
    return kernel::invalid("column " + std::to_string(wrong.column) + ": " + wrong.message);
  }
}

}  // namespace mocks::imports
