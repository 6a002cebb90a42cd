#include "emulator/platform/logs/filter_pattern.h"

#include "emulator/platform/logs/regex.h"
#include "emulator/platform/logs/scanner.h"

namespace emulator::logs {
namespace {

constexpr std::size_t kPatternMax = 1024;

struct Term {
  std::string text{};
  std::optional<Regex> regex{};
  bool is_in(std::string_view event) const {
    return regex ? regex->is_found_in(event) : event.contains(text);
  }
};

class Terms final : public FilterPattern::Body {
 public:
  bool fits(LogText& event) const override {
    for (const Term& term : all) {
      if (!term.is_in(event.text())) return false;
    }
    for (const Term& term : none) {
      if (term.is_in(event.text())) return false;
    }
    for (const Term& term : any) {
      if (term.is_in(event.text())) return true;
    }
    return any.empty();
  }
  bool knows(std::string_view) const override { return false; }
  std::optional<std::string> value_of(LogText&, std::string_view) const override { return std::nullopt; }
  std::vector<std::pair<std::string, std::string>> values_of(LogText&) const override { return {}; }

  std::vector<Term> all{};
  std::vector<Term> any{};
  std::vector<Term> none{};
};

kernel::Result<Term> read_term(Scanner& in) {
  Term term;
  if (in.peek() == '"') {
    in.step();
    auto text = in.quoted('"');
    if (!text) return std::unexpected(text.error());
    term.text = std::move(*text);
  } else if (in.peek() == '%') {
    in.step();
    const std::string_view text = in.until("%");
    if (in.peek() != '%') return in.failed("a '%' is not closed");
    in.step();
    auto regex = Regex::compile(text);
    if (!regex) return std::unexpected(regex.error());
    term.regex = std::move(*regex);
    term.text = text;
  } else {
    const std::size_t begin = in.place();
    while (Scanner::is_word_character(in.peek())) in.step();
    term.text = in.since(begin);
    const char next = in.peek();
    if (next != '\0' && next != ' ' && next != '\t' && next != '\n' && next != '\r')
      return in.failed("'" + std::string(1, next) + "' must stand in quotes,");
  }
  if (term.text.empty()) return in.failed("a term is missing");
  return term;
}

}  // namespace

PatternBody parse_terms(std::string_view text) {
  auto terms = std::make_shared<Terms>();
  Scanner in(text);
  while (!in.at_end()) {
    const char sign = in.peek();
    if (sign == '?' || sign == '-') in.step();
    auto term = read_term(in);
    if (!term) return std::unexpected(term.error());
    (sign == '?' ? terms->any : sign == '-' ? terms->none : terms->all).push_back(std::move(*term));
  }
  if (!terms->any.empty() && !(terms->all.empty() && terms->none.empty()))
    return kernel::invalid("'?' beside terms without it is not emulated");
  return terms;
}

kernel::Result<FilterPattern> FilterPattern::parse(std::string_view text) {
  if (text.size() > kPatternMax) return kernel::invalid("it is longer than 1024 characters");
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  const char first = begin == std::string_view::npos ? '\0' : text[begin];
  auto body = first == '{'   ? parse_json_pattern(text)
              : first == '[' ? parse_fields_pattern(text)
                             : parse_terms(text);
  if (!body) return std::unexpected(body.error());
  FilterPattern pattern;
  pattern.body_ = std::move(*body);
  return pattern;
}

}  // namespace emulator::logs
