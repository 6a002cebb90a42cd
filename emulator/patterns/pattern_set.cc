#include "emulator/patterns/pattern_set.h"

#include "emulator/patterns/pattern_index.h"
#include "middleware/kernel/check.h"

namespace emulator::patterns {

PatternSet::PatternSet(std::string json_path) : json_path_(std::move(json_path)) {}
PatternSet::~PatternSet() = default;
PatternSet::PatternSet(PatternSet&&) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&&) noexcept = default;

PatternSet::Id PatternSet::add(Pattern pattern) {
  index_.reset();
  patterns_.emplace(next_, std::move(pattern));
  return next_++;
}

bool PatternSet::remove(Id id) {
  index_.reset();
  return patterns_.erase(id) > 0;
}

std::span<const PatternSet::Id> PatternSet::matching(const Event& event) {
  CHECK(event.json.empty() || event.json_path == json_path_);
  if (!index_) index_ = std::make_unique<PatternIndex>(patterns_, json_path_);
  return index_->matching(event);
}

}  // namespace emulator::patterns
