// Event source mappings. Source: facts/aws-delivery 4.
#include <nlohmann/json.hpp>

#include "emulator/edge/functions.h"

namespace emulator::edge {
namespace {

using kernel::Json;

AwsError error_of(const lambda::MappingError& error) {
  return {
      .code = error.code, .message = error.message, .status = error.status, .members = {{"Type", "User"}}};
}

/// FunctionResponseTypes: nothing when it is not said.
std::optional<bool> reports_failures_in(Members& in) {
  if (!in.has("FunctionResponseTypes")) return std::nullopt;
  bool reports = false;
  for (const std::string& type : in.texts("FunctionResponseTypes")) {
    if (type == "ReportBatchItemFailures") {
      reports = true;
    } else {
      in.fail(not_emulated("Lambda: the FunctionResponseType " + type));
    }
  }
  return reports;
}

std::optional<kernel::Duration> window_in(Members& in) {
  const auto seconds = in.integer("MaximumBatchingWindowInSeconds");
  return seconds ? std::optional<kernel::Duration>(std::chrono::seconds{*seconds}) : std::nullopt;
}

/// ScalingConfig: outer nothing when it is not said, inner nothing when it takes the limit away.
std::optional<std::optional<std::int64_t>> concurrency_in(Members& in) {
  const Json* structure = in.object("ScalingConfig");
  if (structure == nullptr) return std::nullopt;
  Members scaling(in, *structure, "ScalingConfig");
  return scaling.integer("MaximumConcurrency");
}

AwsResult reply_or_error(const lambda::MappingAnswer<lambda::MappingInfo>& answer, int status,
                         const auto& json_of) {
  if (!answer) return std::unexpected(error_of(answer.error()));
  AwsReply reply = reply_with(json_of(*answer));
  reply.status = status;
  return reply;
}

}  // namespace

Json Functions::mapping_json(const lambda::MappingInfo& info) const {
  const lambda::MappingConfig& config = info.config;
  Json json = {{"UUID", info.uuid},
               {"BatchSize", config.batch_max},
               {"MaximumBatchingWindowInSeconds", config.window / std::chrono::seconds{1}},
               {"EventSourceArn", queue_arn(config.queue)},
               {"FunctionArn", function_arn(config.function)},
               {"LastModified", epoch_seconds(info.modified_at)},
               {"State", info.state},
               {"StateTransitionReason", "USER_INITIATED"},
               {"FunctionResponseTypes", Json::array()}};
  if (config.reports_failures) json["FunctionResponseTypes"].push_back("ReportBatchItemFailures");
  if (config.concurrency_max) json["ScalingConfig"] = {{"MaximumConcurrency", *config.concurrency_max}};
  return json;
}

AwsResult Functions::create_mapping(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  lambda::MappingConfig config{.function = function_name(in.required_text("FunctionName")).name};
  if (const std::string source = in.required_text("EventSourceArn"); !source.empty())
    config.queue = queue_in_arn(in, source, "Lambda: the event source");
  config.batch_max = in.integer("BatchSize").value_or(config.batch_max);
  config.window = window_in(in).value_or(config.window);
  config.reports_failures = reports_failures_in(in).value_or(false);
  config.concurrency_max = concurrency_in(in).value_or(std::nullopt);
  config.is_enabled = in.boolean("Enabled").value_or(true);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return reply_or_error(ports_.mappings.create(std::move(config)), 202,
                        [this](const lambda::MappingInfo& info) { return mapping_json(info); });
}

AwsResult Functions::list_mappings(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_name(in.text_or_empty("FunctionName")).name;
  const std::string source = in.text_or_empty("EventSourceArn");
  const std::string queue = source.empty() ? source : queue_in_arn(in, source, "Lambda: the event source");
  const std::int64_t size = in.integer("MaxItems").value_or(100);
  const std::int64_t begin = in.integer("Marker").value_or(0);
  if (size < 1 || begin < 0)
    in.fail({.code = "InvalidParameterValueException", .message = "MaxItems and Marker are out of range"});
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const std::vector<lambda::MappingInfo> all = ports_.mappings.list(function, queue);
  const auto count = static_cast<std::int64_t>(all.size());
  const std::int64_t end = std::min(count, begin + std::min<std::int64_t>(size, count));
  Json output = {{"EventSourceMappings", Json::array()}};
  for (std::int64_t i = begin; i < end; ++i)
    output["EventSourceMappings"].push_back(mapping_json(all[static_cast<std::size_t>(i)]));
  if (end < count) output["NextMarker"] = std::to_string(end);
  return reply_with(std::move(output));
}

AwsResult Functions::get_mapping(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return reply_or_error(ports_.mappings.find(call.path.at(0)), 200,
                        [this](const lambda::MappingInfo& info) { return mapping_json(info); });
}

AwsResult Functions::update_mapping(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  lambda::MappingChange change{.batch_max = in.integer("BatchSize"),
                               .window = window_in(in),
                               .reports_failures = reports_failures_in(in),
                               .concurrency_max = concurrency_in(in),
                               .is_enabled = in.boolean("Enabled")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return reply_or_error(ports_.mappings.update(call.path.at(0), change), 202,
                        [this](const lambda::MappingInfo& info) { return mapping_json(info); });
}

AwsResult Functions::delete_mapping(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return reply_or_error(ports_.mappings.remove(call.path.at(0)), 202,
                        [this](const lambda::MappingInfo& info) { return mapping_json(info); });
}

}  // namespace emulator::edge
