#pragma once
// The proxies there are, and every change to them. What a client or a file asks for is checked here whole
// before anything happens.
//
// Source: facts/mocks-and-faults 10, the API of Toxiproxy 2: its statuses and its messages.
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mocks/proxy/ports.h"

namespace mocks::proxy {

/// Why something was not done: the status of the answer, and what it says.
struct Refusal {
  int status = 400;
  std::string message{};
};
template <class T = void>
using Answer = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refused(int status, std::string message) {
  return std::unexpected(Refusal{status, std::move(message)});
}
inline std::unexpected<Refusal> bad_request(const std::string& why) {
  return refused(400, "bad request body: " + why);
}

/// What a proxy should be. Absent: what it is, or the default of a new one.
struct ProxyWish {
  std::optional<std::string> name{};
  std::optional<std::string> listen{};  ///< "": any free port of 127.0.0.1
  std::optional<std::string> upstream{};
  std::optional<bool> enabled{};
  std::optional<std::vector<Toxic>> toxics{};  ///< in place of those it has
};

/// Absent attributes keep their values.
struct ToxicEdit {
  std::optional<double> toxicity{};
  std::vector<std::pair<std::string, std::int64_t>> attributes{};
};

class Registry {
 public:
  /// `carrier` must outlive it.
  explicit Registry(Carrier& carrier) : carrier_(carrier) {}
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// By name.
  const std::map<std::string, Proxy>& proxies() const { return proxies_; }
  Answer<const Proxy*> find(const std::string& proxy) const;
  Answer<const Toxic*> find(const std::string& proxy, const std::string& toxic) const;

  Answer<const Proxy*> create(const ProxyWish& wish);
  /// A change of `listen` or `upstream` drops its connections. When it cannot listen it is disabled.
  Answer<const Proxy*> update(const std::string& proxy, const ProxyWish& wish);
  Answer<> remove(const std::string& proxy);

  struct Populated {
    std::vector<const Proxy*> proxies{};  ///< done, in order
    std::optional<Refusal> refusal{};     ///< why the others are not
  };
  /// Makes those that are not there and changes those that are not so; what is as wished stays untouched, its
  /// connections too. Nothing is done when any wish is wrong.
  Populated populate(const std::vector<ProxyWish>& wishes);
  /// Every proxy enabled and without toxics.
  Answer<> reset();

  Answer<const Toxic*> add(const std::string& proxy, Toxic toxic);
  Answer<const Toxic*> update(const std::string& proxy, const std::string& toxic, const ToxicEdit& edit);
  Answer<> remove(const std::string& proxy, const std::string& toxic);

 private:
  /// A proxy as wished, or what is wrong with the wish.
  Answer<Proxy> made(const ProxyWish& wish) const;
  Answer<> enable(Proxy& proxy);
  void disable(Proxy& proxy);
  Answer<> apply(Proxy& proxy, const ProxyWish& wish);
  void replace_toxics(Proxy& proxy, const std::vector<Toxic>& toxics);

  Carrier& carrier_;
  std::map<std::string, Proxy> proxies_;
  std::map<std::string, std::string> listen_asked_;  ///< what `listen` was before a port was picked
};

}  // namespace mocks::proxy
