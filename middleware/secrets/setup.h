#pragma once
// Which sources a program has, from its environment.
//
//   AWS_REGION, AWS_DEFAULT_REGION           of the services
//   AWS_ENDPOINT_URL_SECRETS_MANAGER, _SSM,  other places of the services, unless
//   AWS_ENDPOINT_URL                         AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true
//   PARAMETERS_SECRETS_EXTENSION_HTTP_PORT   the extension answers for both, in a function
//   (AWS_LAMBDA_RUNTIME_API)
//
// Source: facts/aws-platform 2 and 5.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/secrets/caching_provider.h"

namespace secrets {

/// Names and base URLs that the client of the sources has to reach.
std::vector<std::pair<std::string, std::string>> hosts_of(const Environment& environment);

/// The sources of a program and the cache before them.
class ProgramSecrets {
 public:
  /// `client` reaches hosts_of(environment). `seed`: of the jitter.
  ProgramSecrets(Environment environment, kernel::Scheduler& scheduler, kernel::HttpClient& client,
                 Redactor& redactor, std::uint64_t seed, CacheRules rules = {});
  ~ProgramSecrets();
  ProgramSecrets(const ProgramSecrets&) = delete;
  ProgramSecrets& operator=(const ProgramSecrets&) = delete;

  CachingProvider& provider();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace secrets
