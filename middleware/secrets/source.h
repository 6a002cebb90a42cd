#pragma once
// One place that secrets can be asked from.
#include <functional>
#include <optional>
#include <string>

#include "middleware/kernel/result.h"
#include "middleware/kernel/task.h"
#include "middleware/secrets/reference.h"

namespace secrets {

/// The process's environment, as main() hands it on; nothing for a variable that is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

class Source {
 public:
  virtual ~Source() = default;
  /// The whole secret; the pointer of `reference` is not followed. Errors say why, never a value.
  virtual kernel::Task<kernel::Result<std::string>> fetch(Reference reference) = 0;
};

}  // namespace secrets
