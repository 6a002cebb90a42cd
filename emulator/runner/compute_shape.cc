// The shape of given.compute: the profile decides which keys it takes.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/runner/given_shapes.h"

namespace emulator::runner {
namespace {

using config::choice;
using config::duration;
using config::integer;
using config::mapped;
using config::number;
using config::object;
using config::Shape;
using namespace std::chrono_literals;

struct AppRunnerText : compute::AppRunnerConfig, ProcessText {
  ComputeProfile profile = ComputeProfile::AppRunner;
  config::MiddlewareFile middleware{};
};

struct EcsAlbText : compute::EcsAlbConfig, ProcessText {
  ComputeProfile profile = ComputeProfile::EcsAlb;
  std::optional<scaling::TrackingConfig> scaling{};
  config::MiddlewareFile middleware{};
};

/// The schema of what stands in a file: a path, or a map that may name one; the reader sees the composed map.
template <class T>
class ComposedShape final : public config::ShapeOf<T> {
 public:
  explicit ComposedShape(std::function<std::expected<T, config::Problems>(const config::Tree&)> read,
                         Shape<T> whole)
      : read_(std::move(read)), whole_(std::move(whole)) {}
  void read(const config::Tree& tree, T& out, config::Problems& problems) const override {
    auto value = read_(tree);
    if (value) {
      out = std::move(*value);
      return;
    }
    for (const kernel::Error& error : value.error().errors()) problems.add(error);
  }
  config::JsonPtr schema(config::Definitions& definitions) const override {
    kernel::Json any = kernel::Json::array();
    any.push_back({{"type", "string"}, {"description", "Path of the file, from this file's folder."}});
    any.push_back(*whole_->schema(definitions));
    any.push_back({{"type", "object"},
                   {"description", "A file and what is different from it."},
                   {"properties", {{"file", {{"type", "string"}}}}}});
    return std::make_shared<const kernel::Json>(kernel::Json{{"anyOf", any}});
  }
  std::string wants() const override { return "the path of a middleware.yaml, or its content"; }

