#pragma once
// The tree behind a PatternSet, and the buffers that one event after the other uses.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "emulator/patterns/flat_event.h"
#include "emulator/patterns/path_tree.h"
#include "emulator/patterns/pattern_set.h"
#include "emulator/patterns/value_index.h"

namespace emulator::patterns {

class PatternIndex {
 public:
  /// The patterns are shared, not copied.
  PatternIndex(const std::map<PatternSet::Id, Pattern>& patterns, const std::string& json_path);

  std::span<const PatternSet::Id> matching(const Event& event);

 private:
  using Condition = ValueIndex::Condition;

  /// A field as it stands in any number of alternatives.
  struct Asked {
    const Field* field;
    std::uint32_t path;
    bool is_in_json;
    bool is_found_by_value;
    int generality;  ///< 0: exact values only, 1: also ranges and parts of text, 2: anything that is there
  };
  struct Branch {
    Condition condition;
    std::uint32_t node;
  };
  /// An alternative whose conditions are all satisfied on the way to its node.
  struct End {
    PatternSet::Id id;
    const Alternative* alternative;
    std::vector<std::uint32_t> paths;
    bool needs_check;  ///< its fields may contradict each other
  };
  struct Node {
    std::vector<Branch> by_attribute{};  // sorted by condition
    std::vector<Branch> by_json{};       // sorted by condition
    std::vector<Branch> tried{};
    std::vector<End> ends{};
  };

  void add(PatternSet::Id id, const Alternative& alternative);
  Condition condition_of(const Field& field);
  std::uint32_t below(std::uint32_t node, Condition condition);

  void satisfy(std::uint32_t path, std::vector<Condition>& satisfied);
  void need_json();
  bool holds(Condition condition);
  void visit(std::uint32_t node);
  void follow(std::uint32_t node, std::vector<Branch> Node::* branches,
              const std::vector<Condition>& satisfied);

  std::vector<Pattern> patterns_;  // keep alive what the rest points to
  std::string json_path_;
  PathTree tree_;
  kernel::Lookup<Condition> known_;
  std::vector<Asked> asked_;  // by condition
  std::vector<bool> is_json_path_;
  std::vector<ValueIndex> values_;  // by path
  std::vector<Node> nodes_ = std::vector<Node>(1);

  // Of the event that is asked about.
  const Event* event_ = nullptr;
  FlatEvent flat_;
  bool is_json_read_ = false;
  std::uint64_t turn_ = 0;
  std::vector<std::uint64_t> satisfied_in_;  // by condition: the turn
  std::vector<std::uint64_t> tried_in_;      // by condition: the turn
  std::vector<Condition> by_attribute_;
  std::vector<Condition> by_json_;
  std::vector<PatternSet::Id> found_;
};

}  // namespace emulator::patterns
