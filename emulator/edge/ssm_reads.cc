#include <nlohmann/json.hpp>

#include "emulator/arn/arn.h"
#include "emulator/edge/ssm.h"

namespace emulator::edge {
namespace {

using kernel::Json;

std::vector<parameters::Filter> filters_in(Members& in) {
  std::vector<parameters::Filter> filters;
  const Json* list = in.array("ParameterFilters");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Members filter(in, (*list)[i], "ParameterFilters." + std::to_string(i + 1));
    filters.push_back({filter.required_text("Key"), filter.text_or_empty("Option"), filter.texts("Values")});
  }
  return filters;
}

/// Who changed it last: everybody here is the account's root.
std::string user_arn() { return "arn:aws:iam::" + std::string(kAccount) + ":root"; }

/// What DescribeParameters and GetParameterHistory say of a version.
Json version_json(const std::string& name, const parameters::Version& version) {
  Json json = {{"Name", name}, {"Type", version.type}};
  if (!version.key_id.empty()) json["KeyId"] = version.key_id;
  json["LastModifiedDate"] = epoch_seconds(version.modified);
  json["LastModifiedUser"] = user_arn();
  if (!version.description.empty()) json["Description"] = version.description;
  json["Version"] = version.number;
  json["Tier"] = version.tier;
  json["Policies"] = Json::array();
  json["DataType"] = "text";
  return json;
}

Json list_json(const std::vector<parameters::Shown>& found) {
  Json list = Json::array();
  for (const parameters::Shown& shown : found) list.push_back(parameter_json(shown));
  return list;
}

}  // namespace

Json parameter_json(const parameters::Shown& shown) {
  Json json = {{"Name", shown.name},
               {"Type", shown.version.type},
               {"Value", shown.version.value},
               {"Version", shown.version.number}};
  if (!shown.selector.empty()) json["Selector"] = shown.selector;
  json["LastModifiedDate"] = epoch_seconds(shown.version.modified);
  json["ARN"] = shown.arn;
  json["DataType"] = "text";
  return json;
}

AwsResult Ssm::get_parameter(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const std::string name = in.required_text("Name");
  const bool in_plain = in.boolean("WithDecryption").value_or(false);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto shown = parameters_.read(name, in_plain);
  if (!shown) return std::unexpected(ssm_error(shown.error()));
  return reply_with({{"Parameter", parameter_json(*shown)}});
}

AwsResult Ssm::get_parameters(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const std::vector<std::string> names = in.texts("Names");
  const bool in_plain = in.boolean("WithDecryption").value_or(false);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto shown = parameters_.read_many(names, in_plain);
  if (!shown) return std::unexpected(ssm_error(shown.error()));
  return reply_with({{"Parameters", list_json(shown->found)}, {"InvalidParameters", shown->invalid}});
}

AwsResult Ssm::get_parameters_by_path(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const parameters::PathRequest request{.path = in.required_text("Path"),
                                        .is_recursive = in.boolean("Recursive").value_or(false),
                                        .in_plain = in.boolean("WithDecryption").value_or(false),
                                        .filters = filters_in(in),
                                        .count = in.integer("MaxResults").value_or(10),
                                        .token = in.text_or_empty("NextToken")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = parameters_.read_path(request);
  if (!page) return std::unexpected(ssm_error(page.error()));
  Json output = {{"Parameters", list_json(page->found)}};
  if (!page->next.empty()) output["NextToken"] = page->next;
  return reply_with(std::move(output));
}

// A token is the number of the last version that was shown.
AwsResult Ssm::get_parameter_history(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const std::string name = in.required_text("Name");
  const bool in_plain = in.boolean("WithDecryption").value_or(false);
  const std::int64_t count = in.integer("MaxResults").value_or(50);
  const std::int64_t last = in.integer("NextToken").value_or(0);
  if (count < 1 || count > 50) {
    in.fail(ssm_error({"ValidationException",
                       "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: "
                       "Member must be from 1 to 50"}));
  }
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto history = parameters_.history(name, in_plain);
  if (!history) return std::unexpected(ssm_error(history.error()));
  Json output = {{"Parameters", Json::array()}};
  std::int64_t shown_last = 0;
  for (const parameters::Shown& shown : *history) {
    if (shown.version.number <= last) continue;
    if (std::cmp_equal(output["Parameters"].size(), count)) {
      output["NextToken"] = std::to_string(shown_last);
      break;
    }
    Json json = version_json(shown.name, shown.version);
    json["Value"] = shown.version.value;
    json["Labels"] = shown.version.labels;
    output["Parameters"].push_back(std::move(json));
    shown_last = shown.version.number;
  }
  return reply_with(std::move(output));
}

AwsResult Ssm::describe_parameters(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const parameters::ListRequest request{.filters = filters_in(in),
                                        .count = in.integer("MaxResults").value_or(50),
                                        .token = in.text_or_empty("NextToken")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = parameters_.list(request);
  if (!page) return std::unexpected(ssm_error(page.error()));
  Json output = {{"Parameters", Json::array()}};
  for (const parameters::Parameter* parameter : page->found) {
    Json json = version_json(parameter->name, parameter->latest());
    json["ARN"] = parameter->arn;
    output["Parameters"].push_back(std::move(json));
  }
  if (!page->next.empty()) output["NextToken"] = page->next;
  return reply_with(std::move(output));
}

}  // namespace emulator::edge
