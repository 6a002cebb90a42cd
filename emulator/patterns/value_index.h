#pragma once
// The conditions of many patterns on one path: which of them does a value satisfy? Exact values are found by
// hash, beginnings and ends by one look for each length in use, numbers and addresses among sorted intervals;
// a wildcard is tried where its beginning or end fits. What has none of these is tried each time.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "emulator/patterns/interval_table.h"
#include "emulator/patterns/matcher.h"
#include "middleware/kernel/lookup.h"

namespace emulator::patterns {

class ValueIndex {
 public:
  using Condition = std::uint32_t;

  /// Whether a condition with this matcher can be found by value: not one that most values satisfy.
  static bool holds(const Matcher& matcher) {
    return std::holds_alternative<Likeness>(matcher) || std::holds_alternative<Present>(matcher);
  }

  /// `matcher` outlives the index. A condition is satisfied by any of its matchers.
  void add(Condition condition, const Matcher& matcher);
  /// After the last add.
  void build();

  /// Calls `found(condition)` for each one that `value` satisfies, some perhaps twice.
  template <class Found>
  void find(const Scalar& value, const Found& found) const;

 private:
  struct Entry {
    Condition condition;
    const Likeness* check = nullptr;  ///< must accept, too
  };
  using Table = kernel::Lookup<std::vector<Entry>>;
  /// Texts that a value begins or ends with.
  struct Affixes {
    Table table;
    std::vector<std::size_t> lengths;  // ascending
    void add(std::string_view text, Entry entry);
  };

  void add_likeness(Condition condition, const Likeness& likeness);
  void add_any_case(Condition condition, const Likeness& likeness, const AnyCase& wanted);
  void add_wildcard(Condition condition, const Likeness& likeness, const Wildcard& wanted);

  template <class Found>
  static void report(const std::vector<Entry>* entries, const Scalar& value, const Found& found);
  template <class Found>
  void find_text(const Scalar& value, const Found& found) const;
  template <class Found>
  static void find_affixes(const Affixes& begins, const Affixes& ends, std::string_view text,
                           const Scalar& value, const Found& found);

  Table texts_;
  Table tokens_;
  Table lowered_;
  Affixes begins_;
  Affixes ends_;
  Affixes lowered_begins_;
  Affixes lowered_ends_;
  bool has_lowered_ = false;
  IntervalTable<double, Condition> numbers_;
  IntervalTable<Address, Condition> addresses_;
  std::vector<Entry> digits_;  // addresses, for numbers
  std::vector<Entry> rest_;    // texts that no table finds
  std::vector<Condition> any_;
  mutable std::string scratch_;
};

template <class Found>
void ValueIndex::report(const std::vector<Entry>* entries, const Scalar& value, const Found& found) {
  if (entries == nullptr) return;
  for (const Entry& entry : *entries) {
    if (entry.check == nullptr || accepts(*entry.check, value)) found(entry.condition);
  }
}

template <class Found>
void ValueIndex::find_affixes(const Affixes& begins, const Affixes& ends, std::string_view text,
                              const Scalar& value, const Found& found) {
  for (const std::size_t length : begins.lengths) {
    if (length > text.size()) break;
    report(begins.table.find(text.substr(0, length)), value, found);
  }
  for (const std::size_t length : ends.lengths) {
    if (length > text.size()) break;
    report(ends.table.find(text.substr(text.size() - length)), value, found);
  }
}

template <class Found>
void ValueIndex::find_text(const Scalar& value, const Found& found) const {
  report(texts_.find(value.text), value, found);
  find_affixes(begins_, ends_, value.text, value, found);
  if (has_lowered_) {
    assign_ascii_lower(scratch_, value.text);
    report(lowered_.find(scratch_), value, found);
    find_affixes(lowered_begins_, lowered_ends_, scratch_, value, found);
  }
  if (!addresses_.empty()) {
    if (const auto address = parse_address(value.text)) addresses_.find(*address, found);
  }
  report(&rest_, value, found);
}

template <class Found>
void ValueIndex::find(const Scalar& value, const Found& found) const {
  for (const Condition condition : any_) found(condition);
  if (value.kind == Scalar::Kind::Text) return find_text(value, found);
  if (value.number) {
    numbers_.find(*value.number, found);
  } else {
    report(tokens_.find(value.text), value, found);
  }
  if (value.kind == Scalar::Kind::Number) report(&digits_, value, found);
}

}  // namespace emulator::patterns
