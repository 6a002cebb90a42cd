#include "mocks/imports/pattern_sample.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "mocks/jsonpath/pattern.h"

namespace mocks::imports {
namespace {

constexpr std::size_t kLengthMax = 1000;

/// Writes the shortest text that the expression allows, choosing the first of alternatives.
class Spelling {
 public:
  Spelling(const std::string& text, std::size_t extra, std::size_t n) : text_(text), extra_(extra), n_(n) {}

  std::optional<std::string> run() {
    std::string out = alternatives();
    if (is_unknown_ || at_ != text_.size() || out.size() > kLengthMax) return std::nullopt;
    return out;
  }

 private:
  bool sees(char c) const { return at_ < text_.size() && text_[at_] == c; }

  /// The first of them; the others are read over.
  std::string alternatives() {
    std::string first = sequence();
    while (sees('|')) {
      ++at_;
      static_cast<void>(sequence());
    }
    return first;
  }

  std::string sequence() {
    std::string out;
    while (!is_unknown_ && at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')') {
      const std::string part = atom();
      std::size_t times = repeats();
      while (times-- > 0 && out.size() <= kLengthMax) out += part;
    }
    return out;
  }

  std::string atom() {
    const char c = text_[at_++];
    if (c == '^' || c == '$') return "";
    if (c == '.') return "a";
    if (c == '[') return one_of_class();
    if (c == '\\') return escape();
    if (c != '(') return std::string(1, c);
    if (sees('?')) {
      is_unknown_ = is_unknown_ || text_.compare(at_, 2, "?:") != 0;
      at_ += 2;
    }
    if (++depth_ > 50) is_unknown_ = true;
    std::string inner = is_unknown_ ? "" : alternatives();
    --depth_;
    is_unknown_ = is_unknown_ || !sees(')');
    ++at_;
    return inner;
  }

  std::string escape() {
    const char c = at_ < text_.size() ? text_[at_++] : '\\';
    if (c == 'd') return std::string(1, static_cast<char>('0' + (1 + n_) % 10));
    if (c == 'w') return std::string(1, static_cast<char>('a' + n_ % 26));
    if (c == 's') return " ";
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    is_unknown_ = is_unknown_ || is_letter;
    return std::string(1, c);
  }

  /// A character of the class, which may be negated: then one that people would use.
  std::string one_of_class() {
    const bool is_negated = sees('^');
    if (is_negated) ++at_;
    std::vector<char> known;
    const std::size_t start = at_;
    while (at_ < text_.size() && (text_[at_] != ']' || at_ == start)) {
      char low = text_[at_++];
      if (low == '\\') {
        const std::string one = escape();
        low = one[0];
      }
      char high = low;
      if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        high = text_[at_ + 1];
        at_ += 2;
      }
      for (int c = low; c <= high && known.size() < 256; ++c) known.push_back(static_cast<char>(c));
    }
    is_unknown_ = is_unknown_ || at_ >= text_.size() || known.empty();
    ++at_;
    if (is_unknown_) return "";
    if (!is_negated) return std::string(1, known[n_ % known.size()]);
    for (const char c : std::string("aA0-_ ")) {
      if (std::ranges::find(known, c) == known.end()) return std::string(1, c);
    }
    is_unknown_ = true;
    return "";
  }

  /// How often the atom stands: as seldom as allowed, one with what is missing to the length.
  std::size_t repeats() {
    std::size_t least = 1;
    std::size_t most = 1;
    if (sees('*') || sees('+') || sees('?')) {
      least = text_[at_] == '+' ? 1 : 0;
      most = text_[at_] == '?' ? 1 : kLengthMax;
      ++at_;
    } else if (sees('{')) {
      const char* const end = text_.data() + text_.size();
      auto read = std::from_chars(text_.data() + at_ + 1, end, least);
      most = least;
      if (read.ec == std::errc{} && read.ptr != end && *read.ptr == ',') {
        most = kLengthMax;
        if (read.ptr + 1 != end && read.ptr[1] != '}') {
          read = std::from_chars(read.ptr + 1, end, most);
        } else {
          ++read.ptr;
        }
      }
      is_unknown_ = is_unknown_ || read.ec != std::errc{} || read.ptr == end || *read.ptr != '}';
      at_ = static_cast<std::size_t>(read.ptr - text_.data()) + 1;
    }
    if (sees('?')) ++at_;  // lazy
    const std::size_t more = most > least ? std::min(extra_, most - least) : 0;
    extra_ -= more;
    return std::min(least + more, kLengthMax + 1);
  }

  const std::string& text_;
  std::size_t extra_;
  std::size_t n_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool is_unknown_ = false;
};

}  // namespace

std::optional<std::string> pattern_sample(const std::string& expression, std::size_t length_min,
                                          std::size_t n) {
  const auto pattern = jsonpath::Pattern::compile(expression);
  if (!pattern) return std::nullopt;
  auto shortest = Spelling(expression, 0, n).run();
  if (shortest && shortest->size() < length_min)
    shortest = Spelling(expression, std::min(length_min - shortest->size(), kLengthMax), n).run();
  if (!shortest || !pattern->is_found_in(*shortest)) return std::nullopt;
  return shortest;
}

}  // namespace mocks::imports
