// Auto scaling configurations and tags.
#include <nlohmann/json.hpp>

#include "emulator/edge/apprunner.h"
#include "emulator/edge/apprunner_json.h"

namespace emulator::edge {
namespace {

using kernel::Json;

AwsResult scaling_result(const services::Answer<services::Scaling>& answer) {
  if (!answer) return std::unexpected(apprunner_error(answer.error()));
  return reply_with({{"AutoScalingConfiguration", scaling_json(*answer)}});
}

AwsResult empty_result(const services::Answer<>& answer) {
  if (!answer) return std::unexpected(apprunner_error(answer.error()));
  return reply_with(Json::object());
}

}  // namespace

services::Tags apprunner_tags(Members& in) {
  services::Tags tags;
  const Json* list = in.array("Tags");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Members tag(in, (*list)[i], "Tags." + std::to_string(i + 1));
    tags.emplace_back(tag.required_text("Key"), tag.text_or_empty("Value"));
  }
  return tags;
}

AwsResult AppRunner::create_scaling(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  services::ScalingRequest request{.name = in.required_text("AutoScalingConfigurationName"),
                                   .concurrency = in.integer("MaxConcurrency"),
                                   .provisioned_min = in.integer("MinSize"),
                                   .active_max = in.integer("MaxSize"),
                                   .tags = apprunner_tags(in)};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return scaling_result(services_.create_scaling(request));
}

AwsResult AppRunner::describe_scaling(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("AutoScalingConfigurationArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return scaling_result(services_.describe_scaling(arn));
}

AwsResult AppRunner::list_scaling(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string name = in.text_or_empty("AutoScalingConfigurationName");
  const bool latest_only = in.boolean("LatestOnly").value_or(false);
  const OffsetPage page = apprunner_page(in, 100);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  std::vector<Json> entries;
  for (const services::Scaling& scaling : services_.list_scaling(name, latest_only))
    entries.push_back(scaling_summary_json(scaling));
  return reply_with_page("AutoScalingConfigurationSummaryList", std::move(entries), page);
}

AwsResult AppRunner::delete_scaling(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("AutoScalingConfigurationArn");
  const bool all_revisions = in.boolean("DeleteAllRevisions").value_or(false);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return scaling_result(services_.remove_scaling(arn, all_revisions));
}

AwsResult AppRunner::set_default_scaling(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("AutoScalingConfigurationArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return scaling_result(services_.set_default_scaling(arn));
}

AwsResult AppRunner::tag_resource(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("ResourceArn");
  const services::Tags tags = apprunner_tags(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(services_.tag(arn, tags));
}

AwsResult AppRunner::untag_resource(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("ResourceArn");
  const std::vector<std::string> keys = in.texts("TagKeys");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(services_.untag(arn, keys));
}

AwsResult AppRunner::list_tags(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("ResourceArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto tags = services_.tags(arn);
  if (!tags) return std::unexpected(apprunner_error(tags.error()));
  Json list = Json::array();
  for (const auto& [key, value] : *tags) list.push_back({{"Key", key}, {"Value", value}});
  return reply_with({{"Tags", list}});
}

}  // namespace emulator::edge
