#pragma once
// What a template sees of the world: values by path, the time, luck, counters, earlier requests. The mock
// gives it; a template reads neither clock nor luck of its own.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/time.h"

namespace mocks::render {

using Path = std::vector<std::string>;

class Scope {
 public:
  virtual ~Scope() = default;
  /// {"request", "headers", "X-Id"}: nothing when there is no such value.
  virtual std::optional<kernel::Json> find(const Path& path) = 0;
  virtual kernel::WallTime now() = 0;
  /// A draw of its own at every call, by the seed and what the template is rendered for.
  virtual std::uint64_t draw() = 0;
  /// The next number of the mock's counter of that name: 1, 2, ...
  virtual std::int64_t count(std::string_view name) = 0;
  /// The body of the latest earlier request with this method and path.
  virtual std::optional<std::string> earlier_body(std::string_view method, std::string_view path) = 0;
};

}  // namespace mocks::render
