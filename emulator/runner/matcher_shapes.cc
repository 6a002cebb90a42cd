// The shapes of matchers and of request patterns.
#include <nlohmann/json.hpp>

#include "emulator/runner/mock_shapes.h"
#include "middleware/kernel/base64.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::mapped;
using config::non_empty_text;
using config::number;
using config::object;
using config::Shape;
using mocks::match::DateFormat;
using mocks::match::FieldPattern;
using mocks::match::Matcher;
using mocks::match::Operator;
using mocks::match::RequestPattern;
using mocks::match::UrlForm;
using mocks::match::Values;

using Texts = std::optional<std::string>;

struct MatcherText {
  std::vector<Matcher> found{};  ///< one for each operator that stands there
  bool ignores_case = false;
  bool ignores_array_order = false;
  bool ignores_extra = false;
  DateFormat date_format = DateFormat::Iso;
  std::optional<Matcher> that{};
  std::optional<std::vector<Matcher>> has_exactly{};
  std::optional<std::vector<Matcher>> includes{};
};

using Keys = config::Object<MatcherText>;

void text_key(Keys& keys, const char* key, Operator op, const char* doc) {
  keys.optional(
      key, [op](MatcherText& out, const std::string& text) { out.found.push_back({.op = op, .text = text}); },
      config::text(), doc);
}

void number_key(Keys& keys, const char* key, Operator op) {
  keys.optional(
      key, [op](MatcherText& out, double value) { out.found.push_back({.op = op, .number = value}); },
      number(), "The value is a number ...");
}

void pattern_key(Keys& keys, const char* key, Operator op, const char* doc) {
  const auto shape =
      mapped<Matcher>(non_empty_text(), [op](const std::string& text) -> kernel::Result<Matcher> {
        auto pattern = mocks::jsonpath::Pattern::compile(text);
        if (!pattern) return std::unexpected(pattern.error());
        return Matcher{.op = op, .text = text, .pattern = std::move(*pattern)};
      });
  keys.optional(key, [](MatcherText& out, const Matcher& m) { out.found.push_back(m); }, shape, doc);
}

void moment_key(Keys& keys, const char* key, Operator op) {
  const auto shape =
      mapped<Matcher>(non_empty_text(),
                      [op](const std::string& text) -> kernel::Result<Matcher> {
                        if (const auto moment = kernel::parse_wall_time(text))
                          return Matcher{.op = op, .moment = *moment};
                        const auto offset = mocks::match::now_offset(text);
                        if (!offset) return std::unexpected(offset.error());
                        return Matcher{.op = op, .offset = *offset};
                      },
                      {.wants = "a time such as 2026-01-05T09:00:00Z, or now, or now -3 days"});
  keys.optional(
      key, [](MatcherText& out, const Matcher& m) { out.found.push_back(m); }, shape, "By the run's clock.");
}

kernel::Result<Matcher> path_matcher(const std::string& text) {
  auto path = mocks::jsonpath::Path::compile(text);
  if (!path) return std::unexpected(path.error());
  return Matcher{.op = Operator::MatchesJsonPath, .path = std::move(*path)};
}

kernel::Result<Matcher> bytes_matcher(const std::string& text) {
  auto bytes = kernel::from_base64(text);
  if (!bytes) return kernel::invalid("is no base64");
  return Matcher{.op = Operator::BinaryEqualTo, .text = std::move(*bytes)};
}

/// The options go to the operators that they are for; an option without one is an error.
kernel::Result<std::vector<Matcher>> matchers_of(const MatcherText& text) {
  std::vector<Matcher> found = text.found;
  const auto set = [&found](bool is_set, const char* key, std::initializer_list<Operator> operators,
                            auto change) -> kernel::Result<> {
    bool is_used = !is_set;
    for (Matcher& m : found) {
      if (!is_set || std::ranges::find(operators, m.op) == operators.end()) continue;
      change(m);
      is_used = true;
    }
    if (!is_used) return kernel::invalid(std::string("'") + key + "' stands without its operator");
    return {};
  };
  const kernel::Result<> done[] = {
      set(text.ignores_case, "ignore_case", {Operator::EqualTo}, [](Matcher& m) { m.ignores_case = true; }),
      set(text.ignores_array_order, "ignore_array_order", {Operator::EqualToJson},
          [](Matcher& m) { m.ignores_array_order = true; }),
      set(text.ignores_extra, "ignore_extra_elements", {Operator::EqualToJson},
          [](Matcher& m) { m.ignores_extra = true; }),
      set(text.date_format != DateFormat::Iso, "date_format",
          {Operator::Before, Operator::After, Operator::EqualToDateTime},
          [&](Matcher& m) { m.date_format = text.date_format; }),
      set(text.that.has_value(), "that", {Operator::MatchesJsonPath},
          [&](Matcher& m) { m.parts = {*text.that}; })};
  for (const auto& result : done) {
    if (!result) return std::unexpected(result.error());
  }
  return found;
}

