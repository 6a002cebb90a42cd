#pragma once
// A hashed table of small keys to numbers, without iteration and without an allocation per entry.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace emulator::hoplog {

/// Stands for a text. Two of a million texts share a key with a probability below 1e-20, so the text itself
/// is not kept.
struct TextKey {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  bool operator==(const TextKey&) const = default;
};

inline std::uint64_t hash_of(const TextKey& key) { return key.a; }
inline std::uint64_t hash_of(std::uint64_t number) {
  return (number * 0x9E37'79B9'7F4A'7C15ULL) ^ (number >> 32);
}

/// Both halves of a 128-bit product, folded: one multiplication mixes 64 bits into 64.
inline std::uint64_t folded_product(std::uint64_t x, std::uint64_t y) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(x) * y;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline TextKey key_of(std::string_view text) {
  constexpr std::uint64_t kA = 0xA076'1D64'78BD'642FULL;
  constexpr std::uint64_t kB = 0xE703'7ED1'A0B4'28DBULL;
  TextKey key{kA ^ text.size(), kB};
  const char* at = text.data();
  std::size_t left = text.size();
  while (left > 0) {
    std::uint64_t words[2] = {0, 0};
    const std::size_t taken = left < 16 ? left : 16;
    if (taken == 16) {
      std::memcpy(words, at, 16);
    } else {
      std::memcpy(words, at, taken);
    }
    key.a = folded_product(key.a ^ words[0], kB ^ words[1]);
    key.b = folded_product(key.b ^ words[1], kA ^ words[0]) + key.a;
    at += taken;
    left -= taken;
  }
  return {folded_product(key.a ^ kB, key.b ^ kA), key.b};
}

/// Open addressing with linear probing, at most three quarters full.
template <class Key>
class FlatMap {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  /// kNone when there is none.
  std::uint32_t find(const Key& key) const {
    if (size_ == 0) return kNone;
    for (std::size_t i = home(key);; i = (i + 1) & mask_) {
      if (entries_[i].value == kNone) return kNone;
      if (entries_[i].key == key) return entries_[i].value;
    }
  }

  /// `key` must be new.
  void insert(const Key& key, std::uint32_t value) {
    if (4 * (size_ + 1) > 3 * entries_.size()) grow();
    place(key, value);
    ++size_;
  }

  void erase(const Key& key) {
    if (size_ == 0) return;
    std::size_t hole = home(key);
    while (entries_[hole].value != kNone && !(entries_[hole].key == key)) hole = (hole + 1) & mask_;
    if (entries_[hole].value == kNone) return;
    --size_;
    // Moves later entries of the chain back, so that no search stops at the hole.
    for (std::size_t i = (hole + 1) & mask_; entries_[i].value != kNone; i = (i + 1) & mask_) {
      const std::size_t wanted = home(entries_[i].key);
      if (((i - wanted) & mask_) >= ((i - hole) & mask_)) {
        entries_[hole] = entries_[i];
        hole = i;
      }
    }
    entries_[hole].value = kNone;
  }

  std::size_t size() const { return size_; }

 private:
  struct Entry {
    Key key{};
    std::uint32_t value = kNone;
  };

  std::size_t home(const Key& key) const { return static_cast<std::size_t>(hash_of(key)) & mask_; }
  void place(const Key& key, std::uint32_t value) {
    std::size_t i = home(key);
    while (entries_[i].value != kNone) i = (i + 1) & mask_;
    entries_[i] = {key, value};
  }
  void grow() {
    std::vector<Entry> old(entries_.empty() ? 64 : entries_.size() * 2);
    old.swap(entries_);
    mask_ = entries_.size() - 1;
    for (const Entry& entry : old) {
      if (entry.value != kNone) place(entry.key, entry.value);
    }
  }

  std::vector<Entry> entries_;
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
};

}  // namespace emulator::hoplog
