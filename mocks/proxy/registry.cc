#include "mocks/proxy/registry.h"

#include <algorithm>
#include <set>
#include <utility>

#include "mocks/proxy/address.h"

namespace mocks::proxy {
namespace {

constexpr const char* kAnyPort = "127.0.0.1:0";

Answer<> check_addresses(const std::string& listen, const std::string& upstream) {
  if (const auto parsed = parse_address(listen); !parsed)
    return bad_request("'listen' " + parsed.error().message);
  const auto parsed = parse_address(upstream);
  if (!parsed) return bad_request("'upstream' " + parsed.error().message);
  if (parsed->port == 0) return bad_request("'upstream' wants a port above 0, found '" + upstream + "'");
  return {};
}

Answer<> check_toxics(std::vector<Toxic>& toxics) {
  std::set<std::string> names;
  for (Toxic& toxic : toxics) {
    if (toxic.name.empty()) toxic.name = default_name(toxic);
    if (toxic.name.find('/') != std::string::npos) return bad_request("the name of a toxic may not hold '/'");
    if (const auto fine = check(toxic); !fine) return bad_request(fine.error().message);
    if (!names.insert(toxic.name).second) return bad_request("two toxics are named '" + toxic.name + "'");
  }
  return {};
}

Toxic* toxic_named(Proxy& proxy, const std::string& name) {
  const auto found = std::ranges::find(proxy.toxics, name, &Toxic::name);
  return found == proxy.toxics.end() ? nullptr : &*found;
}

}  // namespace

Answer<const Proxy*> Registry::find(const std::string& proxy) const {
  const auto found = proxies_.find(proxy);
  if (found == proxies_.end()) return refused(404, "proxy not found");
  return &found->second;
}

Answer<const Toxic*> Registry::find(const std::string& proxy, const std::string& toxic) const {
  const auto of = find(proxy);
  if (!of) return std::unexpected(of.error());
  const auto found = std::ranges::find((*of)->toxics, toxic, &Toxic::name);
  if (found == (*of)->toxics.end()) return refused(404, "toxic not found");
  return &*found;
}

Answer<Proxy> Registry::made(const ProxyWish& wish) const {
  Proxy proxy{.name = wish.name.value_or(""),
              .listen = wish.listen.value_or(""),
              .upstream = wish.upstream.value_or(""),
              .enabled = wish.enabled.value_or(true),
              .toxics = wish.toxics.value_or(std::vector<Toxic>{})};
  if (proxy.name.empty()) return refused(400, "missing required field: name");
  if (proxy.name.find('/') != std::string::npos) return bad_request("'name' may not hold '/'");
  if (proxy.upstream.empty()) return refused(400, "missing required field: upstream");
  if (proxy.listen.empty()) proxy.listen = kAnyPort;
  if (auto fine = check_addresses(proxy.listen, proxy.upstream); !fine) return std::unexpected(fine.error());
  if (auto fine = check_toxics(proxy.toxics); !fine) return std::unexpected(fine.error());
  return proxy;
}

Answer<> Registry::enable(Proxy& proxy) {
  const auto listens = carrier_.open(proxy);
  proxy.enabled = listens.has_value();
  if (!listens) return refused(500, listens.error().text());
  proxy.listen = *listens;
  return {};
}

void Registry::disable(Proxy& proxy) {
  if (std::exchange(proxy.enabled, false)) carrier_.close(proxy.name);
}

Answer<const Proxy*> Registry::create(const ProxyWish& wish) {
  auto proxy = made(wish);
  if (!proxy) return std::unexpected(proxy.error());
  if (proxies_.contains(proxy->name)) return refused(409, "proxy already exists");
  const std::string asked = proxy->listen;
  if (proxy->enabled) {
    if (auto listens = enable(*proxy); !listens) return std::unexpected(listens.error());
  }
  listen_asked_[proxy->name] = asked;
  const std::string name = proxy->name;
  return &proxies_.emplace(name, std::move(*proxy)).first->second;
}

void Registry::replace_toxics(Proxy& proxy, const std::vector<Toxic>& toxics) {
  if (proxy.toxics == toxics) return;
  for (const Toxic& toxic : proxy.toxics) {
    if (proxy.enabled) carrier_.remove(proxy.name, toxic.name);
  }
  proxy.toxics = toxics;
  for (const Toxic& toxic : proxy.toxics) {
    if (proxy.enabled) carrier_.add(proxy.name, toxic);
  }
}

/// The wish has been checked.
Answer<> Registry::apply(Proxy& proxy, const ProxyWish& wish) {
  const bool is_enabled = wish.enabled.value_or(proxy.enabled);
  std::string& asked = listen_asked_[proxy.name];
  const std::string listen = wish.listen ? (wish.listen->empty() ? kAnyPort : *wish.listen) : proxy.listen;
  const bool moves = listen != proxy.listen && listen != asked;
  const std::string upstream = wish.upstream.value_or(proxy.upstream);
  if (moves || upstream != proxy.upstream || !is_enabled) disable(proxy);
  if (moves) proxy.listen = asked = listen;
  proxy.upstream = upstream;
  if (wish.toxics) {
    std::vector<Toxic> toxics = *wish.toxics;
    if (auto fine = check_toxics(toxics); !fine) return fine;
    replace_toxics(proxy, toxics);
  }
  if (is_enabled && !proxy.enabled) return enable(proxy);
  return {};
}

Answer<const Proxy*> Registry::update(const std::string& proxy, const ProxyWish& wish) {
  const auto found = proxies_.find(proxy);
  if (found == proxies_.end()) return refused(404, "proxy not found");
  Proxy& current = found->second;
  if (wish.name && !wish.name->empty() && *wish.name != proxy) return bad_request("'name' cannot be changed");
  ProxyWish whole = wish;
  whole.name = proxy;
  if (!whole.listen) whole.listen = current.listen;
  if (!whole.upstream) whole.upstream = current.upstream;
  if (auto fine = made(whole); !fine) return std::unexpected(fine.error());
  if (auto done = apply(current, wish); !done) return std::unexpected(done.error());
  return &current;
}

Answer<> Registry::remove(const std::string& proxy) {
  const auto found = proxies_.find(proxy);
  if (found == proxies_.end()) return refused(404, "proxy not found");
  disable(found->second);
  listen_asked_.erase(proxy);
  proxies_.erase(found);
  return {};
}

Registry::Populated Registry::populate(const std::vector<ProxyWish>& wishes) {
  Populated populated;
  std::set<std::string> names;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const auto proxy = made(wishes[i]);
    if (!proxy) {
      populated.refusal =
          Refusal{proxy.error().status, proxy.error().message + " at proxy " + std::to_string(i + 1)};
    } else if (!names.insert(proxy->name).second) {
      populated.refusal = Refusal{400, "bad request body: two proxies are named '" + proxy->name + "'"};
    }
    if (populated.refusal) return populated;
  }
  for (const ProxyWish& wish : wishes) {
    ProxyWish whole = wish;
    whole.enabled = wish.enabled.value_or(true);
    const auto done = proxies_.contains(*wish.name) ? update(*wish.name, whole) : create(whole);
    if (!done) {
      populated.refusal = done.error();
      return populated;
    }
    populated.proxies.push_back(*done);
  }
  return populated;
}

