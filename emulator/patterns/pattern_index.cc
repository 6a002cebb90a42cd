#include "emulator/patterns/pattern_index.h"

#include <algorithm>
#include <tuple>

#include "emulator/patterns/consistency.h"

namespace emulator::patterns {
namespace {

int generality_of(const Matcher& matcher) {
  const auto* likeness = std::get_if<Likeness>(&matcher);
  if (likeness == nullptr) return 2;
  if (const auto* range = std::get_if<NumberRange>(likeness)) return range->low == range->high ? 0 : 1;
  return std::holds_alternative<ExactText>(*likeness) || std::holds_alternative<ExactToken>(*likeness) ? 0
                                                                                                       : 1;
}

bool lies_in(std::string_view path, std::string_view parent) {
  return parent.empty() || path == parent ||
         (path.starts_with(parent) && path.substr(parent.size()).starts_with('.'));
}

}  // namespace

PatternIndex::PatternIndex(const std::map<PatternSet::Id, Pattern>& patterns, const std::string& json_path)
    : json_path_(json_path) {
  for (const auto& [id, pattern] : patterns) {
    patterns_.push_back(pattern);
    for (const Alternative& alternative : pattern.alternatives()) add(id, alternative);
  }
  for (ValueIndex& values : values_) values.build();
  satisfied_in_.resize(asked_.size());
  tried_in_.resize(asked_.size());
}

PatternIndex::Condition PatternIndex::condition_of(const Field& field) {
  const std::string key = field.path + '\n' + field.source;
  if (const Condition* known = known_.find(key)) return *known;
  const auto condition = static_cast<Condition>(asked_.size());
  known_.at(key) = condition;
  Asked asked{.field = &field,
              .path = tree_.add(field.path),
              .is_in_json = lies_in(field.path, json_path_),
              .is_found_by_value = std::ranges::all_of(field.matchers, ValueIndex::holds),
              .generality = 0};
  for (const Matcher& matcher : field.matchers)
    asked.generality = std::max(asked.generality, generality_of(matcher));
  if (values_.size() <= asked.path) {
    values_.resize(asked.path + 1);
    is_json_path_.resize(asked.path + 1);
  }
  is_json_path_[asked.path] = asked.is_in_json;
  if (asked.is_found_by_value) {
    for (const Matcher& matcher : field.matchers) values_[asked.path].add(condition, matcher);
  }
  asked_.push_back(asked);
  return condition;
}

std::uint32_t PatternIndex::below(std::uint32_t node, Condition condition) {
  const Asked& asked = asked_[condition];
  auto& branches = !asked.is_found_by_value ? nodes_[node].tried
                   : asked.is_in_json       ? nodes_[node].by_json
                                            : nodes_[node].by_attribute;
  const auto place = std::ranges::lower_bound(branches, condition, {}, &Branch::condition);
  if (place != branches.end() && place->condition == condition) return place->node;
  const auto made = static_cast<std::uint32_t>(nodes_.size());
  branches.insert(place, {condition, made});
  nodes_.emplace_back();
  return made;
}

void PatternIndex::add(PatternSet::Id id, const Alternative& alternative) {
  End end{.id = id, .alternative = &alternative, .paths = {}, .needs_check = false};
  std::vector<Condition> conditions;
  int in_json = 0;
  for (const auto& field : alternative) {
    conditions.push_back(condition_of(*field));
    const Asked& asked = asked_[conditions.back()];
    end.paths.push_back(asked.path);
    if (asked.is_in_json) ++in_json;
    end.needs_check = end.needs_check || field->accepts_absence;
  }
  end.needs_check = end.needs_check || in_json > 1;
  std::ranges::sort(conditions, {}, [this](Condition condition) {
    const Asked& asked = asked_[condition];
    return std::tuple(!asked.is_found_by_value, asked.is_in_json, asked.generality, asked.path, condition);
  });
  std::uint32_t node = 0;
  for (const Condition condition : conditions) node = below(node, condition);
  nodes_[node].ends.push_back(std::move(end));
}

std::span<const PatternSet::Id> PatternIndex::matching(const Event& event) {
  event_ = &event;
  ++turn_;
  is_json_read_ = false;
  by_attribute_.clear();
  by_json_.clear();
  found_.clear();
  flat_.start(tree_, event.attributes);
  for (const std::uint32_t path : flat_.found()) {
    if (!is_json_path_[path]) satisfy(path, by_attribute_);
  }
  visit(0);
  std::ranges::sort(found_);
  const auto rest = std::ranges::unique(found_);
  found_.erase(rest.begin(), rest.end());
  return found_;
}

void PatternIndex::satisfy(std::uint32_t path, std::vector<Condition>& satisfied) {
  const auto note = [this, &satisfied](Condition condition) {
    if (satisfied_in_[condition] == turn_) return;
    satisfied_in_[condition] = turn_;
    satisfied.push_back(condition);
  };
  for (const FlatEvent::Value& value : flat_.values(path)) values_[path].find(value.scalar, note);
}

void PatternIndex::need_json() {
  if (is_json_read_) return;
  is_json_read_ = true;
  flat_.read_json(tree_, event_->json, json_path_);
  for (const std::uint32_t path : flat_.found()) {
    if (is_json_path_[path]) satisfy(path, by_json_);
  }
}

/// Whether a condition that is not found by value can be satisfied, array consistency apart.
bool PatternIndex::holds(Condition condition) {
  if (tried_in_[condition] == turn_) return satisfied_in_[condition] == turn_;
  tried_in_[condition] = turn_;
  const Asked& asked = asked_[condition];
  if (asked.is_in_json) need_json();
  const auto values = flat_.values(asked.path);
  bool is_satisfied = std::ranges::any_of(
      values, [&asked](const FlatEvent::Value& v) { return asked.field->accepts(v.scalar); });
  if (!is_satisfied && asked.field->accepts_absence) {  // values inside arrays may be absent for some choices
    is_satisfied = std::ranges::none_of(
        values, [this](const FlatEvent::Value& v) { return flat_.memberships(v).empty(); });
  }
  if (is_satisfied) satisfied_in_[condition] = turn_;
  return is_satisfied;
}

void PatternIndex::follow(std::uint32_t node, std::vector<Branch> Node::* branches,
                          const std::vector<Condition>& satisfied) {
  const std::vector<Branch>& all = nodes_[node].*branches;
  if (all.size() <= satisfied.size()) {
    for (const Branch& branch : all) {
      if (satisfied_in_[branch.condition] == turn_) visit(branch.node);
    }
    return;
  }
  for (const Condition condition : satisfied) {
    const auto place = std::ranges::lower_bound(all, condition, {}, &Branch::condition);
    if (place != all.end() && place->condition == condition) visit(place->node);
  }
}

void PatternIndex::visit(std::uint32_t node) {
  const Node& here = nodes_[node];
  for (const End& end : here.ends) {
    const bool is_free = !end.needs_check || !flat_.has_memberships();
    if (is_free || fits_together(*end.alternative, end.paths, flat_)) found_.push_back(end.id);
  }
  follow(node, &Node::by_attribute, by_attribute_);
  if (!here.by_json.empty()) {
    need_json();
    follow(node, &Node::by_json, by_json_);
  }
  for (const Branch& branch : here.tried) {
    if (holds(branch.condition)) visit(branch.node);
  }
}

}  // namespace emulator::patterns
