#include "emulator/patterns/pattern.h"

#include <algorithm>

#include "emulator/patterns/consistency.h"

namespace emulator::patterns {

Pattern::Pattern(std::vector<Alternative> alternatives)
    : alternatives_(std::make_shared<const std::vector<Alternative>>(std::move(alternatives))) {}

bool Field::accepts(const Scalar& value) const {
  return std::ranges::any_of(matchers, [&value](const Matcher& m) { return patterns::accepts(m, value); });
}

bool Pattern::matches(const Event& event) const {
  PathTree tree;
  std::vector<std::vector<std::uint32_t>> paths;
  for (const Alternative& alternative : *alternatives_) {
    std::vector<std::uint32_t>& own = paths.emplace_back();
    for (const auto& field : alternative) own.push_back(tree.add(field->path));
  }
  FlatEvent flat;
  flat.start(tree, event.attributes);
  flat.read_json(tree, event.json, event.json_path);
  for (std::size_t i = 0; i < alternatives_->size(); ++i) {
    if (fits_together((*alternatives_)[i], paths[i], flat)) return true;
  }
  return false;
}

}  // namespace emulator::patterns
