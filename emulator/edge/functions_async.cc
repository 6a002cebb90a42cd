// How asynchronous invocations are tried again, and where they go. Source: facts/aws-delivery 5.1, 5.3.
#include <nlohmann/json.hpp>

#include "emulator/edge/functions.h"

namespace emulator::edge {
namespace {

using kernel::Json;

/// One without a name takes it away.
lambda::Destination destination_in(Members& config, const char* name) {
  const Json* structure = config.object(name);
  if (structure == nullptr) return {};
  Members member(config, *structure, name);
  const std::string arn = member.text_or_empty("Destination");
  if (arn.empty()) return {};
  return destination_in_arn(config, arn, "Lambda: the destination");
}

/// What is not said is taken away, unless the whole structure is absent.
void read_destinations(Members& in, lambda::AsyncChange& change) {
  const Json* structure = in.object("DestinationConfig");
  if (structure == nullptr) return;
  Members config(in, *structure, "DestinationConfig");
  change.on_success = destination_in(config, "OnSuccess");
  change.on_failure = destination_in(config, "OnFailure");
}

}  // namespace

lambda::Destination destination_in_arn(Members& in, std::string_view arn, std::string_view what) {
  if (auto destination = lambda::destination_of(arn)) return std::move(*destination);
  in.fail(not_emulated(std::string(what) + " " + std::string(arn) +
                       " (a queue, a topic, a bus or a function of this rig is)"));
  return {};
}

Json Functions::async_json(const lambda::FunctionInfo& info) const {
  const lambda::FunctionSettings& settings = info.settings;
  Json destinations = {{"OnSuccess", Json::object()}, {"OnFailure", Json::object()}};
  if (settings.on_success) destinations["OnSuccess"]["Destination"] = lambda::arn_of(*settings.on_success);
  if (settings.on_failure) destinations["OnFailure"]["Destination"] = lambda::arn_of(*settings.on_failure);
  Json json = {{"FunctionArn", function_arn(settings.name) + ":$LATEST"},
               {"MaximumRetryAttempts", settings.async.function_error_retries_max},
               {"MaximumEventAgeInSeconds", settings.async.event_age_max / std::chrono::seconds{1}},
               {"DestinationConfig", destinations}};
  if (info.async_modified_at) json["LastModified"] = epoch_seconds(*info.async_modified_at);
  return json;
}

AwsResult Functions::set_event_invoke_config(const AwsCall& call, bool starts_anew) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  lambda::AsyncChange change{.retries_max = in.integer("MaximumRetryAttempts")};
  read_destinations(in, change);
  if (const auto age = in.integer("MaximumEventAgeInSeconds"))
    change.event_age_max = std::chrono::seconds{*age};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.functions.change_async(function, change, starts_anew);
  if (!info) return std::unexpected(error_of(info.error()));
  return reply_with(async_json(*info));
}

AwsResult Functions::put_event_invoke_config(const AwsCall& call) {
  return set_event_invoke_config(call, true);
}
AwsResult Functions::update_event_invoke_config(const AwsCall& call) {
  return set_event_invoke_config(call, false);
}

AwsResult Functions::get_event_invoke_config(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.functions.function(function);
  if (!info) return std::unexpected(error_of(info.error()));
  if (!info->async_modified_at) {
    return std::unexpected(error_of({.status = 404,
                                     .code = "ResourceNotFoundException",
                                     .message = "The function " + function_arn(function) +
                                                ":$LATEST doesn't have an EventInvokeConfig"}));
  }
  return reply_with(async_json(*info));
}

AwsResult Functions::list_event_invoke_configs(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  in.ignore("MaxItems");  // without versions there is one at most, and so no page after it
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.functions.function(function);
  if (!info) return std::unexpected(error_of(info.error()));
  Json configs = Json::array();
  if (info->async_modified_at) configs.push_back(async_json(*info));
  return reply_with({{"FunctionEventInvokeConfigs", std::move(configs)}});
}

AwsResult Functions::delete_event_invoke_config(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (const auto info = ports_.functions.reset_async(function); !info)
    return std::unexpected(error_of(info.error()));
  return AwsReply{.status = 204};
}

}  // namespace emulator::edge
