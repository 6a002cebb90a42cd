#pragma once
// When an instance counts as healthy, and when as unhealthy.
//
// Source: facts/aws-platform 1.5. ASSUMPTION: of HTTP only 200 is healthy; ranges are undocumented.
#include <cstdint>
#include <string>

#include "middleware/kernel/time.h"

namespace emulator::compute {

struct HealthConfig {
  enum class Protocol : std::uint8_t { Tcp, Http };
  Protocol protocol = Protocol::Tcp;                    ///< Tcp: somebody listens on the port
  std::string path = "/";                               ///< of Http
  kernel::Duration interval = std::chrono::seconds{5};  ///< 1..20 s, from the begin of one check to the next
  kernel::Duration timeout = std::chrono::seconds{2};   ///< 1..20 s
  std::int64_t healthy = 1;                             ///< 1..20 passes in a row
  std::int64_t unhealthy = 5;                           ///< 1..20 failures in a row
};

enum class Health : std::uint8_t { Undecided, Healthy, Unhealthy };

/// Counts the checks of one instance; decided anew by each row of equal results that is long enough.
class HealthCount {
 public:
  explicit HealthCount(const HealthConfig& config) : healthy_(config.healthy), unhealthy_(config.unhealthy) {}

  Health note(bool has_passed) {
    passes_ = has_passed ? passes_ + 1 : 0;
    failures_ = has_passed ? 0 : failures_ + 1;
    if (passes_ >= healthy_) return Health::Healthy;
    return failures_ >= unhealthy_ ? Health::Unhealthy : Health::Undecided;
  }

 private:
  std::int64_t healthy_;
  std::int64_t unhealthy_;
  std::int64_t passes_ = 0;
  std::int64_t failures_ = 0;
};

}  // namespace emulator::compute
