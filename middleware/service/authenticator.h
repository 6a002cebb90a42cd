#pragma once
// Who may call. A caller shows one of the tokens as `Authorization: Bearer TOKEN`, or signs with one of the
// key pairs (AWS Signature Version 4, service kSigningService). All values come from the secrets provider;
// the current and the previous are listed side by side, so that a rotation refuses nobody.
//
// Nothing that is compared can be told by how long it takes. A token that fits none may be new: the values
// are asked for again, at most once in `refresh_min`.
//
// ASSUMPTION: a signature is good for five minutes around its date, as with AWS. Within them a request that
// was read on the way can be sent again: the event id makes that harmless.
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/secrets/provider.h"

namespace service {

inline constexpr const char* kSigningService = "relayrig-middleware";

/// References to secrets.
struct SigningPair {
  std::string access_key_id{};
  std::string secret_access_key{};
};

struct CallerRules {
  std::vector<std::string> bearer{};  ///< references to tokens
  std::vector<SigningPair> sigv4{};
  kernel::Duration clock_skew = std::chrono::minutes{5};

  bool is_open() const { return bearer.empty() && sigv4.empty(); }
};

enum class Admission : std::uint8_t {
  Admitted,
  Refused,
  Unknown,  ///< no secret could be had to compare with
};

class Authenticator {
 public:
  /// Both outlive it.
  Authenticator(CallerRules rules, secrets::Provider& provider, const kernel::Scheduler& scheduler);

  /// `request` outlives the task. `takes_basic`: a token as the password of `Authorization: Basic` will do,
  /// for callers that can send nothing else (SNS).
  kernel::Task<Admission> admit(const kernel::HttpRequest& request, bool takes_basic = false);

  /// Whether there is a secret to compare with.
  kernel::Task<bool> is_ready();

  /// 401 with WWW-Authenticate, or 503 with Retry-After when the secrets are missing.
  kernel::HttpResponse refusal(Admission admission, bool takes_basic = false) const;

  const CallerRules& rules() const { return rules_; }

 private:
  kernel::Task<Admission> compare(const kernel::HttpRequest& request, bool takes_basic);
  kernel::Task<Admission> compare_token(std::string token);
  kernel::Task<Admission> compare_signature(const kernel::HttpRequest& request);
  /// False when that was done a moment ago.
  bool forget_all();

  CallerRules rules_;
  secrets::Provider& provider_;
  const kernel::Scheduler& scheduler_;
  kernel::Timestamp forgotten_at_{};
  bool was_forgotten_ = false;
};

}  // namespace service
