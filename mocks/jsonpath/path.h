#pragma once
// JSONPath as RFC 9535 has it: selectors, filters, functions, well-typedness. Facts: mocks-and-faults 1.
//
// A path is compiled once and selects nodes of any number of values. What is not well-formed or not
// well-typed is refused with its column. Patterns of match() and search() are I-Regexp (RFC 9485), run by RE2
// in linear time.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace mocks::jsonpath {

struct Query;

class Path {
 public:
  static kernel::Result<Path> compile(std::string_view text);

  /// The nodes in the order of the RFC; a node may stand there twice. They point into `root`.
  std::vector<const kernel::Json*> select(const kernel::Json& root) const;

  const std::string& text() const { return text_; }

 private:
  std::shared_ptr<const Query> query_;  // shared with copies: never changed
  std::string text_;
};

/// Equal by value: 1 = 1.0, members in any order.
bool same_value(const kernel::Json& a, const kernel::Json& b);

}  // namespace mocks::jsonpath
