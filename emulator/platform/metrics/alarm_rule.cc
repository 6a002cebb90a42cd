#include "emulator/platform/metrics/alarm_rule.h"

#include <algorithm>

namespace emulator::metrics {
namespace {

constexpr int kDepthMax = 100;
constexpr std::size_t kRuleMax = 10'240;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string name_of(std::string_view text) {
  constexpr std::string_view kMark = ":alarm:";
  const std::size_t mark = text.find(kMark);
  if (!text.starts_with("arn:") || mark == std::string_view::npos) return std::string(text);
  return std::string(text.substr(mark + kMark.size()));
}

}  // namespace

/// Recursive descent; problem_ is the first that was met.
class AlarmRule::Parser {
 public:
  Parser(std::string_view text, AlarmRule& rule) : text_(text), rule_(rule) {}

  kernel::Result<> run() {
    if (text_.size() > kRuleMax) return kernel::invalid("the rule is longer than 10240 characters");
    static_cast<void>(disjunction());
    skip_space();
    if (problem_.empty() && at_ < text_.size()) fail("'AND', 'OR' or the end is expected");
    if (!problem_.empty()) return kernel::invalid(problem_);
    return {};
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  std::size_t fail(const std::string& what) {
    if (!problem_.empty()) return 0;
    problem_ = "position " + std::to_string(at_ + 1) + ": " + what;
    if (at_ >= text_.size()) {
      problem_ += ", but the rule ends";
    } else {
      std::size_t end = at_ + 1;
      while (end < text_.size() && !is_space(text_[end]) && text_[end] != '(' && text_[end] != ')') ++end;
      problem_ += ", found '" + std::string(text_.substr(at_, std::min<std::size_t>(end - at_, 40))) + "'";
    }
    return 0;
  }
  /// Words end where names do.
  bool take_word(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    const std::size_t end = at_ + word.size();
    if (end < text_.size() && !is_space(text_[end]) && text_[end] != '(' && text_[end] != ')') return false;
    at_ = end;
    return true;
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::size_t add(Node node) {
    rule_.nodes_.push_back(std::move(node));
    return rule_.nodes_.size() - 1;
  }

  std::size_t disjunction() {
    std::size_t left = conjunction();
    while (problem_.empty() && take_word("OR")) {
      const std::size_t right = conjunction();
      left = add({.kind = Kind::Or, .left = left, .right = right});
    }
    return left;
  }
  std::size_t conjunction() {
    std::size_t left = negation();
    while (problem_.empty() && take_word("AND")) {
      const std::size_t right = negation();
      left = add({.kind = Kind::And, .left = left, .right = right});
    }
    return left;
  }
  std::size_t negation() {
    if (++depth_ > kDepthMax) return fail("the rule nests too deep");
    std::size_t node = 0;
    if (take_word("NOT")) {
      node = negation();
      if (problem_.empty()) node = add({.kind = Kind::Not, .left = node});
    } else {
      node = primary();
    }
    --depth_;
    return node;
  }
  std::size_t primary() {
    if (take('(')) {
      const std::size_t node = disjunction();
      if (problem_.empty() && !take(')')) return fail("')' is expected");
      return node;
    }
    for (const bool value : {true, false}) {
      if (take_word(value ? "TRUE" : "FALSE")) return add({.kind = Kind::Constant, .value = value});
    }
    for (const State state : {State::Alarm, State::Ok, State::InsufficientData}) {
      if (take_word(to_text(state))) return is(state);
    }
    return fail("ALARM(...), OK(...), INSUFFICIENT_DATA(...), TRUE, FALSE, NOT or '(' is expected");
  }
  std::size_t is(State state) {
    if (!take('(')) return fail("'(' is expected");
    skip_space();
    const bool is_quoted = at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'');
    const char quote = is_quoted ? text_[at_++] : ')';
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != quote &&
           (is_quoted || (!is_space(text_[at_]) && text_[at_] != '(')))
      ++at_;
    const std::string name = name_of(text_.substr(begin, at_ - begin));
    if (name.empty()) return fail("the name of an alarm is expected");
    if (is_quoted && !take(quote)) return fail("the quote that ends the name is expected");
    if (!take(')')) return fail("')' is expected");
    if (std::ranges::find(rule_.alarms_, name) == rule_.alarms_.end()) rule_.alarms_.push_back(name);
    return add({.kind = Kind::Is, .state = state, .alarm = name});
  }

  std::string_view text_;
  AlarmRule& rule_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string problem_;
};

kernel::Result<AlarmRule> AlarmRule::parse(std::string_view text) {
  AlarmRule rule;
  if (auto parsed = Parser(text, rule).run(); !parsed) return std::unexpected(parsed.error());
  return rule;
}

bool AlarmRule::holds(const std::function<State(const std::string&)>& state_of) const {
  return holds(nodes_.size() - 1, state_of);
}

bool AlarmRule::holds(std::size_t node, const std::function<State(const std::string&)>& state_of) const {
  const Node& one = nodes_[node];
  switch (one.kind) {
    case Kind::Constant:
      return one.value;
    case Kind::Is:
      return state_of(one.alarm) == one.state;
    case Kind::Not:
      return !holds(one.left, state_of);
    case Kind::And:
      return holds(one.left, state_of) && holds(one.right, state_of);
    case Kind::Or:
      return holds(one.left, state_of) || holds(one.right, state_of);
  }
  return false;
}

}  // namespace emulator::metrics
