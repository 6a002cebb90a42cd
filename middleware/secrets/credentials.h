#pragma once
// The keys that calls to AWS are signed with.
//
// Asked in this order, as SDKs do: AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (Lambda
// sets them), then the endpoint of the container (App Runner and ECS): AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
// at 169.254.170.2, or AWS_CONTAINER_CREDENTIALS_FULL_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN where it is
// set. Profiles, web identities and the metadata of EC2 are not read.
#include <optional>
#include <string>

#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/secrets/sigv4.h"
#include "middleware/secrets/source.h"

namespace secrets {

/// The name under which the client reaches the endpoint of the container.
inline constexpr const char* kContainerHost = "container-credentials";

class Credentials {
 public:
  /// `client` must reach kContainerHost when `container_url()` is not "".
  Credentials(Environment environment, kernel::Scheduler& scheduler, kernel::HttpClient& client);

  /// Keys of the container are kept until five minutes before they expire.
  kernel::Task<kernel::Result<SigningKeys>> get();

  /// Where the container's keys are, or "" when the environment names no such place.
  static std::string container_url(const Environment& environment);

 private:
  kernel::Task<kernel::Result<SigningKeys>> fetch();

  Environment environment_;
  kernel::Scheduler& scheduler_;
  kernel::HttpClient& client_;
  std::optional<SigningKeys> kept_;
  kernel::WallTime kept_until_{};
};

}  // namespace secrets
