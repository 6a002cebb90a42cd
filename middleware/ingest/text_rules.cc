#include "middleware/ingest/text_rules.h"

#include <re2/re2.h>

#include <chrono>

namespace ingest {
namespace {

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool is_date(std::string_view text) {
  static const RE2 form(R"((\d{4})-(\d\d)-(\d\d))", quiet());
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!RE2::FullMatch(piece(text), form, &year, &month, &day)) return false;
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                     std::chrono::day(day))
      .ok();
}

/// Of RFC 3339: the offset belongs to it. A leap second is a time.
bool is_time(std::string_view text) {
  static const RE2 form(R"(([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d))",
                        quiet());
  return RE2::FullMatch(piece(text), form);
}

bool is_uuid(std::string_view text) {
  static const RE2 form("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", quiet());
  return RE2::FullMatch(piece(text), form);
}

}  // namespace

struct Pattern::Compiled {
  explicit Compiled(const std::string& expression) : regex(expression, quiet()) {}
  RE2 regex;
};

Pattern::Pattern(const std::string& expression) : compiled_(std::make_shared<const Compiled>(expression)) {}

bool Pattern::is_in(std::string_view text) const { return RE2::PartialMatch(piece(text), compiled_->regex); }

std::optional<std::string> pattern_problem(const std::string& expression) {
  const RE2 regex(expression, quiet());
  if (regex.ok()) return std::nullopt;
  return regex.error();
}

std::optional<Format> find_format(std::string_view name) {
  if (name == "date-time") return Format::DateTime;
  if (name == "date") return Format::Date;
  if (name == "time") return Format::Time;
  if (name == "uuid") return Format::Uuid;
  return std::nullopt;
}

bool has_format(std::string_view text, Format format) {
  switch (format) {
    case Format::DateTime:
      return text.size() > 11 && (text[10] == 'T' || text[10] == 't') && is_date(text.substr(0, 10)) &&
             is_time(text.substr(11));
    case Format::Date:
      return is_date(text);
    case Format::Time:
      return is_time(text);
    case Format::Uuid:
      return is_uuid(text);
  }
  return false;
}

}  // namespace ingest
