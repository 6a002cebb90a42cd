#pragma once
// Which of many closed intervals hold a value: sorted by their lower ends, as a balanced tree without
// pointers whose every node knows the highest end below it. A question costs the logarithm of their number,
// and the answers.
#include <algorithm>
#include <cstddef>
#include <vector>

namespace emulator::patterns {

template <class Key, class Item>
class IntervalTable {
 public:
  void add(Key low, Key high, Item item) { entries_.push_back({low, high, high, item}); }

  /// After the last add, before the first find.
  void build() {
    std::ranges::sort(entries_, {}, &Entry::low);
    if (!entries_.empty()) raise(0, entries_.size());
  }

  bool empty() const { return entries_.empty(); }

  template <class Found>
  void find(const Key& key, const Found& found) const {
    find(key, found, 0, entries_.size());
  }

 private:
  struct Entry {
    Key low;
    Key high;
    Key highest;  // of the part whose middle it is
    Item item;
  };

  Key raise(std::size_t begin, std::size_t end) {
    const std::size_t middle = begin + (end - begin) / 2;
    Entry& entry = entries_[middle];
    if (begin < middle) entry.highest = std::max(entry.highest, raise(begin, middle));
    if (middle + 1 < end) entry.highest = std::max(entry.highest, raise(middle + 1, end));
    return entry.highest;
  }

  template <class Found>
  void find(const Key& key, const Found& found, std::size_t begin, std::size_t end) const {
    while (begin < end) {
      const std::size_t middle = begin + (end - begin) / 2;
      const Entry& entry = entries_[middle];
      if (entry.highest < key) return;
      find(key, found, begin, middle);
      if (key < entry.low) return;
      if (!(entry.high < key)) found(entry.item);
      begin = middle + 1;
    }
  }

  std::vector<Entry> entries_;
};

}  // namespace emulator::patterns
