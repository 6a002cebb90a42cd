// The shapes of mock APIs and of the compute hop.
#include <nlohmann/json.hpp>

#include "emulator/runner/given_shapes.h"
#include "emulator/runner/mock_given.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::choice;
using config::duration;
using config::integer;
using config::list_of;
using config::map_of;
using config::MapOf;
using config::mapped;
using config::non_empty_text;
using config::number;
using config::object;
using config::Shape;
using kernel::Duration;
using mocks::LatencyKind;
using mocks::LatencyLaw;
using namespace std::chrono_literals;

struct ResponseText {
  std::int64_t status = 200;
  std::optional<kernel::JsonTemplate> body{};
};

struct OperationText : mocks::Operation {
  ResponseText respond{};
};

struct ApiText : ApiGiven {
  std::optional<std::string> mock{};
  std::vector<OperationText> operation_texts{};
  MockText mock_text{};
};

struct ComputeText : ComputeGiven {
  int profile = 0;
};

Shape<LatencyLaw> two(const char* title, LatencyKind kind, const char* first, const char* second) {
  return mapped<LatencyLaw>(object<LatencyLaw>(title)
                                .required(first, &LatencyLaw::first, duration(), "")
                                .required(second, &LatencyLaw::second, duration(), "")
                                .done(),
                            [kind](LatencyLaw law) -> kernel::Result<LatencyLaw> {
                              law.kind = kind;
                              if (kind == LatencyKind::Uniform && law.second < law.first)
                                return kernel::invalid("'to' is below 'from'");
                              return law;
                            });
}

Shape<LatencyLaw> shaped(const char* title, LatencyKind kind, const char* first, const char* shape) {
  return mapped<LatencyLaw>(object<LatencyLaw>(title)
                                .required(first, &LatencyLaw::first, duration(), "")
                                .required(shape, &LatencyLaw::shape, number(0.0001, 1000), "")
                                .done(),
                            [kind](LatencyLaw law) -> kernel::Result<LatencyLaw> {
                              law.kind = kind;
                              return law;
                            });
}

struct LognormalText {
  Duration median{};
  std::optional<double> sigma{};
  std::optional<Duration> mean{};
  std::optional<Duration> p99{};
};

kernel::Result<LatencyLaw> lognormal_of(const LognormalText& text) {
  LatencyLaw law{.kind = LatencyKind::Lognormal, .first = text.median, .shape = text.sigma.value_or(0)};
  if (text.median == Duration::zero()) return kernel::invalid("'median' wants more than 0s");
  if (text.mean.value_or(text.median) < text.median) return kernel::invalid("'mean' is below 'median'");
  if (text.p99.value_or(text.median) < text.median) return kernel::invalid("'p99' is below 'median'");
  if (text.mean) law.shape = mocks::sigma_of_mean(text.median, *text.mean);
  if (text.p99) law.shape = mocks::sigma_of_p99(text.median, *text.p99);
  return law;
}

Shape<LatencyLaw> lognormal_shape() {
  return mapped<LatencyLaw>(
      object<LognormalText>("a lognormal law", "Said by sigma, by its mean, or by its 99th percentile.")
          .required("median", &LognormalText::median, duration(), "")
          .optional("sigma", &LognormalText::sigma, number(0.0001, 1000), "Of the normal law behind it.")
          .optional("mean", &LognormalText::mean, duration(), "At least the median.")
          .optional("p99", &LognormalText::p99, duration(), "At least the median.")
          .exactly_one_of({"sigma", "mean", "p99"})
          .done(),
      lognormal_of);
}

/// {p50: 20ms, p99: 180ms}
Shape<LatencyLaw> empirical_shape() {
  return mapped<LatencyLaw>(
      config::map_of(duration()), [](const MapOf<Duration>& entries) -> kernel::Result<LatencyLaw> {
        LatencyLaw law{.kind = LatencyKind::Empirical};
        for (const auto& [name, value] : entries) {
          const auto percent = kernel::parse_json(name.starts_with('p') ? name.substr(1) : "x");
          if (!percent || !percent->is_number() || *percent < 0 || *percent > 100)
            return kernel::invalid("'" + name + "' is no percentile such as p99");
          law.points.emplace_back(percent->get<double>() / 100, value);
          const auto& before = law.points.size() > 1 ? law.points[law.points.size() - 2] : law.points.back();
          if (law.points.size() > 1 && (before.first >= law.points.back().first || before.second > value))
            return kernel::invalid("percentiles and their values rise: '" + name + "' does not");
        }
        if (law.points.empty()) return kernel::invalid("wants percentiles: {p50: 20ms, p99: 180ms}");
        return law;
      });
}

struct LawText {
  std::optional<LatencyLaw> law{};
  std::optional<Duration> at_most{};
};

