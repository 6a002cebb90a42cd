#include "emulator/patterns/path_tree.h"

#include <algorithm>

namespace emulator::patterns {
namespace {

std::string_view key_of(const std::pair<std::string, PathTree::Node>& child) { return child.first; }

}  // namespace

PathTree::Node PathTree::child(Node node, std::string_view key) const {
  const auto& children = nodes_[node].children;
  const auto found = std::ranges::lower_bound(children, key, {}, key_of);
  return found == children.end() || found->first != key ? kNowhere : found->second;
}

PathTree::Node PathTree::make_child(Node node, std::string_view key) {
  if (const Node found = child(node, key); found != kNowhere) return found;
  const auto made = static_cast<Node>(nodes_.size());
  nodes_.emplace_back();
  auto& children = nodes_[node].children;
  children.emplace(std::ranges::lower_bound(children, key, {}, key_of), key, made);
  return made;
}

std::uint32_t PathTree::add(std::string_view path) {
  Node node = kRoot;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    node = make_child(node, path.substr(begin, end - begin));
    begin = end + 1;
  }
  if (nodes_[node].path == kNoPath) nodes_[node].path = paths_++;
  return nodes_[node].path;
}

PathTree::Node PathTree::below(Node node, std::string_view key) const {
  while (node != kNowhere) {
    const std::size_t end = key.find('.');
    if (end == std::string_view::npos) return child(node, key);
    node = child(node, key.substr(0, end));
    key.remove_prefix(end + 1);
  }
  return kNowhere;
}

}  // namespace emulator::patterns
