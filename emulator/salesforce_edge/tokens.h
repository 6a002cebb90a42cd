#pragma once
// Access and refresh tokens of the org: who they speak for, and until when.
//
// Source: facts/salesforce 1.4. An access token looks as those of Salesforce do: the org's id, '!', and
// letters that nobody can guess. ASSUMPTION: a refresh token does not expire, and an access token's life
// counts from the login, not from its last use.
#include <map>
#include <string>
#include <string_view>

#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::salesforce_edge {

struct Grant {
  std::string user_id{};    ///< who logged in
  std::string client_id{};  ///< through which connected app; "" for SOAP logins
};

class Tokens {
 public:
  Tokens(std::string org_id, std::uint64_t seed, kernel::Scheduler& scheduler);

  std::string issue(Grant grant, kernel::Duration lifetime);
  std::string issue_refresh(Grant grant);

  /// Null when the token is unknown, revoked, or at least its lifetime old.
  const Grant* find(std::string_view access_token);
  const Grant* find_refresh(std::string_view refresh_token) const;
  /// Seconds that are left; 0 for one that is not valid.
  std::int64_t seconds_left(std::string_view access_token);

  /// False when nobody knows it.
  bool revoke(std::string_view token);
  /// Ends every access token at once, as an administrator may; refresh tokens stay.
  void expire_all() { access_.clear(); }

 private:
  struct Access {
    Grant grant;
    kernel::Timestamp expires;
  };
  std::string secret(std::size_t length);

  std::string org_id_;
  kernel::Scheduler& scheduler_;
  kernel::Random secrets_;
  std::map<std::string, Access, std::less<>> access_;
  std::map<std::string, Grant, std::less<>> refresh_;
};

}  // namespace emulator::salesforce_edge