Answer<> Registry::reset() {
  for (auto& [name, proxy] : proxies_) {
    replace_toxics(proxy, {});
    if (proxy.enabled) continue;
    if (auto listens = enable(proxy); !listens) return listens;
  }
  return {};
}

Answer<const Toxic*> Registry::add(const std::string& proxy, Toxic toxic) {
  const auto found = proxies_.find(proxy);
  if (found == proxies_.end()) return refused(404, "proxy not found");
  if (toxic.name.empty()) toxic.name = default_name(toxic);
  if (toxic_named(found->second, toxic.name) != nullptr) return refused(409, "toxic already exists");
  std::vector<Toxic> alone = {std::move(toxic)};
  if (auto fine = check_toxics(alone); !fine) return std::unexpected(fine.error());
  found->second.toxics.push_back(std::move(alone.front()));
  const Toxic& added = found->second.toxics.back();
  if (found->second.enabled) carrier_.add(proxy, added);
  return &added;
}

Answer<const Toxic*> Registry::update(const std::string& proxy, const std::string& toxic,
                                      const ToxicEdit& edit) {
  if (const auto there = find(proxy, toxic); !there) return there;
  Proxy& of = proxies_.at(proxy);
  Toxic& current = *toxic_named(of, toxic);
  std::vector<Toxic> edited = {current};
  edited.front().toxicity = edit.toxicity.value_or(current.toxicity);
  for (const auto& [name, value] : edit.attributes) {
    if (const auto set = set_attribute(edited.front().attributes, name, value); !set)
      return bad_request(set.error().message);
  }
  if (auto fine = check_toxics(edited); !fine) return std::unexpected(fine.error());
  current = std::move(edited.front());
  if (of.enabled) carrier_.update(proxy, current);
  return &current;
}

Answer<> Registry::remove(const std::string& proxy, const std::string& toxic) {
  if (const auto there = find(proxy, toxic); !there) return std::unexpected(there.error());
  Proxy& of = proxies_.at(proxy);
  std::erase_if(of.toxics, [&](const Toxic& each) { return each.name == toxic; });
  if (of.enabled) carrier_.remove(proxy, toxic);
  return {};
}

}  // namespace mocks::proxy
