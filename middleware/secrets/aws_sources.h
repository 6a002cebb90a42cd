#pragma once
// Secrets Manager and Parameter Store, called as AWS's SDKs do: JSON 1.1 over HTTPS, signed.
//
// Source: facts/aws-platform 2 (GetSecretValue, errors), 3 (GetParameter), 5 (signing, endpoints, what is
// worth a retry). A throttled or failed call is made again, three in all, with full jitter: Parameter Store
// gives an account 40 calls a second, and all instances begin at once.
#include <cstdint>

#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/secrets/credentials.h"
#include "middleware/secrets/source.h"

namespace secrets {

struct AwsService {
  std::string
      host;  ///< the client's name for it, and the name that signatures carry: "secretsmanager", "ssm"
  std::string endpoint;  ///< its base URL
  std::string region;
};

struct AwsCallRules {
  int attempts_max = 3;
  kernel::Duration attempt_max = std::chrono::seconds{3};
  kernel::Duration backoff = std::chrono::milliseconds{200};  ///< longest first wait; doubles
  std::uint64_t seed = 0;
};

/// One call of such a service and its repetitions.
class AwsCaller {
 public:
  /// All outlive it.
  AwsCaller(kernel::Scheduler& scheduler, kernel::HttpClient& client, Credentials& credentials,
            AwsService service, AwsCallRules rules);

  /// The body of the answer. `target`: "secretsmanager.GetSecretValue".
  kernel::Task<kernel::Result<std::string>> call(std::string target, std::string body);

 private:
  kernel::HttpRequest request(const std::string& target, const std::string& body,
                              const SigningKeys& keys) const;

  kernel::Scheduler& scheduler_;
  kernel::HttpClient& client_;
  Credentials& credentials_;
  AwsService service_;
  AwsCallRules rules_;
  std::uint64_t calls_ = 0;
};

class SecretsManagerSource final : public Source {
 public:
  explicit SecretsManagerSource(AwsCaller caller) : caller_(std::move(caller)) {}
  kernel::Task<kernel::Result<std::string>> fetch(Reference reference) override;

 private:
  AwsCaller caller_;
};

class ParameterStoreSource final : public Source {
 public:
  explicit ParameterStoreSource(AwsCaller caller) : caller_(std::move(caller)) {}
  kernel::Task<kernel::Result<std::string>> fetch(Reference reference) override;

 private:
  AwsCaller caller_;
};

/// The value in an answer of GetSecretValue: SecretString, or SecretBinary decoded.
kernel::Result<std::string> secret_value(const std::string& answer);
/// The value in an answer of GetParameter.
kernel::Result<std::string> parameter_value(const std::string& answer);

}  // namespace secrets