 private:
  std::function<std::expected<T, config::Problems>(const config::Tree&)> read_;
  Shape<T> whole_;
};

Shape<config::MiddlewareFile> middleware_shape() {
  return std::make_shared<const ComposedShape<config::MiddlewareFile>>(config::read_middleware,
                                                                       config::middleware_shape());
}

Shape<compute::HealthConfig> health_shape() {
  using compute::HealthConfig;
  using Protocol = HealthConfig::Protocol;
  return object<HealthConfig>("health checks", "Of active instances; one that turns unhealthy is replaced.")
      .optional("protocol", &HealthConfig::protocol,
                choice<Protocol>({{"tcp", Protocol::Tcp}, {"http", Protocol::Http}}),
                "tcp: somebody listens; http: the path answers 200.")
      .optional("path", &HealthConfig::path, config::non_empty_text(), "Of http.")
      .optional("interval", &HealthConfig::interval, duration(1s, 20s), "From one check to the next.")
      .optional("timeout", &HealthConfig::timeout, duration(1s, 20s), "Of one check.")
      .optional("healthy", &HealthConfig::healthy, integer(1, 20), "Passes in a row.")
      .optional("unhealthy", &HealthConfig::unhealthy, integer(1, 20), "Failures in a row.")
      .check("path",
             [](const HealthConfig& config) -> std::optional<std::string> {
               if (!config.path.starts_with('/')) return "'path' begins with /";
               if (config.path == "/" || config.protocol == Protocol::Http) return std::nullopt;
               return "'path' goes with 'protocol: http'";
             })
      .done();
}

constexpr const char* kCommandDoc =
    "A program and its arguments: each instance is a process. relayrig-middleware is the one that is "
    "deployed.";
constexpr const char* kFolderDoc = "The command's working directory.";
constexpr const char* kEnvironmentDoc = "More variables for the command.";

Shape<config::MapOf<std::string>> instance_environment_shape() {
  return config::map_of(config::text(),
                        {.refuses = [](const std::string& name) -> std::optional<std::string> {
                          if (name != "PORT") return std::nullopt;
                          return "'PORT' is each instance's own: the platform sets it";
                        }});
}

std::optional<std::string> refuse_process_keys(const ProcessText& text) {
  if (text.is_process() || (!text.folder && text.environment.empty())) return std::nullopt;
  return "'folder' and 'environment' are the 'command''s, and there is none";
}

std::optional<ComputeProcess> process_in(const ProcessText& text) {
  const auto process = process_of(text);
  if (!process) return std::nullopt;
  return ComputeProcess{.process = *process};
}

Shape<ComputeGiven> app_runner_shape(const Shape<config::MiddlewareFile>& middleware) {
  return mapped<ComputeGiven>(
      object<AppRunnerText>("compute", "Where the middleware runs.")
          .optional("profile", &AppRunnerText::profile,
                    choice<ComputeProfile>({{"app-runner", ComputeProfile::AppRunner}}), "The platform.")
          .optional("min", &AppRunnerText::provisioned_min, integer(1, 25), "Instances always kept.")
          .optional("max", &AppRunnerText::active_max, integer(1, 1000), "Instances that may serve.")
          .optional("concurrency", &AppRunnerText::concurrency, integer(1, 1000),
                    "Requests that one instance takes at once.")
          .optional("activation", &AppRunnerText::activation, duration(), "From provisioned to serving.")
          .optional("provisioning", &AppRunnerText::provisioning, duration(), "Until a new instance serves.")
          .optional("idle", &AppRunnerText::idle_max, duration(1ms),
                    "An instance without requests serves no longer after this.")
          .optional("scale_in", &AppRunnerText::scale_in, duration(1ms),
                    "An idle one beyond the minimum goes after this.")
          .optional("request", &AppRunnerText::request_max, duration(1ms), "A request is cut after this.")
          .optional("routing", &AppRunnerText::routing, duration(),
                    "Of a deployment: healthy instances until traffic reaches them.")
          .optional("grace", &AppRunnerText::grace, duration(),
                    "Of a deployment: what old instances work on is cut off after this.")
          .optional("operation", &AppRunnerText::operation, duration(),
                    "How long a pause or a deletion takes.")
          .optional("cpu", &AppRunnerText::cpu,
                    choice<compute::Cpu>(
                        {{"while_active", compute::Cpu::WhileActive}, {"always", compute::Cpu::Always}}),
                    "Whether an inactive instance may work: while_active, it stands still.")
          .optional("health", &AppRunnerText::health, health_shape(), "Instances are asked how they are.")
          .optional("middleware", &AppRunnerText::middleware, middleware, "The middleware's file.")
          .optional("command", &AppRunnerText::command, command_shape(), kCommandDoc)
          .optional("folder", &AppRunnerText::folder, config::non_empty_text(), kFolderDoc)
          .optional("environment", &AppRunnerText::environment, instance_environment_shape(), kEnvironmentDoc)
          .check("command", refuse_process_keys)
          .check("max",
                 [](const AppRunnerText& text) -> std::optional<std::string> {
                   if (text.active_max >= text.provisioned_min) return std::nullopt;
                   return "'max' is below 'min'";
                 })
          .done(),
      [](const AppRunnerText& text) -> kernel::Result<ComputeGiven> {
        return ComputeGiven{.profile = text.profile,
                            .app_runner = text,
                            .middleware = text.middleware,
                            .process = process_in(text)};
      });
}

using compute::HealthCheckConfig;

Shape<HealthCheckConfig> health_check_shape() {
  return object<HealthCheckConfig>("health checks", "Of the target group.")
      .optional("path", &HealthCheckConfig::path, config::non_empty_text(), "What they ask for.")
      .optional("interval", &HealthCheckConfig::interval, duration(5s, 300s), "From one to the next.")
      .optional("timeout", &HealthCheckConfig::timeout, duration(2s, 120s), "Of one.")
      .optional("healthy", &HealthCheckConfig::healthy, integer(2, 10), "Passes in a row.")
      .optional("unhealthy", &HealthCheckConfig::unhealthy, integer(2, 10), "Failures in a row.")
      .check("timeout",
             [](const HealthCheckConfig& config) -> std::optional<std::string> {
               if (config.timeout < config.interval) return std::nullopt;
               return "'timeout' is not below 'interval'";
             })
      .done();
}

using compute::CanaryConfig;

Shape<CanaryConfig> canary_shape() {
  return object<CanaryConfig>("a canary", "How a new revision comes out.")
      .optional("share", &CanaryConfig::share, config::share(), "Of the requests, while it is tried.")
      .optional("bake", &CanaryConfig::bake, duration(1min, 24h),
                "With that share, and again with all requests.")
      .optional("failures_max", &CanaryConfig::failures_max, config::share(),
                "More 4xx and 5xx than this among the answers of a minute are too many.")
      .optional("datapoints", &CanaryConfig::datapoints, integer(1, 60), "So many minutes above it: back.")
      .optional("minutes", &CanaryConfig::minutes, integer(1, 60), "Of so many.")
      .check("datapoints",
             [](const CanaryConfig& config) -> std::optional<std::string> {
               if (config.datapoints > config.minutes) return "'datapoints' is above 'minutes'";
               if (config.bake < 1min * config.datapoints)
                 return "'bake' has fewer minutes than 'datapoints'";
               return std::nullopt;
             })
      .done();
}

using scaling::TrackingConfig;

Shape<TrackingConfig> tracking_shape() {
  return object<TrackingConfig>("target tracking", "Tasks follow a metric, by two alarms.")
      .optional("metric", &TrackingConfig::metric,
                choice<scaling::TrackedMetric>(
                    {{"cpu", scaling::TrackedMetric::Cpu},
                     {"requests_per_target", scaling::TrackedMetric::RequestsPerTarget}}),
                "The average CPU of the tasks, or requests a minute for each target.")
      .optional("target", &TrackingConfig::target, number(0.001, 1e9), "Percent, or requests.")
      .optional("out_cooldown", &TrackingConfig::out_cooldown, duration(),
                "Behind a scale-out only a larger one happens.")
      .optional("in_cooldown", &TrackingConfig::in_cooldown, duration(), "Between two scale-ins.")
      .optional("out_only", &TrackingConfig::is_in_disabled, config::boolean(), "It never scales in.")
      .optional("high_points", &TrackingConfig::high_points, integer(1, 60),
                "Minutes above the target before it scales out.")
      .optional("low_points", &TrackingConfig::low_points, integer(1, 60),
                "Minutes below before it scales in.")
      .optional("low_share", &TrackingConfig::low_share, config::share(), "Below so much of the target.")
      .done();
}

Shape<ComputeGiven> ecs_alb_shape(const Shape<config::MiddlewareFile>& middleware) {
  const auto of_task = [](auto member) {
    return [member](EcsAlbText& text, auto value) { text.task.*member = value; };
  };
  return mapped<ComputeGiven>(
      object<EcsAlbText>("compute on ecs-alb", "Where the middleware runs.")
          .optional(
              "profile", [](EcsAlbText& text, ComputeProfile profile) { text.profile = profile; },
              choice<ComputeProfile>({{"ecs-alb", ComputeProfile::EcsAlb}}), "The platform.")
          .optional("min", &EcsAlbText::tasks_min, integer(1, 1000), "Tasks there are at least.")
          .optional("max", &EcsAlbText::tasks_max, integer(1, 5000), "And at most.")
          .optional("vcpu", of_task(&compute::TaskCapacity::vcpu), number(0.25, 16), "Of a task; 1.")
          .optional("cpu_per_request", of_task(&compute::TaskCapacity::cpu_per_request), duration(0s, 1h),
                    "CPU time that a request costs; 10ms.")
          .optional("start_time", &EcsAlbText::start_time, duration(), "Of a new task, until it listens.")
          .optional("stop_grace", &EcsAlbText::stop_grace, duration(0s, 120s), "SIGTERM to SIGKILL.")
          .optional("idle_timeout", &EcsAlbText::idle_timeout, duration(1s, 4000s),
                    "A target that does not answer for so long: 504.")
          .optional("deregistration_delay", &EcsAlbText::deregistration_delay, duration(0s, 3600s),
                    "What a task that leaves has for the requests that it has.")
          .optional("health_check", &EcsAlbText::health, health_check_shape(), "Of the load balancer.")
          .optional("canary", &EcsAlbText::canary, canary_shape(), "Of a deployment.")
          .optional("scaling", &EcsAlbText::scaling, tracking_shape(), "Absent: 'min' tasks, always.")
          .optional("middleware", &EcsAlbText::middleware, middleware, "The middleware's file.")
          .optional("command", &EcsAlbText::command, command_shape(), kCommandDoc)
          .optional("folder", &EcsAlbText::folder, config::non_empty_text(), kFolderDoc)
          .optional("environment", &EcsAlbText::environment, instance_environment_shape(), kEnvironmentDoc)
          .check("command", refuse_process_keys)
          .check("max",
                 [](const EcsAlbText& text) -> std::optional<std::string> {
                   if (text.tasks_max >= text.tasks_min) return std::nullopt;
                   return "'max' is below 'min'";
                 })
          .done(),
      [](const EcsAlbText& text) -> kernel::Result<ComputeGiven> {
        return ComputeGiven{.profile = text.profile,
                            .ecs_alb = text,
                            .scaling = text.scaling,
                            .middleware = text.middleware,
                            .process = process_in(text)};
      });
}

/// Stands where the middleware's file would, for who only wants the names beside it: its schema is large.
class NoFile final : public config::ShapeOf<config::MiddlewareFile> {
 public:
  void read(const config::Tree&, config::MiddlewareFile&, config::Problems&) const override {}
  config::JsonPtr schema(config::Definitions&) const override {
    return std::make_shared<const kernel::Json>(kernel::Json::object());
  }
  std::string wants() const override { return ""; }
};

std::vector<std::string> keys_of(const Shape<ComputeGiven>& shape) {
  config::Definitions definitions;
  std::vector<std::string> keys;
  for (const auto& [key, value] : shape->schema(definitions)->at("properties").items()) keys.push_back(key);
  return keys;
}

const std::vector<std::string>& app_runner_keys() {
  static const auto keys = keys_of(app_runner_shape(std::make_shared<const NoFile>()));
  return keys;
}
const std::vector<std::string>& ecs_alb_keys() {
  static const auto keys = keys_of(ecs_alb_shape(std::make_shared<const NoFile>()));
  return keys;
}

/// The keys are those of the profile; one of the other is refused by name.
class ComputeShape final : public config::ShapeOf<ComputeGiven> {
 public:
  void read(const config::Tree& tree, ComputeGiven& out, config::Problems& problems) const override {
    const config::Tree* profile = tree.find("profile");
    const bool is_ecs = profile != nullptr && profile->scalar == "ecs-alb";
    const bool is_known = is_ecs || profile == nullptr || profile->scalar == "app-runner";
    if (!is_known) {
      config::Problems::Subject subject(problems, "'profile'");
      int ignored = 0;
      return choice<int>({{"app-runner", 0}, {"ecs-alb", 1}})->read(*profile, ignored, problems);
    }
    const Shape<ComputeGiven>& own = is_ecs ? ecs_alb_ : app_runner_;
    const std::vector<std::string>& foreign = is_ecs ? app_runner_keys() : ecs_alb_keys();
    const std::vector<std::string>& known = is_ecs ? ecs_alb_keys() : app_runner_keys();
    config::Tree rest = tree;
    std::erase_if(rest.entries, [&](const config::Tree::Entry& entry) {
      const bool is_foreign = std::ranges::find(foreign, entry.key) != foreign.end() &&
                              std::ranges::find(known, entry.key) == known.end();
      if (is_foreign) {
        problems.add(entry.key_place, "'" + entry.key + "' is a key of the profile " +
                                          (is_ecs ? "app-runner" : "ecs-alb") + ", and this one is " +
                                          (is_ecs ? "ecs-alb" : "app-runner"));
      }
      return is_foreign;
    });
    own->read(rest, out, problems);
  }
  config::JsonPtr schema(config::Definitions& definitions) const override {
    return config::detail::any_of_schema({app_runner_->schema(definitions), ecs_alb_->schema(definitions)});
  }
  std::string wants() const override { return app_runner_->wants(); }

 private:
  Shape<config::MiddlewareFile> middleware_ = middleware_shape();
  Shape<ComputeGiven> app_runner_ = app_runner_shape(middleware_);
  Shape<ComputeGiven> ecs_alb_ = ecs_alb_shape(middleware_);
};

}  // namespace

Shape<ComputeGiven> compute_shape() { return std::make_shared<const ComputeShape>(); }

}  // namespace emulator::runner