kernel::Result<Matcher> one_matcher(const MatcherText& text) {
  if (text.has_exactly || text.includes)
    return kernel::invalid(
        "'has_exactly' and 'includes' are for headers, parameters, cookies and form fields");
  auto found = matchers_of(text);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return kernel::invalid("names no operator");
  if (found->size() == 1) return std::move(found->front());
  return Matcher{.op = Operator::And, .parts = std::move(*found)};
}

kernel::Result<Matcher> equal_to(const std::string& text) {
  return Matcher{.op = Operator::EqualTo, .text = text};
}

Shape<MatcherText> operators_shape();

Shape<Matcher> nested() {
  return config::lazy<Matcher>("matcher", [] {
    return config::either<Matcher>({.scalar = mapped<Matcher>(config::text(), equal_to),
                                    .map = mapped<Matcher>(operators_shape(), one_matcher)});
  });
}

void add_logic(Keys& keys) {
  const auto list = config::list_of(nested(), 1);
  keys.optional(
          "and",
          [](MatcherText& out, const std::vector<Matcher>& parts) {
            out.found.push_back({.op = Operator::And, .parts = parts});
          },
          list, "All of them hold.")
      .optional(
          "or",
          [](MatcherText& out, const std::vector<Matcher>& parts) {
            out.found.push_back({.op = Operator::Or, .parts = parts});
          },
          list, "One of them holds.")
      .optional(
          "not",
          [](MatcherText& out, const Matcher& part) {
            out.found.push_back({.op = Operator::Not, .parts = {part}});
          },
          nested(), "It does not hold.")
      .optional("that", &MatcherText::that, nested(), "matches_json_path: what a selected value must be.")
      .optional("has_exactly", &MatcherText::has_exactly, list,
                "As many values as matchers, each met by one of its own.")
      .optional("includes", &MatcherText::includes, list, "Each matcher is met by some value.");
}

Shape<MatcherText> operators_shape() {
  Keys keys("a matcher", "All operators that stand here must hold.");
  text_key(keys, "equal_to", Operator::EqualTo, "The whole value.");
  text_key(keys, "contains", Operator::Contains, "Somewhere in the value.");
  text_key(keys, "does_not_contain", Operator::DoesNotContain, "Nowhere in the value.");
  text_key(keys, "starts_with", Operator::StartsWith, "");
  text_key(keys, "ends_with", Operator::EndsWith, "");
  pattern_key(keys, "matches", Operator::Matches, "A regular expression (RE2) for the whole value.");
  pattern_key(keys, "does_not_match", Operator::DoesNotMatch,
              "A regular expression (RE2) that the whole value does not match.");
  number_key(keys, "equal_to_number", Operator::EqualToNumber);
  number_key(keys, "greater_than_number", Operator::GreaterThan);
  number_key(keys, "greater_than_equal_number", Operator::GreaterOrEqual);
  number_key(keys, "less_than_number", Operator::LessThan);
  number_key(keys, "less_than_equal_number", Operator::LessOrEqual);
  moment_key(keys, "before", Operator::Before);
  moment_key(keys, "after", Operator::After);
  moment_key(keys, "equal_to_date_time", Operator::EqualToDateTime);
  const auto keep = [](MatcherText& out, const Matcher& m) { out.found.push_back(m); };
  const auto presence = [](MatcherText& out, bool is_there) {
    out.found.push_back({.op = is_there ? Operator::Present : Operator::Absent});
  };
  keys.optional("ignore_case", &MatcherText::ignores_case, boolean(), "equal_to: whatever the case.")
      .optional(
          "absent", [presence](MatcherText& out, bool is_absent) { presence(out, !is_absent); }, boolean(),
          "There is no value.")
      .optional("exists", presence, boolean(), "There is a value, or there is none.")
      .optional("date_format", &MatcherText::date_format,
                config::choice<DateFormat>({{"iso", DateFormat::Iso},
                                            {"unix", DateFormat::UnixSeconds},
                                            {"epoch", DateFormat::EpochMillis},
                                            {"http", DateFormat::HttpDate}}),
                "How the moment stands in the request.")
      .optional(
          "equal_to_json",
          [](MatcherText& out, const kernel::Json& json) {
            out.found.push_back(
                {.op = Operator::EqualToJson, .json = std::make_shared<const kernel::Json>(json)});
          },
          config::json(), "Structural; ${json-unit.ignore} and its like stand for values.")
      .optional("ignore_array_order", &MatcherText::ignores_array_order, boolean(),
                "equal_to_json: arrays are multisets.")
      .optional("ignore_extra_elements", &MatcherText::ignores_extra, boolean(),
                "equal_to_json: more fields and items are fine.")
      .optional("matches_json_path", keep, mapped<Matcher>(non_empty_text(), path_matcher),
                "A JSONPath (RFC 9535) that selects something that is not null.")
      .optional("binary_equal_to", keep, mapped<Matcher>(non_empty_text(), bytes_matcher),
                "The bytes, in base64.")
      .optional(
          "matches_json_schema",
          [](MatcherText& out, const std::shared_ptr<const ingest::Schema>& schema) {
            out.found.push_back({.op = Operator::MatchesJsonSchema, .schema = schema});
          },
          schema_shape(), "A JSON Schema of draft 7 that JSON keeps.")
      .not_yet("equal_to_xml", "bodies are JSON, forms and text")
      .not_yet("matches_xpath", "bodies are JSON, forms and text");
  add_logic(keys);
  return keys.done();
}

