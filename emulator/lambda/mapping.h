#pragma once
// Event source mappings from SQS to a function: what is set, and what the API says about them.
//
// Source: facts/aws-delivery 4.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/lambda/poller_scaling.h"
#include "emulator/lambda/throttle_backoff.h"
#include "emulator/queues/ports.h"
#include "middleware/kernel/time.h"

namespace emulator::lambda {

struct MappingConfig {
  std::string function{};
  std::string queue{};
  std::int64_t batch_max = 10;                    ///< 1..10,000; FIFO 1..10
  kernel::Duration window{};                      ///< 0..300 s; above 0 for batches over 10; not for FIFO
  bool reports_failures = false;                  ///< FunctionResponseTypes: ReportBatchItemFailures
  std::optional<std::int64_t> concurrency_max{};  ///< ScalingConfig.MaximumConcurrency, 2..1000
  bool is_enabled = true;
  ScalingConfig scaling{};
  ThrottleBackoff backoff{};
};

/// As the Lambda API answers.
struct MappingError {
  int status = 400;
  std::string code = "InvalidParameterValueException";
  std::string message{};
};
template <class T>
using MappingAnswer = std::expected<T, MappingError>;

struct MappingInfo {
  std::string uuid;
  MappingConfig config;
  std::string state{};  ///< "Enabled", "Disabled", "Deleting". ASSUMPTION: changes take no time
  kernel::WallTime modified_at{};
};

/// What UpdateEventSourceMapping may change; what is absent stays.
struct MappingChange {
  std::optional<std::int64_t> batch_max{};
  std::optional<kernel::Duration> window{};
  std::optional<bool> reports_failures{};
  std::optional<std::optional<std::int64_t>> concurrency_max{};
  std::optional<bool> is_enabled{};
};

class MappingAdmin {
 public:
  virtual ~MappingAdmin() = default;
  virtual MappingAnswer<MappingInfo> create(MappingConfig config) = 0;
  virtual MappingAnswer<MappingInfo> update(std::string_view uuid, const MappingChange& change) = 0;
  /// Batches that the function has already go on to their end.
  virtual MappingAnswer<MappingInfo> remove(std::string_view uuid) = 0;
  virtual MappingAnswer<MappingInfo> find(std::string_view uuid) const = 0;
  /// In the order of creation; an empty name is any.
  virtual std::vector<MappingInfo> list(std::string_view function, std::string_view queue) const = 0;
};

/// What is wrong with a mapping, or nothing. `timeout` is the function's, nothing when there is none.
std::optional<MappingError> refuse(const MappingConfig& config, std::optional<kernel::Duration> timeout,
                                   const queues::Answer<queues::SourceQueue>& source);

/// How long a received message stays hidden: the queue's time, or window, timeout and 30 s together when the
/// window makes that too short.
kernel::Duration effective_visibility(const MappingConfig& config, kernel::Duration timeout,
                                      const queues::SourceQueue& source);

}  // namespace emulator::lambda
