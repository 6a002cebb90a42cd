#include "middleware/config/security_shapes.h"

#include "middleware/secrets/reference.h"

namespace config {
namespace {

using service::CallerRules;
using service::SecurityConfig;
using service::ServerLimits;
using service::SigningPair;
using namespace std::chrono_literals;

constexpr std::int64_t kMany = 1'000'000;

Shape<CallerRules> callers_shape() {
  const auto pair =
      object<SigningPair>("a key pair", "Keys that a caller signs with.")
          .required("access_key_id", &SigningPair::access_key_id, secret_reference(), "Reference to its id.")
          .required("secret_access_key", &SigningPair::secret_access_key, secret_reference(),
                    "Reference to its secret.")
          .done();
  const auto rules = object<CallerRules>("callers", "How a caller shows who it is.")
                         .optional("bearer", &CallerRules::bearer, list_of(secret_reference(), 1),
                                   "References to tokens, the current and the previous: any of them will do.")
                         .optional("sigv4", &CallerRules::sigv4, list_of(pair, 1),
                                   "Key pairs of which one signs the request (AWS Signature Version 4).")
                         .optional("clock_skew", &CallerRules::clock_skew, duration(1s, 1h),
                                   "How far the date of a signature may be from now.")
                         .done();
  return mapped<CallerRules>(rules, [](const CallerRules& read) -> kernel::Result<CallerRules> {
    if (read.is_open()) return kernel::invalid("names nobody: give bearer or sigv4");
    return read;
  });
}

/// `open` lets everybody in.
Shape<std::optional<CallerRules>> callers_or_open() {
  using Rules = std::optional<CallerRules>;
  const auto some =
      mapped<Rules>(callers_shape(), [](const CallerRules& r) -> kernel::Result<Rules> { return Rules(r); });
  const auto open = mapped<Rules>(choice<bool>({{"open", true}}),
                                  [](const bool&) -> kernel::Result<Rules> { return Rules(CallerRules{}); });
  return either<Rules>({.scalar = open, .map = some});
}

}  // namespace

Shape<std::string> secret_reference() {
  return mapped<std::string>(non_empty_text(),
                             [](const std::string& text) -> kernel::Result<std::string> {
                               if (const auto read = secrets::parse_reference(text); !read)
                                 return std::unexpected(read.error());
                               return text;
                             },
                             {.wants = "a reference to a secret such as env:TOKEN"});
}

Shape<SecurityConfig> security_shape() {
  return object<SecurityConfig>("security", "Who may call the service.")
      .optional("callers", &SecurityConfig::callers, callers_shape(),
                "Of /events and /sns; without it everybody who reaches the port.")
      .optional("metrics", &SecurityConfig::metrics, callers_or_open(), "Of /metrics: as callers, or open.")
      .optional("admin", &SecurityConfig::admin, callers_shape(),
                "Of /admin; without it there is no such path.")
      .done();
}

Shape<ServerLimits> server_shape() {
  return object<ServerLimits>("the server",
                              "What one instance takes on, and how long it waits for slow clients.")
      .optional("body_max", &ServerLimits::body_bytes_max, size(), "A larger body gets 413.")
      .optional("header_max", &ServerLimits::header_bytes_max, size(),
                "Request line and headers; larger ones get 431.")
      .optional("headers", &ServerLimits::headers_max, integer(1, 10'000), "Header fields; more get 431.")
      .optional("json_depth", &ServerLimits::json_depth_max, integer(1, 500),
                "A body that is nested deeper gets 422.")
      .optional("header_time", &ServerLimits::header_time, duration(1ms),
                "From the first byte to the end of the head.")
      .optional("body_time", &ServerLimits::body_time, duration(1ms),
                "From there to the end of the body; later: 408.")
      .optional("idle_time", &ServerLimits::idle_time, duration(1ms), "A connection at rest is kept so long.")
      .optional("connections", &ServerLimits::connections_max, integer(1, kMany),
                "Open at once; above it the one that rested longest is closed.")
      .optional("running", &ServerLimits::running_max, integer(1, 4096), "Requests worked on at once.")
      .optional("waiting", &ServerLimits::waiting_max, integer(0, 4096),
                "Requests that wait for their turn; above it 503 with Retry-After.")
      .optional("waiting_time", &ServerLimits::waiting_time, duration(1ms),
                "Then a waiting request gets 503.")
      .optional("farewell", &ServerLimits::farewell, duration(), "Running requests get this long after TERM.")
      .done();
}

}  // namespace config
