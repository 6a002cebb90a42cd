#pragma once
// A function as Lambda keeps it: how it is set, its code, its environments.
//
// Source: facts/aws-delivery 5.2 to 5.4.
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "emulator/lambda/async_retry.h"
#include "emulator/lambda/destination.h"
#include "emulator/lambda/environments.h"
#include "emulator/lambda/log_lines.h"
#include "emulator/lambda/ports.h"
#include "middleware/kernel/time.h"

namespace emulator::lambda {

struct FunctionConfig {
  std::string name{};
  std::optional<std::int64_t> concurrency{};           ///< reserved; 0: never runs; nothing: the account's
  kernel::Duration timeout = std::chrono::seconds{3};  ///< 1 s..15 min
  kernel::Duration cold_start =
      std::chrono::milliseconds{250};                    ///< ASSUMPTION: init of a small native function
  kernel::Duration idle_max = std::chrono::minutes{10};  ///< unpublished; how long an environment stays warm
  AsyncRetryConfig async{};
  std::optional<Destination> on_success{};   ///< gets the record of an invocation that succeeded
  std::optional<Destination> on_failure{};   ///< gets the record of an event that was given up
  std::optional<Destination> dead_letter{};  ///< queue or topic that gets such an event itself
  bool stops_recursion = true;
  std::optional<LogFormat> log_format{};  ///< nothing: the platform's lines are not recorded
  std::int64_t memory_mb = 128;           ///< 128..10,240; shown in REPORT only
  std::int64_t memory_used_mb = 36;       ///< ASSUMPTION: shown in REPORT; nobody measures
};

struct Function {
  FunctionConfig config;
  FunctionCode* code;
  AsyncRetry retry;
  Environments environments;
  bool is_throttled = false;
  kernel::WallTime modified_at{};
  /// Of the asynchronous settings; nothing while nobody set them.
  std::optional<kernel::WallTime> async_modified_at{};
  std::map<std::int64_t, std::string> log_streams{};  ///< by environment, when somebody wants log events
};

}  // namespace emulator::lambda
