#include "mocks/imports/wiremock_matcher.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/time.h"
#include "mocks/imports/java_regex.h"
#include "mocks/imports/jayway_path.h"
#include "mocks/match/matcher.h"

namespace mocks::imports {
namespace {

using kernel::Json;
using Ours = std::optional<Json>;

constexpr std::string_view kOperators[] = {"equalTo",
                                           "contains",
                                           "doesNotContain",
                                           "matches",
                                           "doesNotMatch",
                                           "equalToJson",
                                           "matchesJsonPath",
                                           "matchesJsonSchema",
                                           "absent",
                                           "and",
                                           "or",
                                           "not",
                                           "before",
                                           "after",
                                           "equalToDateTime",
                                           "equalToXml",
                                           "matchesXPath",
                                           "binaryEqualTo",
                                           "anything",
                                           "matchesPathTemplate",
                                           "equalToNumber",
                                           "greaterThanNumber",
                                           "greaterThanEqualNumber",
                                           "lessThanNumber",
                                           "lessThanEqualNumber"};

/// One matcher being translated.
struct Matching {
  const Json& all;  ///< the operator and its options
  std::string op;
  const std::string& pointer;
  Subject subject;
  Findings& findings;

  const Json& operand() const { return all.at(op); }
  std::string at(std::string_view key) const { return below(pointer, key); }
  Ours refuse(std::string_view key, std::string why) const {
    findings.left_out(at(key), std::move(why));
    return std::nullopt;
  }
  /// The keys beside the operator are all among `known`.
  bool has_only(std::initializer_list<std::string_view> known) const {
    bool is_fine = true;
    for (const auto& [key, value] : all.items()) {
      if (key == op || std::ranges::find(known, key) != known.end() || key == "expression") continue;
      findings.left_out(at(key), "'" + key + "' is not known beside '" + op + "'");
      is_fine = false;
    }
    return is_fine;
  }
  bool flag(const char* key) const {
    return all.contains(key) && all.at(key).is_boolean() && all.at(key).get<bool>();
  }
};

Ours text_operand(const Matching& m, const char* ours) {
  if (!m.operand().is_string()) return m.refuse(m.op, "wants a text");
  return Json{{ours, m.operand()}};
}

Ours equal_to(const Matching& m) {
  if (!m.has_only({"caseInsensitive"})) return std::nullopt;
  Ours made = text_operand(m, "equal_to");
  if (!made) return made;
  if (!m.flag("caseInsensitive")) return m.operand();
  (*made)["ignore_case"] = true;
  return made;
}

Ours pattern(const Matching& m) {
  if (!m.operand().is_string()) return m.refuse(m.op, "wants a text");
  const auto text = re2_text(m.operand().get<std::string>(), true);
  if (!text) return m.refuse(m.op, text.error().message);
  return Json{{"matches", *text}};
}

Ours negated(const Ours& matcher) {
  if (!matcher) return std::nullopt;
  return Json{{"not", *matcher}};
}

/// A placeholder that ours does not know, or "".
std::string unknown_placeholder(const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.find("json-unit") == std::string::npos && text.find("${xmlunit") == std::string::npos) return "";
    constexpr std::string_view kKnown[] = {"${json-unit.ignore}", "${json-unit.any-string}",
                                           "${json-unit.any-number}", "${json-unit.any-boolean}"};
    const bool is_known =
        std::ranges::find(kKnown, text) != std::end(kKnown) || text.starts_with("${json-unit.regex}");
    return is_known ? "" : text;
  }
  if (!value.is_structured()) return "";
  for (const Json& part : value) {
    if (std::string found = unknown_placeholder(part); !found.empty()) return found;
  }
  return "";
}

Ours equal_to_json(const Matching& m) {
  if (!m.has_only({"ignoreArrayOrder", "ignoreExtraElements"})) return std::nullopt;
  Json expected = m.operand();
  if (expected.is_string()) {
    auto parsed = kernel::parse_json(expected.get<std::string>());
    if (!parsed) return m.refuse(m.op, "holds no JSON: " + parsed.error().message);
    expected = std::move(*parsed);
  }
  const std::string placeholder = unknown_placeholder(expected);
  if (!placeholder.empty()) return m.refuse(m.op, "the placeholder " + placeholder + " is not known");
  Json made{{"equal_to_json", expected}};
  if (m.flag("ignoreArrayOrder")) made["ignore_array_order"] = true;
  if (m.flag("ignoreExtraElements")) made["ignore_extra_elements"] = true;
  return made;
}

