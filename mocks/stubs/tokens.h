#pragma once
// Who may call: an OAuth token endpoint (RFC 6749, client credentials and refresh) whose tokens expire, or a
// fixed credential. Facts: mocks-and-faults 0 (auth check), 6 (401).
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/lookup.h"
#include "middleware/kernel/time.h"

namespace mocks::stubs {

struct TokenSpec {
  std::string path = "/oauth/token";
  std::vector<std::pair<std::string, std::string>> clients{};  ///< id and secret
  kernel::Duration lasts = std::chrono::hours{1};
  bool gives_refresh_tokens = false;
  std::optional<std::int64_t> uses_max{};  ///< a token is refused after so many requests: it expired early
};

/// Every request has to carry this header.
struct CredentialSpec {
  std::string header;  ///< "Authorization", "X-Api-Key"
  std::string value;
};

class Tokens {
 public:
  explicit Tokens(const TokenSpec& spec) : spec_(spec) {}

  bool is_for(const kernel::HttpRequest& request) const;
  /// The answer of the token endpoint. `random` makes the token.
  kernel::HttpResponse issue(const kernel::HttpRequest& request, kernel::Timestamp now, std::uint64_t random);

  enum class Access : std::uint8_t { Granted, NoToken, Invalid };
  /// Counts as a use of the token.
  Access check(const kernel::HttpRequest& request, kernel::Timestamp now);

  const TokenSpec& spec() const { return spec_; }

 private:
  struct Issued {
    kernel::Timestamp until{};
    std::int64_t uses = 0;
  };
  bool knows_client(const kernel::HttpRequest& request) const;

  const TokenSpec& spec_;
  kernel::Lookup<Issued> issued_;
  kernel::Lookup<bool> refresh_;
};

/// 401 with WWW-Authenticate; `error` "" when the request carried no credential (RFC 6750, 3.1).
kernel::HttpResponse unauthorized(std::string_view error);

}  // namespace mocks::stubs
