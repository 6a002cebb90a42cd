#pragma once
// What clients may ask of Lambda about its functions: which there are, how they are set, and to set them
// otherwise while events flow.
//
// Source: facts/aws-delivery 5.1, 5.3, 5.4. Where code comes from is not emulated: a function that a client
// creates runs what the rig has built in.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/lambda/account.h"
#include "emulator/lambda/async_retry.h"
#include "emulator/lambda/destination.h"
#include "emulator/lambda/log_lines.h"
#include "middleware/kernel/time.h"

namespace emulator::lambda {

/// What of a function is set, by whomever.
struct FunctionSettings {
  std::string name;
  kernel::Duration timeout = std::chrono::seconds{3};  ///< 1 s..15 min
  std::optional<std::int64_t> reserved{};  ///< concurrency of its own; nothing: shares the account's
  AsyncRetryConfig async{};
  std::optional<Destination> on_success{};
  std::optional<Destination> on_failure{};
  std::optional<Destination> dead_letter{};  ///< queue or topic
  std::int64_t memory_mb = 128;              ///< 128..10,240; shown in REPORT only
  std::optional<LogFormat> log_format{};     ///< nothing: the platform's lines are not recorded
};

struct FunctionInfo {
  FunctionSettings settings;
  kernel::WallTime modified_at{};
  /// Of the asynchronous settings; nothing while nobody set them.
  std::optional<kernel::WallTime> async_modified_at{};
};

/// As the Lambda API answers.
struct FunctionError {
  int status = 400;
  std::string code = "InvalidParameterValueException";
  std::string message{};
};
template <class T>
using FunctionAnswer = std::expected<T, FunctionError>;

/// What is absent stays as it is; a destination without a name takes it away.
struct FunctionChange {
  std::optional<kernel::Duration> timeout{};
  std::optional<Destination> dead_letter{};
  std::optional<std::int64_t> memory_mb{};
  std::optional<LogFormat> log_format{};
};
/// UpdateFunctionEventInvokeConfig; PutFunctionEventInvokeConfig starts from the defaults instead.
struct AsyncChange {
  std::optional<std::int64_t> retries_max{};
  std::optional<kernel::Duration> event_age_max{};
  std::optional<Destination> on_failure{};
  std::optional<Destination> on_success{};
};

struct AccountInfo {
  std::int64_t concurrency = kAccountConcurrency;
  std::int64_t unreserved = kAccountConcurrency;  ///< of these
};

class FunctionAdmin {
 public:
  virtual ~FunctionAdmin() = default;
  /// 409 ResourceConflictException when there is one of that name.
  virtual FunctionAnswer<FunctionInfo> create_function(FunctionSettings settings) = 0;
  /// Events that it accepted go on to their end.
  virtual FunctionAnswer<FunctionInfo> delete_function(std::string_view function) = 0;
  /// Sorted by name.
  virtual std::vector<FunctionInfo> list_functions() const = 0;
  virtual FunctionAnswer<FunctionInfo> function(std::string_view function) const = 0;
  virtual FunctionAnswer<FunctionInfo> change_function(std::string_view function,
                                                       const FunctionChange& change) = 0;
  /// Nothing gives the reservation back. At least 100 of the account's must stay unreserved.
  virtual FunctionAnswer<FunctionInfo> reserve(std::string_view function,
                                               std::optional<std::int64_t> concurrency) = 0;
  /// `starts_anew`: what the change does not say is the default again.
  virtual FunctionAnswer<FunctionInfo> change_async(std::string_view function, const AsyncChange& change,
                                                    bool starts_anew) = 0;
  /// The defaults again. 404 when nothing was set.
  virtual FunctionAnswer<FunctionInfo> reset_async(std::string_view function) = 0;
  virtual AccountInfo account() const = 0;
};

/// Why functions may not reserve `total` environments between them; nothing: they may.
std::optional<std::string> refuse_reserved(std::int64_t account_concurrency, std::int64_t total);
/// Why `function` may not have this destination; nothing: it may. FIFO queues and topics are none, nor is the
/// function itself.
std::optional<std::string> refuse_destination(std::string_view function, const Destination& destination);

}  // namespace emulator::lambda
