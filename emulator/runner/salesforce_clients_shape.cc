#include "emulator/runner/given_shapes.h"
#include "emulator/salesforce_edge/jwt.h"

namespace emulator::runner {

using config::boolean;
using config::duration;
using config::object;
using namespace std::chrono_literals;

config::Shape<salesforce_edge::ClientsConfig> salesforce_clients_shape() {
  using Config = salesforce_edge::ClientsConfig;
  return object<Config>("salesforce_clients", "The org's endpoints: logins and streaming.")
      .optional("certificate", &Config::certificate, config::non_empty_text(),
                "PEM of a certificate or public key: JWT assertions must be signed with its private key.")
      .optional("connect_interval", &Config::connect_interval, duration(0s, 10min),
                "How long streaming clients wait between two connects; the service says 2s.")
      .optional("connect_timeout", &Config::connect_timeout, duration(1ms, 1h),
                "A connect that is held so long is answered without an event.")
      .optional("session_timeout", &Config::session_timeout, duration(1ms, 1h),
                "A streaming session without a connect is lost after so long.")
      .optional("require_cookie", &Config::require_cookie, boolean(),
                "Whether a session's calls must bring the cookie of its handshake.")
      .check("certificate",
             [](const Config& config) -> std::optional<std::string> {
               if (config.certificate.empty() || salesforce_edge::is_certificate(config.certificate))
                 return std::nullopt;
               return "'certificate' is no PEM of a certificate or public key";
             })
      .done();
}

}  // namespace emulator::runner
