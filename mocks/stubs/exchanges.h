#pragma once
// The journal of a mock: one row for each request, opened when it arrives, so that a request in flight is
// seen, and closed when its answer has left. Facts: mocks-and-faults 0 and 16.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "middleware/kernel/http.h"
#include "middleware/kernel/time.h"

namespace mocks::stubs {

struct Exchange {
  std::uint64_t number = 0;  ///< 1, 2, ... in the order of arrival
  kernel::Timestamp arrived{};
  kernel::WallTime arrived_wall{};
  std::optional<kernel::Timestamp> ended{};
  kernel::HttpRequest request{};  ///< its body cut at kBodyMax
  std::string event{};            ///< of the caller's trace
  std::string correlation{};
  std::int64_t attempt = 1;   ///< request of this correlation
  std::string answered_by{};  ///< a stub's id; "bucket /things", "limit default" ...; "": nobody
  bool is_executed = false;   ///< side effects were done
  int status = 0;             ///< 0: in flight, or ended without an answer
  kernel::Ending ending = kernel::Ending::Complete;
  std::string fault{};    ///< the rule that replaced the answer
  std::string nearest{};  ///< when nobody answered: the report of near misses, JSON
};

class Exchanges {
 public:
  static constexpr std::size_t kBodyMax = 64 * 1024;
  static constexpr std::size_t kRowsMax = 100'000;

  /// Keeps the last `rows_max` requests.
  explicit Exchanges(std::size_t rows_max = kRowsMax) : rows_max_(rows_max) {}

  std::uint64_t open(Exchange row);
  /// Null when the row was dropped to make room.
  Exchange* find(std::uint64_t number);

  const std::deque<Exchange>& rows() const { return rows_; }
  /// How many of the oldest rows are gone.
  std::uint64_t dropped() const { return dropped_; }
  void clear();

 private:
  std::size_t rows_max_;
  std::deque<Exchange> rows_;
  std::uint64_t dropped_ = 0;
};

}  // namespace mocks::stubs
