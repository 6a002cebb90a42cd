#include "emulator/edge/ssm.h"

#include <array>
#include <nlohmann/json.hpp>

#include "emulator/edge/box_errors.h"
#include "emulator/edge/masked.h"

namespace emulator::edge {
namespace {

using kernel::Json;

AwsError missing(std::string_view member) { return null_error("ValidationException", member); }

parameters::Tags tags_in(Members& in) {
  parameters::Tags tags;
  const Json* list = in.array("Tags");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Members tag(in, (*list)[i], "Tags." + std::to_string(i + 1));
    tags.emplace_back(tag.required_text("Key"), tag.required_text("Value"));
  }
  return tags;
}

AwsResult empty_result(const parameters::Answer<>& answer) {
  if (!answer) return std::unexpected(ssm_error(answer.error()));
  return reply_with(Json::object());
}

/// The name in ResourceId; only parameters are resources here.
std::string resource_named(Members& in) {
  const std::string type = in.required_text("ResourceType");
  if (!type.empty() && type != "Parameter") in.fail(not_emulated("Systems Manager's resource type " + type));
  return in.required_text("ResourceId");
}

/// The parameters that a call is about; a path counts as one.
std::vector<std::string> resources_of(const AwsCall& call) {
  std::vector<std::string> names;
  const auto add = [&names](const Json& value) {
    if (value.is_string()) names.emplace_back(parameters::name_in(value.get_ref<const std::string&>()));
  };
  for (const char* member : {"Name", "Path", "ResourceId", "Names"}) {
    const auto found = call.input->find(member);
    if (found == call.input->end()) continue;
    if (!found->is_array()) add(*found);
    if (found->is_array()) {
      for (const Json& name : *found) add(name);
    }
  }
  return names;
}

AwsResult labelled_result(const parameters::Answer<parameters::Labelled>& answer, bool with_removed) {
  if (!answer) return std::unexpected(ssm_error(answer.error()));
  Json output = {{"InvalidLabels", answer->invalid}};
  if (with_removed) {
    output["RemovedLabels"] = answer->taken;
  } else {
    output["ParameterVersion"] = answer->version;
  }
  return reply_with(std::move(output));
}

}  // namespace

const MemberErrors kSsmErrors{
    .title = "Systems Manager", .missing = missing, .mistyped = serialization_error};

AwsError ssm_error(const access::Refusal& refusal) {
  AwsError error = told_by_box({.code = refusal.code, .message = refusal.message, .status = refusal.status});
  error.headers.set("x-amzn-ErrorType", error.code);
  return error;
}

std::string Ssm::recorded(std::string body) const {
  return masked(body, {{"Value"}, {"String", "StringList"}});
}

kernel::Task<AwsResult> Ssm::call(AwsCall call) {
  using Line = Operation<Ssm>;
  static constexpr std::array kOperations = {
      Line{"PutParameter", &Ssm::put_parameter},
      Line{"GetParameter", &Ssm::get_parameter},
      Line{"GetParameters", &Ssm::get_parameters},
      Line{"GetParametersByPath", &Ssm::get_parameters_by_path},
      Line{"GetParameterHistory", &Ssm::get_parameter_history},
      Line{"DescribeParameters", &Ssm::describe_parameters},
      Line{"DeleteParameter", &Ssm::delete_parameter},
      Line{"DeleteParameters", &Ssm::delete_parameters},
      Line{"LabelParameterVersion", &Ssm::label_parameter_version},
      Line{"UnlabelParameterVersion", &Ssm::unlabel_parameter_version},
      Line{"AddTagsToResource", &Ssm::add_tags_to_resource},
      Line{"RemoveTagsFromResource", &Ssm::remove_tags_from_resource},
      Line{"ListTagsForResource", &Ssm::list_tags_for_resource},
  };
  auto admitting = admission_.admit(call.identity.operation, resources_of(call), call.hop);
  const auto admitted = co_await std::move(admitting);
  if (!admitted) co_return std::unexpected(ssm_error(admitted.error()));
  co_return co_await run_operation<Ssm>(*this, kOperations, std::move(call));
}

AwsResult Ssm::put_parameter(const AwsCall& call) {
  Members in(call, kSsmErrors);
  parameters::PutRequest request{.name = in.required_text("Name"),
                                 .value = in.required_text("Value"),
                                 .type = in.text_or_empty("Type"),
                                 .overwrites = in.boolean("Overwrite").value_or(false),
                                 .description = in.text("Description"),
                                 .key_id = in.text_or_empty("KeyId"),
                                 .tier = in.text_or_empty("Tier"),
                                 .data_type = in.text_or_empty("DataType"),
                                 .tags = tags_in(in)};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto stored = parameters_.put(std::move(request));
  if (!stored) return std::unexpected(ssm_error(stored.error()));
  return reply_with({{"Version", stored->version}, {"Tier", stored->tier}});
}

AwsResult Ssm::delete_parameter(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const std::string name = in.required_text("Name");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(parameters_.remove(name));
}

AwsResult Ssm::delete_parameters(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const std::vector<std::string> names = in.texts("Names");
  if (names.empty() || names.size() > 10) {
    in.fail(ssm_error({"ValidationException",
                       "1 validation error detected: Value at 'names' failed to satisfy constraint: Member "
                       "must have length between 1 and 10"}));
  }
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  Json output = {{"DeletedParameters", Json::array()}, {"InvalidParameters", Json::array()}};
  for (const std::string& name : names)
    output[parameters_.remove(name) ? "DeletedParameters" : "InvalidParameters"].push_back(name);
  return reply_with(std::move(output));
}

AwsResult Ssm::label_parameter_version(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const std::string name = in.required_text("Name");
  const std::int64_t version = in.integer("ParameterVersion").value_or(0);
  const std::vector<std::string> labels = in.texts("Labels");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return labelled_result(parameters_.label(name, version, labels), false);
}

AwsResult Ssm::unlabel_parameter_version(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const std::string name = in.required_text("Name");
  const std::int64_t version = in.integer("ParameterVersion").value_or(0);
  const std::vector<std::string> labels = in.texts("Labels");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return labelled_result(parameters_.unlabel(name, version, labels), true);
}

AwsResult Ssm::add_tags_to_resource(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const std::string name = resource_named(in);
  const parameters::Tags tags = tags_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(parameters_.set_tags(name, tags));
}

AwsResult Ssm::remove_tags_from_resource(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const std::string name = resource_named(in);
  const std::vector<std::string> keys = in.texts("TagKeys");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(parameters_.remove_tags(name, keys));
}

AwsResult Ssm::list_tags_for_resource(const AwsCall& call) {
  Members in(call, kSsmErrors);
  const std::string name = resource_named(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto tags = parameters_.tags(name);
  if (!tags) return std::unexpected(ssm_error(tags.error()));
  Json list = Json::array();
  for (const auto& [key, value] : *tags) list.push_back({{"Key", key}, {"Value", value}});
  return reply_with({{"TagList", list}});
}

}  // namespace emulator::edge
