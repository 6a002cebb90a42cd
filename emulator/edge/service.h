#pragma once
// A service behind the edge: a table of operations, each a function from a call to a result.
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "emulator/edge/call.h"
#include "emulator/edge/dialect.h"
#include "emulator/edge/identify.h"
#include "middleware/kernel/task.h"

namespace emulator::edge {

class AwsService {
 public:
  virtual ~AwsService() = default;
  /// The signing name: "sqs".
  virtual std::string_view name() const = 0;
  /// Of services that speak the query protocol.
  virtual const Dialect* dialect() const { return nullptr; }
  /// Rest services find operation and `path` here; nothing when no route fits. Others know both already.
  virtual bool find_route(AwsCall& call) const { return !call.identity.operation.empty(); }
  virtual kernel::Task<AwsResult> call(AwsCall call) = 0;
  /// A body of a call or an answer as the record may have it: without the values of secrets.
  virtual std::string recorded(std::string body) const { return body; }
};

/// One line of a service's table. Operations that wait are coroutines.
template <class Service>
struct Operation {
  using Plain = AwsResult (Service::*)(const AwsCall&);
  using Waiting = kernel::Task<AwsResult> (Service::*)(AwsCall);
  std::string_view name;
  std::variant<Plain, Waiting> run;
};

/// Runs the line that fits, or refuses the operation by name.
template <class Service>
kernel::Task<AwsResult> run_operation(Service& service, std::span<const Operation<Service>> table,
                                      AwsCall call) {
  for (const Operation<Service>& operation : table) {
    if (operation.name != call.identity.operation) continue;
    if (const auto* plain = std::get_if<typename Operation<Service>::Plain>(&operation.run))
      co_return (service.**plain)(call);
    const auto waiting = std::get<typename Operation<Service>::Waiting>(operation.run);
    co_return co_await (service.*waiting)(std::move(call));
  }
  co_return std::unexpected(
      not_emulated(std::string(service_title(service.name())) + " " + call.identity.operation));
}

}  // namespace emulator::edge
