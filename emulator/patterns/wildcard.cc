#include "emulator/patterns/wildcard.h"

#include <algorithm>
#include <utility>

namespace emulator::patterns {
namespace {

/// The parts that follow a star, as one tree: in which of them, and how far, can one value be at once?
class Progress {
 public:
  void add(std::string_view part) {
    std::size_t node = 0;
    for (const char c : part) {
      node = child(node, c);
      ++nodes_[node].parts;
    }
  }

  /// The most parts that are begun after any one text. A text that ends in one node's text also ends in the
  /// texts of the nodes that are its longest endings.
  std::size_t most() {
    std::size_t most = 0;
    for (const std::size_t node : by_depth()) {
      nodes_[node].ending = ending_of(node);
      nodes_[node].total = nodes_[node].parts + nodes_[nodes_[node].ending].total;
      most = std::max(most, nodes_[node].total);
    }
    return most;
  }

 private:
  struct Node {
    std::size_t parent = 0;
    std::size_t depth = 0;
    char byte = 0;
    std::size_t parts = 0;
    std::size_t total = 0;
    std::size_t ending = 0;
    std::vector<std::size_t> children{};
  };

  std::size_t find_child(std::size_t node, char byte) const {
    for (const std::size_t next : nodes_[node].children) {
      if (nodes_[next].byte == byte) return next;
    }
    return 0;
  }

  std::size_t child(std::size_t node, char byte) {
    if (const std::size_t found = find_child(node, byte)) return found;
    nodes_.push_back({.parent = node, .depth = nodes_[node].depth + 1, .byte = byte});
    nodes_[node].children.push_back(nodes_.size() - 1);
    return nodes_.size() - 1;
  }

  std::vector<std::size_t> by_depth() const {
    std::vector<std::size_t> order;
    for (std::size_t node = 1; node < nodes_.size(); ++node) order.push_back(node);
    std::ranges::sort(order, {}, [this](std::size_t node) { return std::pair(nodes_[node].depth, node); });
    return order;
  }

  /// The node of the longest proper ending of this node's text.
  std::size_t ending_of(std::size_t node) const {
    if (nodes_[node].depth == 1) return 0;
    std::size_t at = nodes_[nodes_[node].parent].ending;
    while (true) {
      if (const std::size_t next = find_child(at, nodes_[node].byte)) return next;
      if (at == 0) return 0;
      at = nodes_[at].ending;
    }
  }

  std::vector<Node> nodes_ = std::vector<Node>(1);
};

}  // namespace

kernel::Result<Wildcard> Wildcard::parse(std::string_view text) {
  Wildcard result;
  result.parts_.emplace_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string position = std::to_string(i + 1);
    if (text[i] == '*') {
      if (i + 1 < text.size() && text[i + 1] == '*')
        return kernel::invalid("Consecutive wildcard characters at pos " + position);
      result.parts_.emplace_back();
      continue;
    }
    if (text[i] == '\\') {
      const bool is_escape = i + 1 < text.size() && (text[i + 1] == '*' || text[i + 1] == '\\');
      if (!is_escape) return kernel::invalid("Invalid escape character at pos " + position);
      ++i;
    }
    result.parts_.back() += text[i];
  }
  return result;
}

bool Wildcard::matches(std::string_view text) const {
  if (parts_.size() == 1) return text == parts_.front();
  if (!text.starts_with(parts_.front())) return false;
  text.remove_prefix(parts_.front().size());
  for (std::size_t i = 1; i + 1 < parts_.size(); ++i) {  // the first place that fits leaves most for the rest
    const std::size_t found = text.find(parts_[i]);
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + parts_[i].size());
  }
  return text.ends_with(parts_.back());
}

std::size_t wildcard_complexity(std::span<const Wildcard* const> wildcards) {
  std::size_t most = 0;
  for (const Wildcard* longest : wildcards) {
    // Beside this one, a value can only be in those whose beginning is a beginning of its own.
    const std::string& beginning = longest->parts().front();
    Progress progress;
    std::size_t stars = 0;
    for (const Wildcard* other : wildcards) {
      if (other->parts().size() == 1 || !beginning.starts_with(other->parts().front())) continue;
      stars += other->parts().size() - 1;
      for (std::size_t i = 1; i < other->parts().size(); ++i) {
        const bool is_last = i + 1 == other->parts().size();
        progress.add(is_last ? other->parts()[i] + '"' : other->parts()[i]);  // the closing quote counts
      }
    }
    most = std::max(most, stars + (stars == 0 ? 0 : progress.most()));
  }
  return most;
}

}  // namespace emulator::patterns
