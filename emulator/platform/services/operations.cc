// What operations do, and who is told of it.
#include "emulator/arn/arn.h"
#include "emulator/platform/services/held.h"
#include "emulator/platform/services/names.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/wait.h"

namespace emulator::services {
namespace {

using kernel::Task;

/// As events name an operation: "UpdateServiceCompletedSuccessfully".
const char* event_name(OperationType type) {
  switch (type) {
    case OperationType::Create:
      return "CreateService";
    case OperationType::Update:
      return "UpdateService";
    case OperationType::Deployment:
      return "Deployment";
    case OperationType::Pause:
      return "PauseService";
    case OperationType::Resume:
      return "ResumeService";
    case OperationType::Delete:
      return "DeleteService";
  }
  return "";
}

std::string member(const char* name, std::string_view value) {
  return kernel::json_quoted(name) + ":" + kernel::json_quoted(std::string(value));
}

std::string about(const Service& service) {
  return member("serviceName", service.name) + "," + member("serviceId", service.id);
}

}  // namespace

std::string_view to_text(ServiceStatus status) {
  switch (status) {
    case ServiceStatus::InProgress:
      return "OPERATION_IN_PROGRESS";
    case ServiceStatus::Running:
      return "RUNNING";
    case ServiceStatus::Paused:
      return "PAUSED";
    case ServiceStatus::CreateFailed:
      return "CREATE_FAILED";
    case ServiceStatus::Deleted:
      return "DELETED";
  }
  return "";
}

std::string_view to_text(OperationType type) {
  switch (type) {
    case OperationType::Create:
      return "CREATE_SERVICE";
    case OperationType::Update:
      return "UPDATE_SERVICE";
    case OperationType::Deployment:
      return "START_DEPLOYMENT";
    case OperationType::Pause:
      return "PAUSE_SERVICE";
    case OperationType::Resume:
      return "RESUME_SERVICE";
    case OperationType::Delete:
      return "DELETE_SERVICE";
  }
  return "";
}

std::string_view to_text(OperationStatus status) {
  switch (status) {
    case OperationStatus::InProgress:
      return "IN_PROGRESS";
    case OperationStatus::Succeeded:
      return "SUCCEEDED";
    case OperationStatus::Failed:
      return "FAILED";
    case OperationStatus::RolledBack:
      return "ROLLBACK_SUCCEEDED";
  }
  return "";
}

void Services::Log::line(std::string text) {
  text.insert(0, "[AppRunner] ");
  around_.sink.log({.source = "app-runner", .message = text, .fields = "{" + about(service_) + "}"});
  around_.watcher.line("/aws/apprunner/" + service_.name + "/" + service_.id + "/service", "events",
                       around_.scheduler.wall_now(), text);
}

std::string Services::begin(Held& held, OperationType type) {
  const kernel::WallTime now = around_.scheduler.wall_now();
  held.operations.push_back(
      {.id = hex_id(ids_), .type = type, .target = held.service.arn, .started_at = now, .updated_at = now});
  set_status(held, ServiceStatus::InProgress);
  tell_operation(held, "Started");
  return held.operations.back().id;
}

void Services::end(Held& held, OperationStatus status, ServiceStatus after) {
  Operation& operation = held.operations.back();
  operation.status = status;
  operation.updated_at = around_.scheduler.wall_now();
  operation.ended_at = operation.updated_at;
  tell_operation(held, status == OperationStatus::Succeeded ? "CompletedSuccessfully" : "Failed");
  set_status(held, after);
  settled_.notify_all();
}

Task<void> Services::until_settled() {
  while (held_.front()->service.status == ServiceStatus::InProgress) co_await settled_.wait();
}

void Services::set_status(Held& held, ServiceStatus status) {
  Service& service = held.service;
  const ServiceStatus before = std::exchange(service.status, status);
  service.updated_at = around_.scheduler.wall_now();
  if (status == ServiceStatus::Deleted) service.deleted_at = service.updated_at;
  if (before == status) return;
  around_.sink.transition({.kind = "service",
                           .subject = service.name,
                           .from = to_text(before),
                           .to = to_text(status),
                           .why = to_text(held.operations.back().type)});
  const std::string message = "Service status is set to " + std::string(to_text(status)) + ".";
  if (status != ServiceStatus::InProgress)
    held.log.line("Service status is set to " + std::string(to_text(status)));
  const bool is_bad = status == ServiceStatus::CreateFailed;
  around_.watcher.event("AppRunner Service Status Change",
                        "{" + member("previousServiceStatus", to_text(before)) + "," +
                            member("currentServiceStatus", to_text(status)) + "," + about(service) + "," +
                            member("message", message) + "," + member("severity", is_bad ? "ERROR" : "INFO") +
                            "}",
                        service.arn, service.updated_at);
}

// ASSUMPTION: the guide shows the text of one; its table is not in the archive of its sources.
void Services::tell_operation(const Held& held, const char* verdict) {
  const std::string status = event_name(held.operations.back().type) + std::string(verdict);
  const bool is_bad = std::string_view(verdict) == "Failed";
  around_.watcher.event("AppRunner Service Operation Status Change",
                        "{" + member("operationStatus", status) + "," + about(held.service) + "," +
                            member("message", status + ".") + "," +
                            member("severity", is_bad ? "ERROR" : "INFO") + "}",
                        held.service.arn, around_.scheduler.wall_now());
}

// A service that was there goes on as it was.
Task<void> Services::bring_up(Held& held, compute::Release release, Service otherwise) {
  const bool is_up = co_await held.hosted.deploy(release, held.log);
  if (is_up) co_return end(held, OperationStatus::Succeeded, ServiceStatus::Running);
  held.service.scaling_arn = otherwise.scaling_arn;
  held.service.health = otherwise.health;
  const bool is_new = otherwise.status == ServiceStatus::CreateFailed;
  end(held, is_new ? OperationStatus::Failed : OperationStatus::RolledBack, otherwise.status);
}

Task<void> Services::put_to_rest(Held& held, ServiceStatus after) {
  const kernel::Timestamp over_at = around_.scheduler.now() + around_.operation;
  co_await held.hosted.pause();
  co_await kernel::sleep_until(around_.scheduler, over_at);
  end(held, OperationStatus::Succeeded, after);
}

Task<void> Services::wake_up(Held& held) {
  const bool is_up = co_await held.hosted.resume(held.log);
  end(held, is_up ? OperationStatus::Succeeded : OperationStatus::Failed,
      is_up ? ServiceStatus::Running : ServiceStatus::Paused);
}

}  // namespace emulator::services
