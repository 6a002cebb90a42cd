#pragma once
// An OpenAPI document whose references are followed. For the sources of this folder.
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace mocks::imports {

/// A value of the document and where it stands.
struct Located {
  const kernel::Json* value = nullptr;  ///< into the document
  std::string pointer{};

  /// Of an object or a list; null when there is none.
  Located at(std::string_view key) const;
  bool is_there() const { return value != nullptr; }
  /// The names of an object's members; of everything else none.
  std::vector<std::string> names() const;
  /// The items of a list; of everything else none.
  std::vector<Located> items() const;
};

class Document {
 public:
  /// `root` outlives the document.
  explicit Document(const kernel::Json& root) : root_(root) {}

  Located root() const { return {&root_, ""}; }

  /// The value behind $ref, however often one leads to the next. The error names a reference that leads out
  /// of the document, to nothing, or back to itself.
  kernel::Result<Located> resolved(Located at) const;

 private:
  const kernel::Json& root_;
};

}  // namespace mocks::imports
