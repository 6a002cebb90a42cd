#include <algorithm>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/soql.h"
#include "middleware/kernel/http.h"

namespace emulator::salesforce_edge {

using kernel::Json;

namespace {

constexpr int kDepthMax = 50;

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  kernel::Result<Soql> parse() {
    Soql soql;
    const bool is_read =
        keyword("SELECT") && fields(soql) && keyword("FROM") && name(soql.from) && tail(soql);
    space();
    if (!is_read || !rest_.empty()) return kernel::invalid("unexpected token: '" + found() + "'");
    return soql;
  }

 private:
  void space() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())) != 0)
      rest_.remove_prefix(1);
  }
  /// The next word or sign, for messages and keywords.
  std::string_view next() {
    space();
    std::size_t length = 0;
    while (length < rest_.size() && is_name_character(rest_[length])) ++length;
    return rest_.substr(0, std::max<std::size_t>(length, rest_.empty() ? 0 : 1));
  }
  std::string found() { return rest_.empty() ? "<EOF>" : std::string(next()); }
  bool peek(std::string_view word) { return kernel::equal_without_case(next(), word); }
  bool keyword(std::string_view word) {
    if (!peek(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool sign(std::string_view text) {
    space();
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool name(std::string& to) {
    const std::string_view word = next();
    if (word.empty() || !is_name_character(word.front())) return false;
    to = word;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool fields(Soql& soql) {
    if (peek("COUNT")) return keyword("COUNT") && sign("(") && sign(")");
    do {
      if (!name(soql.fields.emplace_back())) return false;
    } while (sign(","));
    return true;
  }

  bool tail(Soql& soql) {
    if (keyword("WHERE") && !disjunction(soql.where.emplace(), 0)) return false;
    if (keyword("ORDER") && !(keyword("BY") && orders(soql))) return false;
    if (keyword("LIMIT")) {
      std::int64_t limit = 0;
      if (!count(limit)) return false;
      soql.limit = limit;
    }
    return !keyword("OFFSET") || count(soql.offset);
  }
  bool orders(Soql& soql) {
    do {
      Ordering ordering;
      if (!name(ordering.field)) return false;
      ordering.is_descending = !keyword("ASC") && keyword("DESC");
      soql.order.push_back(std::move(ordering));
    } while (sign(","));
    return true;
  }
  bool count(std::int64_t& to) {
    const std::string_view word = next();
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), to);
    if (error != std::errc{} || end != word.data() + word.size()) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool disjunction(Condition& to, int depth) { return joined(to, depth, "OR", Condition::Kind::Or); }
  bool joined(Condition& to, int depth, std::string_view word, Condition::Kind kind) {
    const bool is_or = kind == Condition::Kind::Or;
    const auto part = [&](Condition& condition) {
      return is_or ? joined(condition, depth, "AND", Condition::Kind::And) : single(condition, depth);
    };
    Condition first;
    if (!part(first)) return false;
    if (!peek(word)) {
      to = std::move(first);
      return true;
    }
    to.kind = kind;
    to.parts.push_back(std::move(first));
    while (keyword(word)) {
      if (!part(to.parts.emplace_back())) return false;
    }
    return true;
  }
  bool single(Condition& to, int depth) {
    if (depth > kDepthMax) return false;
    if (sign("(")) return disjunction(to, depth + 1) && sign(")");
    if (keyword("NOT")) {
      to.kind = Condition::Kind::Not;
      return single(to.parts.emplace_back(), depth + 1);
    }
    return comparison(to);
  }
  bool comparison(Condition& to) {
    if (!name(to.field)) return false;
    Json literals = Json::array();
    if (keyword("NOT")) {
      to.comparison = Comparison::NotIn;
      if (!keyword("IN") || !list(literals)) return false;
    } else if (keyword("IN")) {
      to.comparison = Comparison::In;
      if (!list(literals)) return false;
    } else if (!operation(to.comparison) || !literal(literals)) {
      return false;
    }
    to.literals = kernel::json_text(literals);
    return true;
  }
  bool operation(Comparison& to) {
    constexpr std::pair<std::string_view, Comparison> kSigns[] = {
        {"!=", Comparison::NotEqual},     {"<>", Comparison::NotEqual}, {"<=", Comparison::LessEqual},
        {">=", Comparison::GreaterEqual}, {"<", Comparison::Less},      {">", Comparison::Greater},
        {"=", Comparison::Equal}};
    for (const auto& [text, comparison] : kSigns) {
      if (!sign(text)) continue;
      to = comparison;
      return true;
    }
    to = Comparison::Like;
    return keyword("LIKE");
  }
  bool list(Json& to) {
    if (!sign("(")) return false;
    do {
      if (!literal(to)) return false;
    } while (sign(","));
    return sign(")");
  }
  bool literal(Json& to) {
    space();
    if (rest_.starts_with('\'')) return quoted(to);
    std::size_t length = 0;
    while (length < rest_.size() &&
           (is_name_character(rest_[length]) || std::string_view("+-:").contains(rest_[length])))
      ++length;
    const std::string word(rest_.substr(0, length));
    if (word.empty()) return false;
    for (const auto& [text, value] :
         {std::pair<const char*, Json>{"null", nullptr}, {"true", true}, {"false", false}}) {
      if (!kernel::equal_without_case(word, text)) continue;
      rest_.remove_prefix(length);
      to.push_back(value);
      return true;
    }
    auto number = kernel::parse_json(word);
    const bool is_date = word.size() >= 10 && word[4] == '-';
    if (!is_date && !(number && number->is_number())) return false;
    rest_.remove_prefix(length);
    to.push_back(is_date ? Json(word) : std::move(*number));
    return true;
  }
  bool quoted(Json& to) {
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\'') {
        rest_.remove_prefix(i + 1);
        to.push_back(text);
        return true;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) return false;
      text += rest_[i];
    }
    return false;
  }

  std::string_view rest_;
};

}  // namespace

kernel::Result<Soql> parse_soql(std::string_view text) { return Parser(text).parse(); }

}  // namespace emulator::salesforce_edge
