#pragma once
// A path at work on one value.
#include <vector>

#include "mocks/jsonpath/ast.h"

namespace mocks::jsonpath {

using Nodes = std::vector<const kernel::Json*>;

/// Lives as long as one selection; `root` is what `$` means, also inside of filters.
class Evaluation {
 public:
  explicit Evaluation(const kernel::Json& root) : root_(root) {}

  Nodes select(const Query& query, const kernel::Json& current) const;
  bool holds(const Expression& test, const kernel::Json& current) const;

 private:
  struct Operand;
  void apply(const Segment& segment, const kernel::Json& node, Nodes& out) const;
  void descend(const Segment& segment, const kernel::Json& node, Nodes& out) const;
  void select_by(const Selector& selector, const kernel::Json& node, Nodes& out) const;
  Operand value_of(const Expression& expression, const kernel::Json& current) const;
  bool compare(const Expression& expression, const kernel::Json& current) const;
  bool matches(const Expression& call, const kernel::Json& current) const;

  const kernel::Json& root_;
};

}  // namespace mocks::jsonpath
