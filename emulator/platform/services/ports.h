#pragma once
// App Runner's control plane as its clients see it: services, operations on them, auto scaling
// configurations, tags.
//
// Source: facts/aws-platform 1.2, 1.5 and 1.6.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/compute/health.h"
#include "emulator/compute/ports.h"
#include "emulator/platform/access/refusal.h"
#include "emulator/platform/access/tags.h"
#include "middleware/kernel/time.h"

namespace emulator::services {

template <class T = void>
using Answer = access::Answer<T>;

enum class ServiceStatus : std::uint8_t { InProgress, Running, Paused, CreateFailed, Deleted };
std::string_view to_text(ServiceStatus status);

enum class OperationType : std::uint8_t { Create, Update, Deployment, Pause, Resume, Delete };
std::string_view to_text(OperationType type);

enum class OperationStatus : std::uint8_t { InProgress, Succeeded, Failed, RolledBack };
std::string_view to_text(OperationStatus status);

/// A revision of an auto scaling configuration. It never changes; who wants another makes another revision.
struct Scaling {
  std::string arn;
  std::string name;
  std::int64_t revision = 1;
  compute::ScalingLimits limits{};
  bool is_latest = true;
  bool is_default = false;  ///< of services that name none
  bool has_service = false;
  kernel::WallTime created_at{};
  std::optional<kernel::WallTime> deleted_at{};  ///< then it is inactive
};

/// What a service runs. A rig runs no images: all services run its own middleware.
struct Source {
  std::string image;
  std::string repository_type = "ECR";  ///< or ECR_PUBLIC
  std::string port = "8080";
  std::string access_role{};  ///< known, and asked of nobody: a rig has no IAM
};

/// Known, and without an effect: a rig does not count cycles or bytes.
struct Machine {
  std::string cpu = "1024";
  std::string memory = "2048";
  std::string role{};
};

using Tags = access::Tags;

struct Service {
  std::string name;
  std::string id;  ///< 32 hexadecimal digits
  std::string arn{};
  std::string url{};  ///< its host: "psbqam834h.us-east-1.awsapprunner.com"
  ServiceStatus status = ServiceStatus::InProgress;
  Source source{};
  Machine machine{};
  compute::HealthConfig health{};
  std::string scaling_arn{};
  kernel::WallTime created_at{};
  kernel::WallTime updated_at{};
  std::optional<kernel::WallTime> deleted_at{};
};

struct Operation {
  std::string id;
  OperationType type = OperationType::Create;
  OperationStatus status = OperationStatus::InProgress;
  std::string target;  ///< the service's ARN
  kernel::WallTime started_at{};
  kernel::WallTime updated_at{};
  std::optional<kernel::WallTime> ended_at{};
};

/// A service, and the operation that has just begun on it.
struct Begun {
  Service service;
  std::string operation;
};

struct CreateRequest {
  std::string name;
  Source source{};
  Machine machine{};
  std::string scaling_arn{};  ///< "": the default configuration
  std::optional<compute::HealthConfig> health{};
  Tags tags{};
};

struct UpdateRequest {
  std::string arn;
  std::string scaling_arn{};  ///< "": as it is
  std::optional<compute::HealthConfig> health{};
};

struct ScalingRequest {
  std::string name;
  std::optional<std::int64_t> concurrency{};
  std::optional<std::int64_t> provisioned_min{};
  std::optional<std::int64_t> active_max{};
  Tags tags{};
};

/// Operations that change a service answer at once and go on by themselves; meanwhile its status is
/// OPERATION_IN_PROGRESS and others are refused (InvalidStateException).
class ServicesApi {
 public:
  virtual ~ServicesApi() = default;

  virtual Answer<Begun> create(CreateRequest request) = 0;
  virtual Answer<Begun> update(const UpdateRequest& request) = 0;
  virtual Answer<Begun> pause(const std::string& arn) = 0;
  virtual Answer<Begun> resume(const std::string& arn) = 0;
  virtual Answer<Begun> remove(const std::string& arn) = 0;
  virtual Answer<std::string> deploy(const std::string& arn) = 0;

  virtual Answer<Service> describe(const std::string& arn) const = 0;
  /// In the order of their creation.
  virtual std::vector<Service> list() const = 0;
  /// The latest first.
  virtual Answer<std::vector<Operation>> operations(const std::string& arn) const = 0;

  virtual Answer<Scaling> create_scaling(const ScalingRequest& request) = 0;
  /// By an ARN with a revision, or without: then the latest.
  virtual Answer<Scaling> describe_scaling(const std::string& arn) const = 0;
  /// `name` "": all. The latest revisions first.
  virtual std::vector<Scaling> list_scaling(const std::string& name, bool latest_only) const = 0;
  virtual Answer<Scaling> remove_scaling(const std::string& arn, bool all_revisions) = 0;
  virtual Answer<Scaling> set_default_scaling(const std::string& arn) = 0;

  virtual Answer<> tag(const std::string& arn, const Tags& tags) = 0;
  virtual Answer<> untag(const std::string& arn, const std::vector<std::string>& keys) = 0;
  virtual Answer<Tags> tags(const std::string& arn) const = 0;
};

}  // namespace emulator::services