kernel::Result<LatencyLaw> fixed_or_range(const std::string& text) {
  const std::size_t dots = text.find("..");
  const auto low = kernel::parse_duration(text.substr(0, dots));
  if (!low) return std::unexpected(low.error());
  if (dots == std::string::npos) return LatencyLaw{.first = *low};
  const auto high = kernel::parse_duration(text.substr(dots + 2));
  if (!high) return std::unexpected(high.error());
  if (*high < *low) return kernel::invalid("'" + text + "': the upper end is below the lower");
  return LatencyLaw{.kind = LatencyKind::Uniform, .first = *low, .second = *high};
}

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

Shape<OperationText> operation_shape() {
  const auto body = mapped<kernel::JsonTemplate>(
      config::json(), [](const kernel::Json& value) { return kernel::JsonTemplate::compile(value); },
      {.description = "JSON; ${/x} reads the request, ${mock/id} is a fresh id, ${mock/now} the time."});
  const auto respond = object<ResponseText>("a response")
                           .optional("status", &ResponseText::status, integer(100, 599), "HTTP status.")
                           .optional("body", &ResponseText::body, body, "Its body.")
                           .done();
  return object<OperationText>("an operation", "What the API answers to one method and path.")
      .optional(
          "method", &OperationText::method,
          choice<std::string>(
              {{"GET", "GET"}, {"POST", "POST"}, {"PUT", "PUT"}, {"PATCH", "PATCH"}, {"DELETE", "DELETE"}}),
          "HTTP method.")
      .required("path", &OperationText::path, non_empty_text(),
                "A segment in braces matches anything: /orders/{id}.")
      .optional("effect", &OperationText::effect, non_empty_text(),
                "What it does to the business; counted by business_key.")
      .optional("business_key", &OperationText::business_key, non_empty_text(),
                "JSON Pointer into the request.")
      .optional("requires", &OperationText::required, list_of(non_empty_text()),
                "JSON Pointers that must be there, else 400.")
      .optional("idempotent", &OperationText::idempotent, boolean(), "Honours the idempotency header.")
      .optional("latency", &OperationText::latency, latency_shape(), "Instead of the API's.")
      .optional("respond", &OperationText::respond, respond, "The answer.")
      .requires_key("effect", {"business_key"})
      .done();
}

Shape<compute::HealthConfig> health_shape() {
  using compute::HealthConfig;
  using Protocol = HealthConfig::Protocol;
  return object<HealthConfig>("health checks", "Of active instances; one that turns unhealthy is replaced.")
      .optional("protocol", &HealthConfig::protocol,
                choice<Protocol>({{"tcp", Protocol::Tcp}, {"http", Protocol::Http}}),
                "tcp: somebody listens; http: the path answers 200.")
      .optional("path", &HealthConfig::path, non_empty_text(), "Of http.")
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

}  // namespace

Shape<LatencyLaw> latency_shape() {
  const auto scalar = mapped<LatencyLaw>(non_empty_text(), fixed_or_range,
                                         {.wants = "a latency such as 40ms or 20ms..80ms",
                                          .description = "A duration, or two with .. between them."});
  const auto law = mapped<LatencyLaw>(
      object<LawText>("a latency law", "Drawn anew for each request, from the seed.")
          .optional("fixed", &LawText::law,
                    mapped<LatencyLaw>(duration(),
                                       [](const Duration& d) -> kernel::Result<LatencyLaw> {
                                         return LatencyLaw{.first = d};
                                       }),
                    "Always the same.")
          .optional("uniform", &LawText::law, two("a uniform law", LatencyKind::Uniform, "from", "to"),
                    "Anything between, equally likely.")
          .optional("normal", &LawText::law, two("a normal law", LatencyKind::Normal, "mean", "deviation"),
                    "Cut off at 0.")
          .optional("lognormal", &LawText::law, lognormal_shape(), "As most services answer.")
          .optional("empirical", &LawText::law, empirical_shape(), "Percentiles, linear between them.")
          .optional("exponential", &LawText::law,
                    mapped<LatencyLaw>(object<LatencyLaw>("an exponential law")
                                           .required("mean", &LatencyLaw::first, duration(), "")
                                           .done(),
                                       [](LatencyLaw l) -> kernel::Result<LatencyLaw> {
                                         l.kind = LatencyKind::Exponential;
                                         return l;
                                       }),
                    "Memoryless.")
          .optional("pareto", &LawText::law, shaped("a Pareto law", LatencyKind::Pareto, "scale", "shape"),
                    "A heavy tail: give at_most too.")
          .optional("at_most", &LawText::at_most, duration(), "Longer draws are cut to this.")
          .exactly_one_of({"fixed", "uniform", "normal", "lognormal", "exponential", "pareto", "empirical"})
          .done(),
      [](const LawText& text) -> kernel::Result<LatencyLaw> {
        LatencyLaw result = *text.law;
        result.at_most = text.at_most;
        return result;
      });
  return config::either<LatencyLaw>({.scalar = scalar, .map = law});
}

