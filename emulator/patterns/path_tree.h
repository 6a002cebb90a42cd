#pragma once
// The paths that patterns ask for, as a tree of keys: what of an event is worth reading.
//
// Source: facts/aws-delivery 1.4, "Flatten the event": paths are keys joined by dots, wherever the dots come
// from.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace emulator::patterns {

class PathTree {
 public:
  using Node = std::uint32_t;
  static constexpr Node kRoot = 0;
  static constexpr Node kNowhere = 0xffffffff;  ///< nobody asks for anything there
  static constexpr std::uint32_t kNoPath = 0xffffffff;

  /// The number of a path: 0, 1, ... in the order of asking first.
  std::uint32_t add(std::string_view path);
  std::uint32_t paths() const { return paths_; }

  /// Where a key below `node` leads. The key may hold dots.
  Node below(Node node, std::string_view key) const;
  /// The number of the path that ends at `node`, or kNoPath.
  std::uint32_t path_at(Node node) const { return nodes_[node].path; }
  bool is_leaf(Node node) const { return nodes_[node].children.empty(); }

 private:
  struct Entry {
    std::uint32_t path = kNoPath;
    std::vector<std::pair<std::string, Node>> children{};  // sorted by key
  };

  Node child(Node node, std::string_view key) const;
  Node make_child(Node node, std::string_view key);

  std::vector<Entry> nodes_ = std::vector<Entry>(1);
  std::uint32_t paths_ = 0;
};

}  // namespace emulator::patterns
