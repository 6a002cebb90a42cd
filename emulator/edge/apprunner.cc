#include "emulator/edge/apprunner.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "emulator/edge/apprunner_json.h"
#include "emulator/edge/box_errors.h"

namespace emulator::edge {
namespace {

using kernel::Json;

AwsError missing(std::string_view member) {
  AwsError error{.code = "InvalidRequestException",
                 .message = std::string(member) + " is required and must not be null"};
  error.message_name = "Message";
  return error;
}

AwsResult begun_result(const services::Answer<services::Begun>& answer, const services::ServicesApi& box) {
  if (!answer) return std::unexpected(apprunner_error(answer.error()));
  return reply_with({{"Service", service_json(answer->service, box)}, {"OperationId", answer->operation}});
}

}  // namespace

const MemberErrors kAppRunnerErrors{
    .title = "App Runner", .missing = missing, .mistyped = serialization_error};

AwsError apprunner_error(const access::Refusal& refusal) {
  AwsError error = told_by_box({.code = refusal.code, .message = refusal.message, .status = refusal.status});
  error.message_name = "Message";
  error.headers.set("x-amzn-ErrorType", error.code);
  return error;
}

OffsetPage apprunner_page(Members& in, std::int64_t most) {
  const std::int64_t count = in.integer("MaxResults").value_or(most);
  const std::string token = in.text_or_empty("NextToken");
  const auto begin = token.empty() ? std::optional<std::size_t>(0) : offset_in(token);
  const bool is_token = begin.has_value();
  if (count < 1 || count > most || !is_token) {
    in.fail(apprunner_error(
        {"InvalidRequestException",
         is_token ? "MaxResults must be between 1 and " + std::to_string(most) : "NextToken is not valid"}));
  }
  return {.begin = begin.value_or(0),
          .count = static_cast<std::size_t>(std::clamp<std::int64_t>(count, 1, most))};
}

kernel::Task<AwsResult> AppRunner::call(AwsCall call) {
  using Line = Operation<AppRunner>;
  static constexpr std::array kOperations = {
      Line{"CreateService", &AppRunner::create_service},
      Line{"UpdateService", &AppRunner::update_service},
      Line{"DescribeService", &AppRunner::describe_service},
      Line{"ListServices", &AppRunner::list_services},
      Line{"PauseService", &AppRunner::pause_service},
      Line{"ResumeService", &AppRunner::resume_service},
      Line{"DeleteService", &AppRunner::delete_service},
      Line{"StartDeployment", &AppRunner::start_deployment},
      Line{"ListOperations", &AppRunner::list_operations},
      Line{"CreateAutoScalingConfiguration", &AppRunner::create_scaling},
      Line{"DescribeAutoScalingConfiguration", &AppRunner::describe_scaling},
      Line{"ListAutoScalingConfigurations", &AppRunner::list_scaling},
      Line{"DeleteAutoScalingConfiguration", &AppRunner::delete_scaling},
      Line{"UpdateDefaultAutoScalingConfiguration", &AppRunner::set_default_scaling},
      Line{"TagResource", &AppRunner::tag_resource},
      Line{"UntagResource", &AppRunner::untag_resource},
      Line{"ListTagsForResource", &AppRunner::list_tags},
  };
  return run_operation<AppRunner>(*this, kOperations, std::move(call));
}

AwsResult AppRunner::create_service(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  services::CreateRequest request{.name = in.required_text("ServiceName")};
  if (!in.has("SourceConfiguration")) in.fail(missing("SourceConfiguration"));
  if (const Json* source = in.object("SourceConfiguration")) request.source = source_in(in, *source);
  if (const Json* machine = in.object("InstanceConfiguration")) request.machine = machine_in(in, *machine);
  request.scaling_arn = in.text_or_empty("AutoScalingConfigurationArn");
  if (const Json* health = in.object("HealthCheckConfiguration")) request.health = health_in(in, *health);
  request.tags = apprunner_tags(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return begun_result(services_.create(std::move(request)), services_);
}

AwsResult AppRunner::update_service(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  services::UpdateRequest request{.arn = in.required_text("ServiceArn"),
                                  .scaling_arn = in.text_or_empty("AutoScalingConfigurationArn")};
  if (const Json* health = in.object("HealthCheckConfiguration")) request.health = health_in(in, *health);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return begun_result(services_.update(request), services_);
}

AwsResult AppRunner::describe_service(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("ServiceArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto service = services_.describe(arn);
  if (!service) return std::unexpected(apprunner_error(service.error()));
  return reply_with({{"Service", service_json(*service, services_)}});
}

AwsResult AppRunner::pause_service(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("ServiceArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return begun_result(services_.pause(arn), services_);
}

AwsResult AppRunner::resume_service(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("ServiceArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return begun_result(services_.resume(arn), services_);
}

AwsResult AppRunner::delete_service(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("ServiceArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return begun_result(services_.remove(arn), services_);
}

AwsResult AppRunner::start_deployment(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("ServiceArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto operation = services_.deploy(arn);
  if (!operation) return std::unexpected(apprunner_error(operation.error()));
  return reply_with({{"OperationId", *operation}});
}

AwsResult AppRunner::list_services(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const OffsetPage page = apprunner_page(in, 20);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  std::vector<Json> entries;
  for (const services::Service& service : services_.list()) entries.push_back(service_summary_json(service));
  return reply_with_page("ServiceSummaryList", std::move(entries), page);
}

AwsResult AppRunner::list_operations(const AwsCall& call) {
  Members in(call, kAppRunnerErrors);
  const std::string arn = in.required_text("ServiceArn");
  const OffsetPage page = apprunner_page(in, 20);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto operations = services_.operations(arn);
  if (!operations) return std::unexpected(apprunner_error(operations.error()));
  std::vector<Json> entries;
  for (const services::Operation& operation : *operations) entries.push_back(operation_json(operation));
  return reply_with_page("OperationSummaryList", std::move(entries), page);
}

}  // namespace emulator::edge