Shape<std::vector<ApiGiven>> apis_shape() {
  auto keys = object<ApiText>("an API", "A mock of an external API: operations, or stubs.");
  keys.optional("mock", &ApiText::mock, non_empty_text(),
                "Name of a file in mocks/apis, or a path; the other keys change what it says.")
      .optional("latency", &ApiText::latency, latency_shape(), "How long it takes to answer.")
      .optional("idempotency_header", &ApiText::idempotency_header, non_empty_text(),
                "Header with the idempotency key, of operations.")
      .optional("idempotency_window", &ApiText::idempotency_window, duration(1s),
                "How long a key is remembered, of operations.")
      .optional("operations", &ApiText::operation_texts, list_of(operation_shape()), "What it answers.")
      .optional("org", &ApiText::is_org, boolean(), "The org answers: the middleware writes back to it.")
      .optional("tls", &ApiText::is_tls, boolean(),
                "It is served by HTTPS, with a certificate of the rig's CA.")
      .not_yet("url", "external APIs are mocks")
      .not_yet("limit", "'limits' of a mock of stubs are its rate limits")
      .check([](const ApiText& text) -> std::optional<std::string> {
        const bool has_operations = !text.operation_texts.empty();
        if (text.is_org && text.is_tls) return "'org' goes without 'tls'";
        if (text.is_org && (text.mock || has_operations || text.mock_text.is_there))
          return "'org' goes without 'mock', 'operations' and stubs";
        if (!text.is_org && !has_operations && !text.mock_text.is_there)
          return "an API needs 'mock', 'operations', 'stubs' or 'org'";
        const mocks::ApiSpec plain;
        const bool has_key_settings = text.idempotency_header != plain.idempotency_header ||
                                      text.idempotency_window != plain.idempotency_window;
        if (text.mock_text.is_there && has_operations) return "an API has 'operations' or stubs, not both";
        if (text.mock_text.is_there && has_key_settings)
          return "a mock of stubs takes 'idempotency' for its keys";
        return std::nullopt;
      });
  add_mock_keys(keys, &ApiText::mock_text);
  return mapped<std::vector<ApiGiven>>(
      map_of(keys.done()), [](const MapOf<ApiText>& entries) -> kernel::Result<std::vector<ApiGiven>> {
        std::vector<ApiGiven> apis;
        for (const auto& [name, text] : entries) {
          ApiGiven api = text;
          api.name = name;
          for (const OperationText& operation_text : text.operation_texts) {
            mocks::Operation operation = operation_text;
            operation.status = static_cast<int>(operation_text.respond.status);
            operation.body = operation_text.respond.body;
            api.operations.push_back(std::move(operation));
          }
          if (text.mock_text.is_there) api.stubs = mock_of(name, text.latency, text.mock_text);
          apis.push_back(std::move(api));
        }
        return apis;
      });
}

Shape<ComputeGiven> compute_shape() {
  const Shape<config::MiddlewareFile> middleware =
      std::make_shared<const ComposedShape<config::MiddlewareFile>>(config::read_middleware,
                                                                    config::middleware_shape());
  return mapped<ComputeGiven>(
      object<ComputeText>("compute", "Where the middleware runs.")
          .optional("profile", &ComputeText::profile, choice<int>({{"app-runner", 0}}), "The platform.")
          .optional("min", &ComputeText::provisioned_min, integer(1, 25), "Instances always kept.")
          .optional("max", &ComputeText::active_max, integer(1, 1000), "Instances that may serve.")
          .optional("concurrency", &ComputeText::concurrency, integer(1, 1000),
                    "Requests that one instance takes at once.")
          .optional("activation", &ComputeText::activation, duration(), "From provisioned to serving.")
          .optional("provisioning", &ComputeText::provisioning, duration(), "Until a new instance serves.")
          .optional("idle", &ComputeText::idle_max, duration(1ms),
                    "An instance without requests serves no longer after this.")
          .optional("scale_in", &ComputeText::scale_in, duration(1ms),
                    "An idle one beyond the minimum goes after this.")
          .optional("request", &ComputeText::request_max, duration(1ms), "A request is cut after this.")
          .optional("routing", &ComputeText::routing, duration(),
                    "Of a deployment: healthy instances until traffic reaches them.")
          .optional("grace", &ComputeText::grace, duration(),
                    "Of a deployment: what old instances work on is cut off after this.")
          .optional("operation", &ComputeText::operation, duration(), "How long a pause or a deletion takes.")
          .optional("cpu", &ComputeText::cpu,
                    choice<compute::Cpu>(
                        {{"while_active", compute::Cpu::WhileActive}, {"always", compute::Cpu::Always}}),
                    "Whether an inactive instance may work: while_active, it stands still.")
          .optional("health", &ComputeText::health, health_shape(), "Instances are asked how they are.")
          .optional("middleware", &ComputeText::middleware, middleware, "The middleware's file.")
          .check("max",
                 [](const ComputeText& text) -> std::optional<std::string> {
                   if (text.active_max >= text.provisioned_min) return std::nullopt;
                   return "'max' is below 'min'";
                 })
          .done(),
      [](const ComputeText& text) -> kernel::Result<ComputeGiven> {
        return static_cast<const ComputeGiven&>(text);
      });
}

}  // namespace emulator::runner
