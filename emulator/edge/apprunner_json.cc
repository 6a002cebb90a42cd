#include "emulator/edge/apprunner_json.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "emulator/edge/apprunner.h"

namespace emulator::edge {
namespace {

using compute::HealthConfig;
using kernel::Json;

AwsError invalid(std::string message) {
  return apprunner_error({"InvalidRequestException", std::move(message)});
}

/// "0.25 vCPU" and "256" are one.
std::string in_units(std::string text, std::string_view unit) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kCpus = {
      {{"0.25", "256"}, {"0.5", "512"}, {"1", "1024"}, {"2", "2048"}, {"4", "4096"}}};
  if (!text.ends_with(unit)) return text;
  text.resize(text.size() - unit.size());
  if (unit == " vCPU") {
    const auto found = std::ranges::find(kCpus, text, [](const auto& one) { return one.first; });
    return found == kCpus.end() ? text : std::string(found->second);
  }
  const auto gigabytes = kernel::parse_json(text);
  return gigabytes && gigabytes->is_number()
             ? std::to_string(static_cast<std::int64_t>(gigabytes->get<double>() * 1024))
             : text;
}

}  // namespace

services::Source source_in(Members& in, const Json& value) {
  services::Source source;
  Members within(in, value, "SourceConfiguration");
  if (const Json* repository = within.object("ImageRepository")) {
    Members image(within, *repository, "SourceConfiguration.ImageRepository");
    source.image = image.required_text("ImageIdentifier");
    source.repository_type = image.required_text("ImageRepositoryType");
    if (source.repository_type != "ECR" && source.repository_type != "ECR_PUBLIC")
      in.fail(invalid("ImageRepositoryType must be ECR or ECR_PUBLIC"));
    if (const Json* started = image.object("ImageConfiguration")) {
      Members configuration(image, *started, "SourceConfiguration.ImageRepository.ImageConfiguration");
      source.port = configuration.text("Port").value_or(source.port);
      if (source.port != "8080")
        in.fail(not_emulated("App Runner's Port other than 8080, where the middleware listens,"));
    }
  } else if (!within.has("CodeRepository")) {
    in.fail(invalid("SourceConfiguration must have exactly one of CodeRepository and ImageRepository"));
  }
  // Nobody pushes images to a rig.
  within.ignore("AutoDeploymentsEnabled");
  if (const Json* authentication = within.object("AuthenticationConfiguration")) {
    Members who(within, *authentication, "SourceConfiguration.AuthenticationConfiguration");
    source.access_role = who.text_or_empty("AccessRoleArn");
  }
  return source;
}

services::Machine machine_in(Members& in, const Json& value) {
  services::Machine machine;
  Members within(in, value, "InstanceConfiguration");
  machine.cpu = in_units(within.text("Cpu").value_or(machine.cpu), " vCPU");
  machine.memory = in_units(within.text("Memory").value_or(machine.memory), " GB");
  machine.role = within.text_or_empty("InstanceRoleArn");
  static constexpr std::array kCpus = {"256", "512", "1024", "2048", "4096"};
  static constexpr std::array kMemories = {"512",  "1024", "2048",  "3072", "4096",
                                           "6144", "8192", "10240", "12288"};
  if (std::ranges::find(kCpus, machine.cpu) == kCpus.end())
    in.fail(invalid("Cpu is not valid: " + machine.cpu));
  if (std::ranges::find(kMemories, machine.memory) == kMemories.end())
    in.fail(invalid("Memory is not valid: " + machine.memory));
  return machine;
}

HealthConfig health_in(Members& in, const Json& value) {
  HealthConfig health;
  Members within(in, value, "HealthCheckConfiguration");
  const std::string protocol = within.text("Protocol").value_or("TCP");
  if (protocol != "TCP" && protocol != "HTTP") in.fail(invalid("Protocol must be TCP or HTTP"));
  if (protocol == "HTTP") health.protocol = HealthConfig::Protocol::Http;
  health.path = within.text("Path").value_or(health.path);
  const auto seconds = [&within](const char* name, kernel::Duration otherwise) -> kernel::Duration {
    const auto said = within.integer(name);
    // Beyond what the service takes, whatever that is.
    return said ? std::chrono::seconds{std::clamp<std::int64_t>(*said, 0, 1000)} : otherwise;
  };
  health.interval = seconds("Interval", health.interval);
  health.timeout = seconds("Timeout", health.timeout);
  health.healthy = within.integer("HealthyThreshold").value_or(health.healthy);
  health.unhealthy = within.integer("UnhealthyThreshold").value_or(health.unhealthy);
  return health;
}

