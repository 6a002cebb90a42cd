// Matchers as a person reads them.
#include <nlohmann/json.hpp>

#include "mocks/match/matcher.h"

namespace mocks::match {
namespace {

std::string quoted(const std::string& text) { return "'" + text + "'"; }

std::string number_text(double number) { return kernel::json_text(kernel::Json(number)); }

std::string moment_text(const Matcher& m) {
  if (m.moment) return kernel::iso_seconds(*m.moment);
  if (m.offset.count() == 0) return "now";
  const bool is_past = m.offset.count() < 0;
  return std::string("now ") + (is_past ? "-" : "+") + kernel::duration_text(is_past ? -m.offset : m.offset);
}

std::string joined(const std::vector<Matcher>& parts, const char* word) {
  std::string text;
  for (const Matcher& part : parts) text += (text.empty() ? "" : word) + part.words();
  return "(" + text + ")";
}

}  // namespace

std::string Matcher::words() const {
  switch (op) {
    case Operator::EqualTo:
      return "equal to " + quoted(text) + (ignores_case ? " in any case" : "");
    case Operator::Contains:
      return "containing " + quoted(text);
    case Operator::DoesNotContain:
      return "not containing " + quoted(text);
    case Operator::StartsWith:
      return "starting with " + quoted(text);
    case Operator::EndsWith:
      return "ending with " + quoted(text);
    case Operator::Matches:
      return "matching " + quoted(text);
    case Operator::DoesNotMatch:
      return "not matching " + quoted(text);
    case Operator::Absent:
      return "absent";
    case Operator::Present:
      return "present";
    case Operator::EqualToNumber:
      return "the number " + number_text(number);
    case Operator::GreaterThan:
      return "above " + number_text(number);
    case Operator::GreaterOrEqual:
      return number_text(number) + " or above";
    case Operator::LessThan:
      return "below " + number_text(number);
    case Operator::LessOrEqual:
      return number_text(number) + " or below";
    case Operator::Before:
      return "before " + moment_text(*this);
    case Operator::After:
      return "after " + moment_text(*this);
    case Operator::EqualToDateTime:
      return "at " + moment_text(*this);
    case Operator::EqualToJson:
      return "the JSON " + kernel::json_text(*json);
    case Operator::MatchesJsonPath:
      return path->text() + (parts.empty() ? " present" : " " + parts[0].words());
    case Operator::MatchesJsonSchema:
      return "keeping a JSON Schema";
    case Operator::BinaryEqualTo:
      return "certain bytes";
    case Operator::And:
      return joined(parts, " and ");
    case Operator::Or:
      return joined(parts, " or ");
    case Operator::Not:
      return "not " + parts[0].words();
  }
  return {};
}

}  // namespace mocks::match
