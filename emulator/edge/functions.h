#pragma once
// The wire side of Lambda: REST with JSON in front of lambda/ports.h and its neighbours.
//
// Source: facts/aws-delivery 4, 5.1, 5.2. Versions, aliases, layers, permissions, code and what else is not
// in the table of functions.cc are refused by name.
//
// A client's invocation begins an event of the record: an asynchronous one is Lambda's until it ends, a
// synchronous one ends with the answer.
#include <string>

#include "emulator/edge/client_events.h"
#include "emulator/edge/members.h"
#include "emulator/edge/service.h"
#include "emulator/lambda/function_admin.h"
#include "emulator/lambda/mapping.h"
#include "emulator/lambda/ports.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::edge {

/// What of Lambda is asked. It outlives the service.
struct LambdaPorts {
  lambda::AsyncInvoker& asynchronous;
  lambda::FunctionInvoker& synchronous;
  lambda::FunctionAdmin& functions;
  lambda::MappingAdmin& mappings;
  kernel::Scheduler& scheduler;
};

struct LambdaPlace {
  std::string region;
  std::string account;
};

class Functions final : public AwsService {
 public:
  Functions(LambdaPorts ports, LambdaPlace place, std::uint64_t seed, kernel::Journal& journal)
      : ports_(ports), place_(std::move(place)), events_(seed, "lambda", journal) {}

  std::string_view name() const override { return "lambda"; }
  bool find_route(AwsCall& call) const override;
  kernel::Task<AwsResult> call(AwsCall call) override;

 private:
  // functions_invoke.cc
  kernel::Task<AwsResult> invoke(AwsCall call);
  kernel::Task<AwsResult> invoke_now(std::string function, AwsCall call, bool wants_log);
  /// InvokeAsync, which the API has for old clients.
  AwsResult invoke_as_before_2015(const AwsCall& call);
  AwsResult invoke_later(const std::string& function, const AwsCall& call);
  // functions_admin.cc
  AwsResult create_function(const AwsCall& call);
  AwsResult list_functions(const AwsCall& call);
  AwsResult get_function(const AwsCall& call);
  AwsResult get_function_configuration(const AwsCall& call);
  AwsResult update_function_configuration(const AwsCall& call);
  AwsResult delete_function(const AwsCall& call);
  AwsResult get_function_concurrency(const AwsCall& call);
  AwsResult put_function_concurrency(const AwsCall& call);
  AwsResult delete_function_concurrency(const AwsCall& call);
  AwsResult get_account_settings(const AwsCall& call);
  // functions_async.cc
  AwsResult get_event_invoke_config(const AwsCall& call);
  AwsResult put_event_invoke_config(const AwsCall& call);
  AwsResult update_event_invoke_config(const AwsCall& call);
  AwsResult delete_event_invoke_config(const AwsCall& call);
  AwsResult list_event_invoke_configs(const AwsCall& call);
  // functions_mappings.cc
  AwsResult create_mapping(const AwsCall& call);
  AwsResult list_mappings(const AwsCall& call);
  AwsResult get_mapping(const AwsCall& call);
  AwsResult update_mapping(const AwsCall& call);
  AwsResult delete_mapping(const AwsCall& call);

  AwsResult set_event_invoke_config(const AwsCall& call, bool starts_anew);
  kernel::Json configuration_json(const lambda::FunctionInfo& info) const;
  kernel::Json async_json(const lambda::FunctionInfo& info) const;
  kernel::Json mapping_json(const lambda::MappingInfo& info) const;
  std::string function_arn(const std::string& function) const;
  std::string queue_arn(const std::string& queue) const;

  LambdaPorts ports_;
  LambdaPlace place_;
  ClientEvents events_;
};

/// How Lambda words what is wrong with a parameter.
extern const MemberErrors kLambdaErrors;
AwsError error_of(const lambda::FunctionError& error);

/// A function as paths and bodies name it: "orders", "123456789012:function:orders", an ARN; with a qualifier
/// behind a colon or in `Qualifier`.
struct FunctionName {
  std::string name;
  std::string qualifier{};  ///< "" is $LATEST
};
FunctionName function_name(std::string_view text);

/// The function that the path names. What is no $LATEST is a problem of `in`: there are no versions.
std::string function_in_path(Members& in, const AwsCall& call);

/// The destination that an ARN of this rig means; what is none is refused as `what`.
lambda::Destination destination_in_arn(Members& in, std::string_view arn, std::string_view what);

/// The queue in an ARN of this rig; what is none is refused as `what`: "the destination".
std::string queue_in_arn(Members& in, std::string_view arn, std::string_view what);

}  // namespace emulator::edge
