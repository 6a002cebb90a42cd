#pragma once
// A hashed table without iteration, as kernel/lookup.h, for very many keys that are UUIDs: 16 bytes each
// instead of a text on the heap.
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace kernel {

using UuidBytes = std::array<std::uint64_t, 2>;

/// What the text says if it is a UUID in its one canonical spelling (36 characters, small letters); so two
/// texts that differ never have the same bytes.
std::optional<UuidBytes> uuid_bytes(std::string_view text);

template <class V>
class UuidLookup {
 public:
  /// Valid until the entry is erased.
  const V* find(const UuidBytes& key) const {
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : &found->second;
  }
  /// The entry of `key`, made if there is none.
  V& at(const UuidBytes& key) { return map_[key]; }
  bool erase(const UuidBytes& key) { return map_.erase(key) != 0; }
  std::size_t size() const { return map_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const UuidBytes& uuid) const noexcept {
      // Ids that only count up differ in few bits: multiplications spread them.
      const std::uint64_t mixed = (uuid[0] ^ (uuid[1] * 0x9e3779b97f4a7c15ULL)) * 0xff51afd7ed558ccdULL;
      return static_cast<std::size_t>(mixed ^ mixed >> 32);
    }
  };
  std::unordered_map<UuidBytes, V, Hash> map_;
};

}  // namespace kernel
