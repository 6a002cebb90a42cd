#include "emulator/edge/functions.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "middleware/kernel/url.h"

namespace emulator::edge {
namespace {

using kernel::Json;

struct Route {
  std::string_view method;
  std::string_view path;  ///< {} is one segment
  std::string_view operation;
};

constexpr std::array kRoutes = {
    Route{"POST", "/2015-03-31/functions/{}/invocations", "Invoke"},
    Route{"POST", "/2014-11-13/functions/{}/invoke-async", "InvokeAsync"},
    Route{"POST", "/2015-03-31/functions", "CreateFunction"},
    Route{"GET", "/2015-03-31/functions", "ListFunctions"},
    Route{"GET", "/2015-03-31/functions/{}", "GetFunction"},
    Route{"DELETE", "/2015-03-31/functions/{}", "DeleteFunction"},
    Route{"GET", "/2015-03-31/functions/{}/configuration", "GetFunctionConfiguration"},
    Route{"PUT", "/2015-03-31/functions/{}/configuration", "UpdateFunctionConfiguration"},
    Route{"GET", "/2019-09-30/functions/{}/concurrency", "GetFunctionConcurrency"},
    Route{"PUT", "/2017-10-31/functions/{}/concurrency", "PutFunctionConcurrency"},
    Route{"DELETE", "/2017-10-31/functions/{}/concurrency", "DeleteFunctionConcurrency"},
    Route{"GET", "/2016-08-19/account-settings", "GetAccountSettings"},
    Route{"GET", "/2019-09-25/functions/{}/event-invoke-config", "GetFunctionEventInvokeConfig"},
    Route{"PUT", "/2019-09-25/functions/{}/event-invoke-config", "PutFunctionEventInvokeConfig"},
    Route{"POST", "/2019-09-25/functions/{}/event-invoke-config", "UpdateFunctionEventInvokeConfig"},
    Route{"DELETE", "/2019-09-25/functions/{}/event-invoke-config", "DeleteFunctionEventInvokeConfig"},
    Route{"GET", "/2019-09-25/functions/{}/event-invoke-config/list", "ListFunctionEventInvokeConfigs"},
    Route{"POST", "/2015-03-31/event-source-mappings", "CreateEventSourceMapping"},
    Route{"GET", "/2015-03-31/event-source-mappings", "ListEventSourceMappings"},
    Route{"GET", "/2015-03-31/event-source-mappings/{}", "GetEventSourceMapping"},
    Route{"PUT", "/2015-03-31/event-source-mappings/{}", "UpdateEventSourceMapping"},
    Route{"DELETE", "/2015-03-31/event-source-mappings/{}", "DeleteEventSourceMapping"},
    // Known, so that they are refused by their names.
    Route{"POST", "/2021-11-15/functions/{}/response-streaming-invocations", "InvokeWithResponseStream"},
    Route{"PUT", "/2015-03-31/functions/{}/code", "UpdateFunctionCode"},
    Route{"POST", "/2015-03-31/functions/{}/versions", "PublishVersion"},
    Route{"GET", "/2015-03-31/functions/{}/versions", "ListVersionsByFunction"},
    Route{"POST", "/2015-03-31/functions/{}/aliases", "CreateAlias"},
    Route{"GET", "/2015-03-31/functions/{}/aliases", "ListAliases"},
    Route{"GET", "/2015-03-31/functions/{}/aliases/{}", "GetAlias"},
    Route{"PUT", "/2015-03-31/functions/{}/aliases/{}", "UpdateAlias"},
    Route{"DELETE", "/2015-03-31/functions/{}/aliases/{}", "DeleteAlias"},
    Route{"POST", "/2015-03-31/functions/{}/policy", "AddPermission"},
    Route{"GET", "/2015-03-31/functions/{}/policy", "GetPolicy"},
    Route{"DELETE", "/2015-03-31/functions/{}/policy/{}", "RemovePermission"},
    Route{"PUT", "/2019-09-30/functions/{}/provisioned-concurrency", "PutProvisionedConcurrencyConfig"},
    Route{"DELETE", "/2019-09-30/functions/{}/provisioned-concurrency", "DeleteProvisionedConcurrencyConfig"},
};

/// The next segment, taken off; clients write a slash at the end of some paths.
std::string_view next_segment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// What stands in the holes, decoded; nothing when the path is another.
std::optional<std::vector<std::string>> match(std::string_view route, std::string_view path) {
  std::vector<std::string> holes;
  while (true) {
    const std::string_view wanted = next_segment(route);
    const std::string_view found = next_segment(path);
    if (wanted.empty() || found.empty()) {
      if (wanted.empty() != found.empty()) return std::nullopt;
      return holes;
    }
    if (wanted == "{}") {
      holes.push_back(kernel::percent_decoded(found, false));
    } else if (wanted != found) {
      return std::nullopt;
    }
  }
}

AwsError missing(std::string_view member) { return null_error("ValidationException", member); }

AwsError with_type(AwsError error) {
  error.members = {{"Type", "User"}};
  return error;
}

/// Members of the body and parameters of the query together: the API has no name in both.
std::expected<Json, AwsError> input_of(const kernel::HttpRequest& request) {
  Json input = Json::object();
  if (!request.body.empty()) {
    auto body = kernel::parse_json(request.body);
    if (!body || !body->is_object()) {
      return std::unexpected(with_type({.code = "InvalidRequestContentException",
                                        .message = "Could not parse request body into json: " +
                                                   (body ? "not an object" : body.error().text())}));
    }
    input = std::move(*body);
  }
  for (const auto& [name, value] : kernel::form_fields(kernel::query_of(request.target))) input[name] = value;
  return input;
}

}  // namespace

const MemberErrors kLambdaErrors{.title = "Lambda", .missing = missing, .mistyped = serialization_error};

AwsError error_of(const lambda::FunctionError& error) {
  return with_type({.code = error.code, .message = error.message, .status = error.status});
}

FunctionName function_name(std::string_view text) {
  constexpr std::string_view kFunction = "function:";
  if (const std::size_t at = text.find(kFunction); at != std::string_view::npos)
    text.remove_prefix(at + kFunction.size());
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {.name = std::string(text)};
  return {.name = std::string(text.substr(0, colon)), .qualifier = std::string(text.substr(colon + 1))};
}

std::string function_in_path(Members& in, const AwsCall& call) {
  FunctionName function = function_name(call.path.at(0));
  const std::string qualifier = in.text("Qualifier").value_or(function.qualifier);
  if (!qualifier.empty() && qualifier != "$LATEST")
    in.fail(not_emulated("Lambda " + call.identity.operation + ": the version or alias " + qualifier));
  return std::move(function.name);
}

std::string queue_in_arn(Members& in, std::string_view arn, std::string_view what) {
  const std::string_view name = arn.substr(std::min(arn.rfind(':') + 1, arn.size()));
  if (!arn.starts_with("arn:aws:sqs:") || name.empty())
    in.fail(not_emulated(std::string(what) + " " + std::string(arn) + " (a queue is)"));
  return std::string(name);
}

std::string Functions::function_arn(const std::string& function) const {
  return "arn:aws:lambda:" + place_.region + ":" + place_.account + ":function:" + function;
}

std::string Functions::queue_arn(const std::string& queue) const {
  return "arn:aws:sqs:" + place_.region + ":" + place_.account + ":" + queue;
}

bool Functions::find_route(AwsCall& call) const {
  for (const Route& route : kRoutes) {
    if (route.method != call.request.method) continue;
    auto holes = match(route.path, kernel::path_of(call.request.target));
    if (!holes) continue;
    call.identity.operation = route.operation;
    call.path = std::move(*holes);
    return true;
  }
  return false;
}

kernel::Task<AwsResult> Functions::call(AwsCall call) {
  static constexpr std::array kOperations = {
      Operation<Functions>{"Invoke", &Functions::invoke},
      Operation<Functions>{"InvokeAsync", &Functions::invoke_as_before_2015},
      Operation<Functions>{"CreateFunction", &Functions::create_function},
      Operation<Functions>{"ListFunctions", &Functions::list_functions},
      Operation<Functions>{"GetFunction", &Functions::get_function},
      Operation<Functions>{"DeleteFunction", &Functions::delete_function},
      Operation<Functions>{"GetFunctionConfiguration", &Functions::get_function_configuration},
      Operation<Functions>{"UpdateFunctionConfiguration", &Functions::update_function_configuration},
      Operation<Functions>{"GetFunctionConcurrency", &Functions::get_function_concurrency},
      Operation<Functions>{"PutFunctionConcurrency", &Functions::put_function_concurrency},
      Operation<Functions>{"DeleteFunctionConcurrency", &Functions::delete_function_concurrency},
      Operation<Functions>{"GetAccountSettings", &Functions::get_account_settings},
      Operation<Functions>{"GetFunctionEventInvokeConfig", &Functions::get_event_invoke_config},
      Operation<Functions>{"PutFunctionEventInvokeConfig", &Functions::put_event_invoke_config},
      Operation<Functions>{"UpdateFunctionEventInvokeConfig", &Functions::update_event_invoke_config},
      Operation<Functions>{"DeleteFunctionEventInvokeConfig", &Functions::delete_event_invoke_config},
      Operation<Functions>{"ListFunctionEventInvokeConfigs", &Functions::list_event_invoke_configs},
      Operation<Functions>{"CreateEventSourceMapping", &Functions::create_mapping},
      Operation<Functions>{"ListEventSourceMappings", &Functions::list_mappings},
      Operation<Functions>{"GetEventSourceMapping", &Functions::get_mapping},
      Operation<Functions>{"UpdateEventSourceMapping", &Functions::update_mapping},
      Operation<Functions>{"DeleteEventSourceMapping", &Functions::delete_mapping},
  };
  // The payload of an invocation is the function's, and no parameters.
  if (call.identity.operation != "Invoke" && call.identity.operation != "InvokeAsync") {
    auto input = input_of(call.request);
    if (!input) co_return std::unexpected(std::move(input.error()));
    call.input = std::make_shared<const Json>(std::move(*input));
  }
  co_return co_await run_operation<Functions>(*this, kOperations, std::move(call));
}

}  // namespace emulator::edge
