#include "middleware/secrets/setup.h"

#include "middleware/secrets/aws_sources.h"
#include "middleware/secrets/credentials.h"
#include "middleware/secrets/extension_source.h"
#include "middleware/secrets/local_sources.h"
#include "middleware/secrets/uri.h"

namespace secrets {
namespace {

std::string variable(const Environment& environment, const char* name) {
  return environment(name).value_or(std::string{});
}

std::string region_of(const Environment& environment) {
  const std::string region = variable(environment, "AWS_REGION");
  return region.empty() ? variable(environment, "AWS_DEFAULT_REGION") : region;
}

AwsService service_of(const Environment& environment, const char* host, const char* endpoint_variable) {
  AwsService service{.host = host, .endpoint = {}, .region = region_of(environment)};
  if (variable(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") != "true") {
    service.endpoint = variable(environment, endpoint_variable);
    if (service.endpoint.empty()) service.endpoint = variable(environment, "AWS_ENDPOINT_URL");
  }
  if (service.endpoint.empty()) {
    const std::string ending = service.region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
    service.endpoint = "https://" + service.host + "." + service.region + ending;
  }
  return service;
}

AwsService secrets_manager(const Environment& environment) {
  return service_of(environment, "secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER");
}
AwsService parameter_store(const Environment& environment) {
  return service_of(environment, "ssm", "AWS_ENDPOINT_URL_SSM");
}

/// "" where there is no extension.
std::string extension_port(const Environment& environment) {
  if (variable(environment, "AWS_LAMBDA_RUNTIME_API").empty()) return {};
  return variable(environment, "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> hosts_of(const Environment& environment) {
  std::vector<std::pair<std::string, std::string>> hosts;
  for (const AwsService& service : {secrets_manager(environment), parameter_store(environment)}) {
    if (!service.region.empty()) hosts.emplace_back(service.host, service.endpoint);
  }
  const std::string container = Credentials::container_url(environment);
  // The path is put behind it at each call, as it is: it may have a query.
  const std::string scheme = container.substr(0, container.find("://"));
  if (!container.empty())
    hosts.emplace_back(kContainerHost, scheme + "://" + endpoint_parts(container).authority);
  const std::string port = extension_port(environment);
  if (!port.empty()) hosts.emplace_back(kExtensionHost, "http://127.0.0.1:" + port);
  return hosts;
}

struct ProgramSecrets::Parts {
  Parts(const Environment& environment, kernel::Scheduler& scheduler, kernel::HttpClient& client,
        Redactor& redactor, std::uint64_t seed, CacheRules rules)
      : credentials(environment, scheduler, client),
        provider(scheduler, redactor, sources(environment, scheduler, client, seed), rules) {}

  CachingProvider::Sources sources(const Environment& environment, kernel::Scheduler& scheduler,
                                   kernel::HttpClient& client, std::uint64_t seed) {
    CachingProvider::Sources all;
    all[SourceKind::Environment] = std::make_unique<EnvironmentSource>(environment);
    all[SourceKind::File] = std::make_unique<FileSource>();
    if (!extension_port(environment).empty()) {
      all[SourceKind::SecretsManager] = std::make_unique<ExtensionSource>(scheduler, client, environment);
      all[SourceKind::ParameterStore] = std::make_unique<ExtensionSource>(scheduler, client, environment);
      return all;
    }
    const auto caller = [&](AwsService service) {
      return AwsCaller(scheduler, client, credentials, std::move(service), {.seed = seed});
    };
    all[SourceKind::SecretsManager] =
        std::make_unique<SecretsManagerSource>(caller(secrets_manager(environment)));
    all[SourceKind::ParameterStore] =
        std::make_unique<ParameterStoreSource>(caller(parameter_store(environment)));
    return all;
  }

  Credentials credentials;
  CachingProvider provider;
};

ProgramSecrets::ProgramSecrets(Environment environment, kernel::Scheduler& scheduler,
                               kernel::HttpClient& client, Redactor& redactor, std::uint64_t seed,
                               CacheRules rules)
    : parts_(std::make_unique<Parts>(environment, scheduler, client, redactor, seed, rules)) {}
ProgramSecrets::~ProgramSecrets() = default;

CachingProvider& ProgramSecrets::provider() { return parts_->provider; }

}  // namespace secrets
