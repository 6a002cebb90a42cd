#pragma once
// Where a PostgreSQL server is and how it is reached, read from the URL of a secret. The URL holds a
// password: no error quotes it.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/result.h"

namespace store {

struct PostgresTarget {
  std::vector<std::pair<std::string, std::string>> options{};  ///< of libpq, by keyword
  std::vector<std::string> hosts{};  ///< that have to be looked up or are numeric; no paths of sockets
  std::string password{};            ///< so that texts of the server can be freed of it

  std::string option(std::string_view keyword) const;
  void set(std::string_view keyword, std::string value);
};

/// Reads `postgres://user:password@host:port/database?sslmode=...` or "host=... user=...". What it leaves
/// open:
///   sslmode                verify-full, unless every host is a path or loopback
///   sslrootcert            `ca_file`, else the CAs of the system
///   target_session_attrs   read-write: after a failover the new primary is found
///   connect_timeout, keepalives, tcp_user_timeout: a server that is gone is noticed within seconds
/// Errors (Invalid): it is neither.
kernel::Result<PostgresTarget> read_postgres_url(const std::string& url, const std::string& ca_file);

/// `text` without the password.
std::string without_password(std::string text, const PostgresTarget& target);

/// The first address of each host; blocks while the system looks them up. Errors: the host that is unknown.
kernel::Result<std::vector<std::string>> look_up(const std::vector<std::string>& hosts);

}  // namespace store