/// The same matcher for JSON whose path selects nothing: WireMock's `absent` behind an expression.
Json selects_nothing(const Json& bare) {
  return {{"and", Json::array({{{"matches_json_path", "$"}}, {{"not", bare}}})}};
}

/// Without a matcher behind it, an expression that leads to [], {} or null does not hold in WireMock.
Json bare_path(const RfcPath& path) {
  Json made{{"matches_json_path", path.text}};
  if (!path.is_definite) return made;
  Json empty = Json::array();
  for (const Json& value : {Json(nullptr), Json(Json::array()), Json(Json::object())}) {
    Json matcher = Json::object();
    matcher["equal_to_json"] = value;
    empty.push_back(matcher);
  }
  made["that"]["not"]["or"] = empty;
  return made;
}

Ours json_path(const Matching& m) {
  if (!m.has_only({})) return std::nullopt;
  const bool has_matcher = m.operand().is_object();
  const Json& expression =
      has_matcher && m.operand().contains("expression") ? m.operand()["expression"] : m.operand();
  if (!expression.is_string()) return m.refuse(m.op, "wants an expression");
  const bool is_absent = has_matcher && m.operand().contains("absent");
  const auto path = rfc_path(expression.get<std::string>(), !has_matcher || is_absent);
  if (!path) return m.refuse(m.op, path.error().message);
  if (!path->differs.empty()) m.findings.differs(m.at(m.op), path->differs);
  if (!has_matcher) return bare_path(*path);
  if (is_absent) return selects_nothing(bare_path(*path));
  const auto that = our_matcher(m.operand(), m.at(m.op), Subject::Node, m.findings);
  if (!that) return std::nullopt;
  const bool is_whole = m.operand().contains("equalToJson");
  Json made{{"matches_json_path", path->text}, {"that", *that}};
  if (!path->is_definite || is_whole) return made;
  // A list at the end of the path is asked item by item in WireMock.
  const std::string of_items = path->text + "[?" + path->text + "[0]]";
  if (that->is_object() && that->contains("not"))  // nor is the list as a whole asked
    made["that"] = {{"and", Json::array({*that, {{"not", {{"matches_json_path", "$[0]"}}}}})}};
  return Json{{"or", Json::array({made, {{"matches_json_path", of_items}, {"that", *that}}})}};
}

Ours all_of_them(const Matching& m) {
  if (!m.has_only({})) return std::nullopt;
  if (!m.operand().is_array() || m.operand().empty()) return m.refuse(m.op, "wants a list of matchers");
  Json list = Json::array();
  for (std::size_t i = 0; i < m.operand().size(); ++i) {
    const auto part = our_matcher(m.operand()[i], below(m.at(m.op), i), m.subject, m.findings);
    if (part) list.push_back(*part);
  }
  if (list.size() != m.operand().size()) return std::nullopt;
  return Json{{m.op, list}};
}

/// "now", "now +3 days" with an expectedOffset beside it.
std::string with_offset(const Matching& m) {
  const std::string text = m.operand().get<std::string>();
  if (!m.all.contains("expectedOffset") || !m.all["expectedOffset"].is_number_integer() || text != "now")
    return text;
  const std::int64_t count = m.all["expectedOffset"].get<std::int64_t>();
  const std::string unit = m.all.value("expectedOffsetUnit", "days");
  return "now " + std::string(count < 0 ? "-" : "+") + std::to_string(count < 0 ? -count : count) + " " +
         unit;
}

Ours moment(const Matching& m, const char* ours) {
  if (!m.has_only({"actualFormat", "expectedOffset", "expectedOffsetUnit"})) return std::nullopt;
  if (!m.operand().is_string()) return m.refuse(m.op, "wants a text");
  const std::string text = with_offset(m);
  if (m.all.contains("expectedOffset") && m.operand() == text)
    return m.refuse("expectedOffset", "goes with the operand 'now' only");
  const bool is_known = kernel::parse_wall_time(text).has_value() || match::now_offset(text).has_value();
  if (!is_known)
    return m.refuse(m.op, "'" + text + "' is no moment with a zone, nor 'now +3 days' in seconds to days");
  const std::string format = m.all.value("actualFormat", "");
  Json made{{ours, text}};
  if (format == "unix" || format == "epoch") {
    made["date_format"] = format;
    return made;
  }
  if (!format.empty()) return m.refuse("actualFormat", "only unix and epoch are known");
  // Without a format WireMock reads HTTP dates as well.
  Json http = made;
  http["date_format"] = "http";
  return Json{{"or", Json::array({made, http})}};
}

