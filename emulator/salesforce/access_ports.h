#pragma once
// Who may ask an org, and how much of what is left.
//
// Source: facts/salesforce 1.3 to 1.5, 2.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/salesforce/ports.h"
#include "middleware/kernel/time.h"

namespace emulator::salesforce {

struct User {
  std::string username;
  std::string password{};
  std::string security_token{};  ///< stands behind the password at login; may be empty
  bool is_active = true;
  bool has_view_all_data = true;  ///< may subscribe to change events
  std::string id{};               ///< 18 characters, "005..."; given by the org when it is empty
};

struct ConnectedApp {
  std::string name;
  std::string consumer_key;
  std::string consumer_secret{};
  std::string run_as{};  ///< username of the client credentials flow; empty: that flow is refused
  kernel::Duration session_timeout = std::chrono::hours{2};  ///< a token is dead after so long
};

struct OrgIdentity {
  std::string org_id;  ///< 18 characters, "00D..."
  bool is_active = true;
};

/// Users and connected apps. An org that declares none has one user and one app, both `relayrig`.
class Directory {
 public:
  virtual ~Directory() = default;
  virtual OrgIdentity identity() const = 0;
  /// Null: there is none. They stay as long as the org does.
  virtual const User* user_named(std::string_view username) const = 0;
  virtual const User* user(std::string_view id) const = 0;
  virtual const ConnectedApp* app(std::string_view consumer_key) const = 0;
};

struct Allocation {
  std::string name;  ///< "HourlyPublishedPlatformEvents"
  std::int64_t max;
  std::int64_t remaining;
};

class Limits {
 public:
  virtual ~Limits() = default;
  /// As GET /limits shows them, sorted by name. Exact: the real values lag by minutes.
  virtual std::vector<Allocation> limits() = 0;
  virtual Allocation api_requests() = 0;
  /// Takes one REST call from the day's allocation; 403 REQUEST_LIMIT_EXCEEDED when nothing is left.
  virtual OrgResult<> count_api_request() = 0;
  virtual std::int64_t streaming_clients_max() const = 0;
  /// No delivery is left today: what CometD asks at subscribe and connect.
  virtual bool is_delivery_limit_reached() = 0;
};

}  // namespace emulator::salesforce
