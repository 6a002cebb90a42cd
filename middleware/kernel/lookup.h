#pragma once
// A hashed table without iteration: what cannot be walked cannot leak its order into a decision.
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace kernel {

/// Text to V. References stay valid until the entry is erased.
template <class V>
class Lookup {
 public:
  V* find(std::string_view key) {
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : &found->second;
  }
  const V* find(std::string_view key) const {
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : &found->second;
  }
  /// The entry of `key`, made if there is none.
  V& at(std::string_view key) {
    if (V* found = find(key)) return *found;
    return map_.emplace(std::string(key), V{}).first->second;
  }
  /// The text that an entry is kept under; valid as long as the entry. There must be one.
  std::string_view stored(std::string_view key) const { return map_.find(key)->first; }
  bool erase(std::string_view key) {
    const auto found = map_.find(key);
    if (found == map_.end()) return false;
    map_.erase(found);
    return true;
  }
  std::size_t size() const { return map_.size(); }
  void clear() { map_.clear(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, V, Hash, std::equal_to<>> map_;
};

}  // namespace kernel
