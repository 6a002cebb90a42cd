#include "middleware/store/postgres_url.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netdb.h>

#include <algorithm>
#include <memory>

namespace store {
namespace {

constexpr const char* kSystemCas = "/etc/ssl/certs/ca-certificates.crt";

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> all;
  std::size_t start = 0;
  for (std::size_t comma = 0; comma != std::string::npos; start = comma + 1) {
    comma = list.find(',', start);
    all.push_back(list.substr(start, comma == std::string::npos ? comma : comma - start));
  }
  return all;
}

bool is_path(const std::string& host) { return host.empty() || host[0] == '/' || host[0] == '@'; }

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace

std::string PostgresTarget::option(std::string_view keyword) const {
  const auto found = std::ranges::find(options, keyword, [](const auto& pair) { return pair.first; });
  return found == options.end() ? std::string{} : found->second;
}

void PostgresTarget::set(std::string_view keyword, std::string value) {
  const auto found = std::ranges::find(options, keyword, [](const auto& pair) { return pair.first; });
  if (found == options.end()) {
    options.emplace_back(keyword, std::move(value));
  } else {
    found->second = std::move(value);
  }
}

kernel::Result<PostgresTarget> read_postgres_url(const std::string& url, const std::string& ca_file) {
  char* quoted = nullptr;  // libpq's error quotes the URL
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> read(
      PQconninfoParse(url.c_str(), &quoted), PQconninfoFree);
  if (quoted != nullptr) PQfreemem(quoted);
  if (!read) {
    return kernel::invalid(
        "the secret is no URL of a PostgreSQL database (postgres://user:password@host:5432/name)");
  }
  PostgresTarget target;
  for (const PQconninfoOption* option = read.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0')
      target.options.emplace_back(option->keyword, option->val);
  }
  target.password = target.option("password");
  const std::vector<std::string> hosts = split(target.option("host"));
  const bool has_paths = std::ranges::all_of(hosts, is_path);
  if (!has_paths && std::ranges::any_of(hosts, is_path))
    return kernel::invalid("the URL of the database mixes hosts and paths of sockets");
  if (!has_paths && target.option("hostaddr").empty()) target.hosts = hosts;
  const auto unless_said = [&target](const char* keyword, std::string value) {
    if (target.option(keyword).empty()) target.set(keyword, std::move(value));
  };
  if (!has_paths && !std::ranges::all_of(hosts, is_loopback)) unless_said("sslmode", "verify-full");
  if (target.option("sslmode").starts_with("verify")) {
    unless_said("sslrootcert", ca_file.empty() ? kSystemCas : ca_file);
  }
  unless_said("target_session_attrs", "read-write");
  unless_said("keepalives_idle", "10");
  unless_said("keepalives_interval", "5");
  unless_said("keepalives_count", "3");
  unless_said("tcp_user_timeout", "15000");
  unless_said("gssencmode", "disable");  // it may ask a server of tickets, and wait for it
  unless_said("fallback_application_name", "relayrig-middleware");
  target.set("client_encoding", "UTF8");
  return target;
}

std::string without_password(std::string text, const PostgresTarget& target) {
  if (target.password.empty()) return text;
  for (std::size_t at = 0; (at = text.find(target.password, at)) != std::string::npos;) {
    text.replace(at, target.password.size(), "[redacted]");
    at += std::string_view("[redacted]").size();
  }
  return text;
}

kernel::Result<std::vector<std::string>> look_up(const std::vector<std::string>& hosts) {
  std::vector<std::string> addresses;
  for (const std::string& host : hosts) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0) {
      return kernel::infrastructure("the host '" + host + "' of the database: " + gai_strerror(code));
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> held(found, freeaddrinfo);
    char text[NI_MAXHOST] = {};
    if (getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST) != 0)
      return kernel::infrastructure("the host '" + host + "' of the database has no address");
    addresses.emplace_back(text);
  }
  return addresses;
}

}  // namespace store