Ours number(const Matching& m, const char* ours) {
  if (!m.has_only({})) return std::nullopt;
  if (!m.operand().is_number()) return m.refuse(m.op, "wants a number");
  return Json{{ours, m.operand()}};
}

Ours bytes(const Matching& m) {
  const bool is_base64 = m.operand().is_string() && kernel::from_base64(m.operand().get<std::string>());
  if (!is_base64) return m.refuse(m.op, "wants bytes in base64");
  return Json{{"binary_equal_to", m.operand()}};
}

Ours by_operator(const Matching& m) {
  if (m.op == "equalTo") return equal_to(m);
  if (m.op == "equalToJson") return equal_to_json(m);
  if (m.op == "matchesJsonPath") return json_path(m);
  if (m.op == "before") return moment(m, "before");
  if (m.op == "after") return moment(m, "after");
  if (m.op == "equalToDateTime") return moment(m, "equal_to_date_time");
  if (m.op == "and" || m.op == "or") return all_of_them(m);
  if (m.op == "equalToNumber") return number(m, "equal_to_number");
  if (m.op == "greaterThanNumber") return number(m, "greater_than_number");
  if (m.op == "greaterThanEqualNumber") return number(m, "greater_than_equal_number");
  if (m.op == "lessThanNumber") return number(m, "less_than_number");
  if (m.op == "lessThanEqualNumber") return number(m, "less_than_equal_number");
  if (!m.has_only({})) return std::nullopt;
  if (m.op == "contains") return text_operand(m, "contains");
  // Of no value, too, a text is not contained and a pattern not matched.
  if (m.op == "doesNotContain") return negated(text_operand(m, "contains"));
  if (m.op == "matches") return pattern(m);
  if (m.op == "doesNotMatch") return negated(pattern(m));
  if (m.op == "absent") return Json{{"absent", true}};
  if (m.op == "binaryEqualTo") return bytes(m);
  if (m.op == "not") return negated(our_matcher(m.operand(), m.at("not"), m.subject, m.findings));
  return m.refuse(m.op, "'" + m.op + "' is not known here");
}

}  // namespace

Ours our_matcher(const Json& matcher, const std::string& pointer, Subject subject, Findings& findings) {
  std::vector<std::string> operators;
  if (matcher.is_object()) {
    for (const auto& [key, value] : matcher.items()) {
      if (std::ranges::find(kOperators, key) != std::end(kOperators)) operators.push_back(key);
    }
  }
  if (operators.size() != 1) {
    std::string why = operators.empty() ? "names no operator that is known" : "one operator at a time";
    if (operators.empty() && matcher.is_object() && !matcher.empty())
      why += ": found '" + matcher.begin().key() + "'";
    findings.left_out(pointer, why);
    return std::nullopt;
  }
  const Matching m{
      .all = matcher, .op = operators[0], .pointer = pointer, .subject = subject, .findings = findings};
  return by_operator(m);
}

Ours our_fields(const Json& fields, const std::string& pointer, Subject subject, Findings& findings) {
  if (!fields.is_object()) {
    findings.left_out(pointer, "wants names and their matchers");
    return std::nullopt;
  }
  Json made = Json::object();
  for (const auto& [name, matcher] : fields.items()) {
    const std::string here = below(pointer, name);
    bool is_list = false;
    for (const auto& [theirs, ours] :
         {std::pair{"hasExactly", "has_exactly"}, std::pair{"includes", "includes"}}) {
      if (!matcher.is_object() || !matcher.contains(theirs)) continue;
      is_list = true;
      const Json list{{"and", matcher[theirs]}};  // read as a list of matchers
      const auto parts = our_matcher(list, here, subject, findings);
      if (parts) made[name] = {{ours, (*parts)["and"]}};
      if (matcher.size() != 1) findings.left_out(here, std::string("'") + theirs + "' stands alone");
    }
    if (is_list) continue;
    auto one = our_matcher(matcher, here, subject, findings);
    if (!one) continue;
    const bool may_hold_without = one->is_object() && !one->contains("absent") && subject == Subject::Cookie;
    if (may_hold_without) one = Json{{"and", Json::array({{{"exists", true}}, *one})}};
    made[name] = std::move(*one);
  }
  return made;
}

}  // namespace mocks::imports