struct FieldText {
  Values values = Values::Any;
  std::vector<Matcher> matchers{};
};

kernel::Result<FieldText> field_of(const MatcherText& text) {
  if (!text.has_exactly && !text.includes) {
    auto one = one_matcher(text);
    if (!one) return std::unexpected(one.error());
    return FieldText{.matchers = {std::move(*one)}};
  }
  if (!text.found.empty() || (text.has_exactly && text.includes))
    return kernel::invalid("'has_exactly' and 'includes' stand alone");
  return text.has_exactly ? FieldText{Values::HasExactly, *text.has_exactly}
                          : FieldText{Values::Includes, *text.includes};
}

Shape<std::vector<FieldPattern>> fields_shape() {
  const auto field = config::either<FieldText>(
      {.scalar = mapped<FieldText>(config::text(),
                                   [](const std::string& text) -> kernel::Result<FieldText> {
                                     return FieldText{.matchers = {{.op = Operator::EqualTo, .text = text}}};
                                   }),
       .map = mapped<FieldText>(operators_shape(), field_of)});
  return mapped<std::vector<FieldPattern>>(
      config::map_of(field),
      [](const config::MapOf<FieldText>& entries) -> kernel::Result<std::vector<FieldPattern>> {
        std::vector<FieldPattern> fields;
        for (const auto& [name, text] : entries)
          fields.push_back({.name = name, .values = text.values, .matchers = text.matchers});
        return fields;
      });
}

struct RequestText : RequestPattern {
  Texts any_url{};
  Texts url_pattern{};
  Texts path{};
  Texts path_pattern{};
  Texts path_template{};
};

kernel::Result<RequestPattern> pattern_of(const RequestText& text) {
  RequestPattern pattern = text;
  if (pattern.methods == std::vector<std::string>{"ANY"}) pattern.methods.clear();
  const std::pair<const Texts*, UrlForm> forms[] = {{&text.any_url, UrlForm::Url},
                                                    {&text.url_pattern, UrlForm::UrlPattern},
                                                    {&text.path, UrlForm::Path},
                                                    {&text.path_pattern, UrlForm::PathPattern},
                                                    {&text.path_template, UrlForm::PathTemplate}};
  for (const auto& [url, form] : forms) {
    if (!*url) continue;
    pattern.form = form;
    pattern.url = **url;
  }
  if (pattern.form == UrlForm::UrlPattern || pattern.form == UrlForm::PathPattern) {
    auto regex = mocks::jsonpath::Pattern::compile(pattern.url);
    if (!regex) return std::unexpected(regex.error());
    pattern.url_regex = std::move(*regex);
  }
  return pattern;
}

}  // namespace

Shape<Matcher> matcher_shape() { return nested(); }

Shape<RequestPattern> request_shape() {
  const auto method =
      mapped<std::string>(non_empty_text(), [](const std::string& text) -> kernel::Result<std::string> {
        if (text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos) return text;
        return kernel::invalid("a method is in capitals");
      });
  return mapped<RequestPattern>(
      object<RequestText>("a request", "Which requests are meant; all that is said must hold.")
          .optional("method", &RequestText::methods, config::one_or_list_of(method), "One, several, or ANY.")
          .optional("url", &RequestText::any_url, non_empty_text(), "Path and query, equal.")
          .optional("url_pattern", &RequestText::url_pattern, non_empty_text(),
                    "Path and query, a regular expression for the whole.")
          .optional("url_path", &RequestText::path, non_empty_text(), "The path, equal.")
          .optional("url_path_pattern", &RequestText::path_pattern, non_empty_text(),
                    "The path, a regular expression for the whole.")
          .optional("url_path_template", &RequestText::path_template, non_empty_text(),
                    "/orders/{id}: a segment in braces is any.")
          .optional("path_parameters", &RequestText::path_parameters, fields_shape(),
                    "What the segments in braces must be.")
          .optional("headers", &RequestText::headers, fields_shape(), "By name, whatever the case.")
          .optional("query", &RequestText::query, fields_shape(), "Parameters of the URL.")
          .optional("cookies", &RequestText::cookies, fields_shape(), "")
          .optional("form", &RequestText::form_fields, fields_shape(), "Fields of a form in the body.")
          .optional("body", &RequestText::body, config::one_or_list_of(nested()),
                    "What the body must be; of several all.")
          .at_most_one_of({"url", "url_pattern", "url_path", "url_path_pattern", "url_path_template"})
          .requires_key("path_parameters", {"url_path_template"})
          .done(),
      pattern_of);
}

}  // namespace emulator::runner