Json service_summary_json(const services::Service& service) {
  return {{"ServiceName", service.name},
          {"ServiceId", service.id},
          {"ServiceArn", service.arn},
          {"ServiceUrl", service.url},
          {"CreatedAt", epoch_seconds(service.created_at)},
          {"UpdatedAt", epoch_seconds(service.updated_at)},
          {"Status", to_text(service.status)}};
}

Json service_json(const services::Service& service, const services::ServicesApi& box) {
  Json json = service_summary_json(service);
  if (service.deleted_at) json["DeletedAt"] = epoch_seconds(*service.deleted_at);
  Json source = {{"ImageRepository",
                  {{"ImageIdentifier", service.source.image},
                   {"ImageRepositoryType", service.source.repository_type},
                   {"ImageConfiguration", {{"Port", service.source.port}}}}},
                 {"AutoDeploymentsEnabled", false}};
  if (!service.source.access_role.empty())
    source["AuthenticationConfiguration"] = {{"AccessRoleArn", service.source.access_role}};
  json["SourceConfiguration"] = std::move(source);
  json["InstanceConfiguration"] = {{"Cpu", service.machine.cpu}, {"Memory", service.machine.memory}};
  if (!service.machine.role.empty()) json["InstanceConfiguration"]["InstanceRoleArn"] = service.machine.role;
  const HealthConfig& health = service.health;
  const bool is_http = health.protocol == HealthConfig::Protocol::Http;
  json["HealthCheckConfiguration"] = {{"Protocol", is_http ? "HTTP" : "TCP"},
                                      {"Path", health.path},
                                      {"Interval", health.interval / std::chrono::seconds{1}},
                                      {"Timeout", health.timeout / std::chrono::seconds{1}},
                                      {"HealthyThreshold", health.healthy},
                                      {"UnhealthyThreshold", health.unhealthy}};
  if (const auto scaling = box.describe_scaling(service.scaling_arn))
    json["AutoScalingConfigurationSummary"] = scaling_summary_json(*scaling);
  json["NetworkConfiguration"] = {{"EgressConfiguration", {{"EgressType", "DEFAULT"}}},
                                  {"IngressConfiguration", {{"IsPubliclyAccessible", true}}},
                                  {"IpAddressType", "IPV4"}};
  json["ObservabilityConfiguration"] = {{"ObservabilityEnabled", false}};
  return json;
}

Json operation_json(const services::Operation& operation) {
  Json json = {{"Id", operation.id},
               {"Type", to_text(operation.type)},
               {"Status", to_text(operation.status)},
               {"TargetArn", operation.target},
               {"StartedAt", epoch_seconds(operation.started_at)},
               {"UpdatedAt", epoch_seconds(operation.updated_at)}};
  if (operation.ended_at) json["EndedAt"] = epoch_seconds(*operation.ended_at);
  return json;
}

Json scaling_summary_json(const services::Scaling& scaling) {
  return {{"AutoScalingConfigurationArn", scaling.arn},
          {"AutoScalingConfigurationName", scaling.name},
          {"AutoScalingConfigurationRevision", scaling.revision},
          {"Status", scaling.deleted_at ? "INACTIVE" : "ACTIVE"},
          {"CreatedAt", epoch_seconds(scaling.created_at)},
          {"HasAssociatedService", scaling.has_service},
          {"IsDefault", scaling.is_default}};
}

Json scaling_json(const services::Scaling& scaling) {
  Json json = scaling_summary_json(scaling);
  json["Latest"] = scaling.is_latest;
  json["MaxConcurrency"] = scaling.limits.concurrency;
  json["MinSize"] = scaling.limits.provisioned_min;
  json["MaxSize"] = scaling.limits.active_max;
  if (scaling.deleted_at) json["DeletedAt"] = epoch_seconds(*scaling.deleted_at);
  return json;
}

}  // namespace emulator::edge
