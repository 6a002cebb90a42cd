// Functions: what there is, and how it is set. Source: facts/aws-delivery 5.1, 5.4.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/edge/functions.h"

namespace emulator::edge {
namespace {

using kernel::Json;

constexpr std::string_view kRuntime = "provided.al2023";
constexpr std::string_view kBuiltin = "builtin";
constexpr std::int64_t kPageMax = 50;

AwsResult reply_if(const lambda::FunctionAnswer<lambda::FunctionInfo>& answer, int status = 204) {
  if (!answer) return std::unexpected(error_of(answer.error()));
  return AwsReply{.status = status};
}

/// The parts of CreateFunction that every client has to say, and that do nothing here.
void read_code(Members& in) {
  in.ignore("Role");  // nobody's permissions are checked
  const Json* code = in.object("Code");
  if (code != nullptr && !code->empty())
    in.fail(not_emulated("Lambda CreateFunction: the parameter Code." + code->items().begin().key() +
                         " (Handler 'builtin' with an empty Code runs the rig's own function)"));
  if (const auto runtime = in.text("Runtime"); runtime && *runtime != kRuntime)
    in.fail(not_emulated("Lambda CreateFunction: the Runtime " + *runtime + " (provided.al2023 is)"));
  const std::string handler = in.required_text("Handler");
  if (handler != kBuiltin)
    in.fail(not_emulated("Lambda CreateFunction: the Handler " + handler + " ('builtin' is)"));
}

/// One without a name takes it away; nothing when it is not said.
std::optional<lambda::Destination> dead_letter_in(Members& in) {
  const Json* structure = in.object("DeadLetterConfig");
  if (structure == nullptr) return std::nullopt;
  Members config(in, *structure, "DeadLetterConfig");
  const std::string arn = config.text_or_empty("TargetArn");
  if (arn.empty()) return lambda::Destination{};
  lambda::Destination target = destination_in_arn(in, arn, "Lambda: the dead-letter target");
  using lambda::DestinationKind;
  if (target.kind == DestinationKind::Bus || target.kind == DestinationKind::Function)
    in.fail({.code = "InvalidParameterValueException",
             .message = "The provided target ARN " + arn + " is no queue and no topic."});
  return target;
}

std::optional<lambda::LogFormat> log_format_in(Members& in) {
  const Json* structure = in.object("LoggingConfig");
  if (structure == nullptr) return std::nullopt;
  Members config(in, *structure, "LoggingConfig");
  const std::string format = config.text("LogFormat").value_or("Text");
  if (format != "Text" && format != "JSON")
    in.fail({.code = "InvalidParameterValueException",
             .message = "LogFormat must be Text or JSON, not " + format});
  return format == "JSON" ? lambda::LogFormat::Json : lambda::LogFormat::Text;
}

}  // namespace

Json Functions::configuration_json(const lambda::FunctionInfo& info) const {
  const lambda::FunctionSettings& settings = info.settings;
  Json json = {{"FunctionName", settings.name},
               {"FunctionArn", function_arn(settings.name)},
               {"Runtime", kRuntime},
               {"Handler", kBuiltin},
               {"Timeout", settings.timeout / std::chrono::seconds{1}},
               {"MemorySize", settings.memory_mb},
               {"LastModified", kernel::iso_millis(info.modified_at)},
               {"Version", "$LATEST"},
               {"State", "Active"},
               {"LastUpdateStatus", "Successful"},
               {"PackageType", "Zip"},
               {"LoggingConfig",
                {{"LogFormat", settings.log_format == lambda::LogFormat::Json ? "JSON" : "Text"},
                 {"LogGroup", lambda::log_group(settings.name)}}}};
  if (settings.dead_letter) json["DeadLetterConfig"] = {{"TargetArn", lambda::arn_of(*settings.dead_letter)}};
  return json;
}

AwsResult Functions::create_function(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  lambda::FunctionSettings settings{.name = function_name(in.required_text("FunctionName")).name};
  read_code(in);
  if (const auto timeout = in.integer("Timeout")) settings.timeout = std::chrono::seconds{*timeout};
  if (auto target = dead_letter_in(in); target && !target->name.empty())
    settings.dead_letter = std::move(target);
  settings.memory_mb = in.integer("MemorySize").value_or(settings.memory_mb);
  settings.log_format = log_format_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto made = ports_.functions.create_function(std::move(settings));
  if (!made) return std::unexpected(error_of(made.error()));
  AwsReply reply = reply_with(configuration_json(*made));
  reply.status = 201;
  return reply;
}

AwsResult Functions::list_functions(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string after = in.text_or_empty("Marker");
  const std::int64_t size = in.integer("MaxItems").value_or(kPageMax);
  if (size < 1) in.fail({.code = "InvalidParameterValueException", .message = "MaxItems must be at least 1"});
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  Json output = {{"Functions", Json::array()}};
  std::string last;
  for (const lambda::FunctionInfo& info : ports_.functions.list_functions()) {
    if (info.settings.name <= after) continue;
    if (std::cmp_equal(output["Functions"].size(), std::min(size, kPageMax))) {
      output["NextMarker"] = last;
      break;
    }
    output["Functions"].push_back(configuration_json(info));
    last = info.settings.name;
  }
  return reply_with(std::move(output));
}

AwsResult Functions::get_function(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.functions.function(function);
  if (!info) return std::unexpected(error_of(info.error()));
  Json output = {{"Configuration", configuration_json(*info)}};
  if (info->settings.reserved)
    output["Concurrency"] = {{"ReservedConcurrentExecutions", *info->settings.reserved}};
  return reply_with(std::move(output));
}

AwsResult Functions::get_function_configuration(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.functions.function(function);
  if (!info) return std::unexpected(error_of(info.error()));
  return reply_with(configuration_json(*info));
}

AwsResult Functions::update_function_configuration(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  lambda::FunctionChange change;
  if (const auto timeout = in.integer("Timeout")) change.timeout = std::chrono::seconds{*timeout};
  change.dead_letter = dead_letter_in(in);
  change.memory_mb = in.integer("MemorySize");
  change.log_format = log_format_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.functions.change_function(function, change);
  if (!info) return std::unexpected(error_of(info.error()));
  return reply_with(configuration_json(*info));
}

AwsResult Functions::delete_function(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return reply_if(ports_.functions.delete_function(function));
}

AwsResult Functions::get_function_concurrency(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.functions.function(function);
  if (!info) return std::unexpected(error_of(info.error()));
  if (!info->settings.reserved) return reply_with(Json::object());
  return reply_with({{"ReservedConcurrentExecutions", *info->settings.reserved}});
}

AwsResult Functions::put_function_concurrency(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  const auto reserved = in.integer("ReservedConcurrentExecutions");
  if (!in.has("ReservedConcurrentExecutions")) in.fail(kLambdaErrors.missing("ReservedConcurrentExecutions"));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.functions.reserve(function, reserved);
  if (!info) return std::unexpected(error_of(info.error()));
  return reply_with({{"ReservedConcurrentExecutions", *reserved}});
}

AwsResult Functions::delete_function_concurrency(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  const std::string function = function_in_path(in, call);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return reply_if(ports_.functions.reserve(function, std::nullopt));
}

AwsResult Functions::get_account_settings(const AwsCall& call) {
  Members in(call, kLambdaErrors);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const lambda::AccountInfo account = ports_.functions.account();
  return reply_with({{"AccountLimit",
                      {{"ConcurrentExecutions", account.concurrency},
                       {"UnreservedConcurrentExecutions", account.unreserved}}},
                     {"AccountUsage", {{"FunctionCount", ports_.functions.list_functions().size()}}}});
}

}  // namespace emulator::edge
