#pragma once
// What instances that share a store tell each other beside events: that they are there, and which APIs they
// have stopped calling.
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace store {

/// An API that an instance's breaker keeps calls from.
struct OpenBreaker {
  std::string api{};
  kernel::Timestamp until{};
};

struct Meeting {
  int instances = 1;                ///< seen lately, who asks included
  std::vector<OpenBreaker> open{};  ///< of the others, one an API
};

class Fellows {
 public:
  virtual ~Fellows() = default;
  /// Says that `instance` is there and what it has open, and learns of the others; who was not seen since
  /// `forget_before` is none. Nothing: the store cannot be asked.
  virtual kernel::Task<std::optional<Meeting>> meet(std::string instance, std::vector<OpenBreaker> open,
                                                    kernel::Timestamp now,
                                                    kernel::Timestamp forget_before) = 0;
};

}  // namespace store
