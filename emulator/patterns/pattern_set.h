#pragma once
// Many patterns, asked at once: which of them does an event match? The answer costs what the event's values
// and the matches cost, not the number of patterns.
//
// How: equal conditions of several patterns are one. The conditions of each alternative, those that are found
// by value first, make a branch of a tree; a branch is followed only while its conditions are satisfied:
//
//                    ┌─ source: prefix aws.   ─ rule 1
//   detail-type: A ──┤
//                    └─ detail.amount: > 100  ─ detail.status: anything-but x  ─ rule 2
//
// Conditions on the envelope come before those on the JSON, which is parsed only when a branch leads there.
// Those that most values satisfy (anything-but, `exists: false`) come last and are tried one by one, each
// once an event and only where their path has values. What is left is checked for array consistency.
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "emulator/patterns/pattern.h"

namespace emulator::patterns {

class PatternIndex;

/// It says of each pattern what Pattern::matches says.
class PatternSet {
 public:
  using Id = std::uint32_t;  ///< 0, 1, ... in the order of adding, never used again

  /// `json_path`: the one that all events will have.
  explicit PatternSet(std::string json_path = "detail");
  ~PatternSet();
  PatternSet(PatternSet&&) noexcept;
  PatternSet& operator=(PatternSet&&) noexcept;

  Id add(Pattern pattern);
  /// Whether there was one.
  bool remove(Id id);
  std::size_t size() const { return patterns_.size(); }

  /// In the order of adding; the span lives until the next call. After a change the index is made anew, once.
  std::span<const Id> matching(const Event& event);

 private:
  std::string json_path_;
  std::map<Id, Pattern> patterns_;
  Id next_ = 0;
  std::unique_ptr<PatternIndex> index_;  // none after a change
};

}  // namespace emulator::patterns
