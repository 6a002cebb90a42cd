#include "mocks/proxy/api.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/url.h"
#include "mocks/proxy/api_json.h"

namespace mocks::proxy {
namespace {

using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Json;

HttpResponse json_response(int status, const Json& json) {
  return {
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = kernel::json_text(json)};
}

HttpResponse refusal_response(const Refusal& refusal) {
  return json_response(refusal.status, {{"error", refusal.message}, {"status", refusal.status}});
}

HttpResponse no_content() { return {.status = 204, .headers = {}, .body = {}}; }

template <class T>
HttpResponse said(int status, const Answer<const T*>& answer) {
  return answer ? json_response(status, json_of(**answer)) : refusal_response(answer.error());
}

HttpResponse done(const Answer<>& answer) { return answer ? no_content() : refusal_response(answer.error()); }

/// "/proxies/a%20b/toxics" in decoded parts: proxies, a b, toxics.
std::vector<std::string> parts_of(std::string_view target) {
  std::vector<std::string> parts;
  std::string_view path = kernel::path_of(target);
  if (path.starts_with('/')) path.remove_prefix(1);
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    parts.push_back(kernel::percent_decoded(path.substr(begin, end - begin), false));
    begin = end + 1;
  }
  return parts;
}

Answer<Json> body_of(const HttpRequest& request) {
  auto json = kernel::parse_json(request.body);
  if (!json) return bad_request(json.error().text());
  return std::move(*json);
}

/// One request, taken apart.
struct Call {
  Registry& registry;
  const HttpRequest& request;
  const std::vector<std::string>& parts;

  bool is(std::string_view method) const { return request.method == method; }
  bool edits() const { return is("POST") || is("PATCH"); }
  HttpResponse wrong_method() const {
    return refusal_response({405, request.method + " is not allowed for " + request.target});
  }

  template <class Read, class Act>
  HttpResponse with_body(Read read, Act act) const {
    const auto json = body_of(request);
    if (!json) return refusal_response(json.error());
    auto input = read(*json);
    if (!input) return refusal_response(input.error());
    return act(std::move(*input));
  }

  HttpResponse all_proxies() const {
    if (is("POST")) {
      return with_body(proxy_wish,
                       [this](const ProxyWish& wish) { return said(201, registry.create(wish)); });
    }
    if (!is("GET")) return wrong_method();
    Json all = Json::object();
    for (const auto& [name, proxy] : registry.proxies()) all[name] = json_of(proxy);
    return json_response(200, all);
  }

  HttpResponse one_proxy() const {
    const std::string& proxy = parts[1];
    const auto found = registry.find(proxy);
    if (!found || is("GET")) return said(200, found);
    if (is("DELETE")) return done(registry.remove(proxy));
    if (!edits()) return wrong_method();
    return with_body(proxy_wish,
                     [&](const ProxyWish& wish) { return said(200, registry.update(proxy, wish)); });
  }

  HttpResponse all_toxics() const {
    const auto proxy = registry.find(parts[1]);
    if (!proxy) return refusal_response(proxy.error());
    if (is("GET")) return json_response(200, json_of(**proxy)["toxics"]);
    if (!is("POST")) return wrong_method();
    return with_body(toxic_of,
                     [&](Toxic toxic) { return said(200, registry.add(parts[1], std::move(toxic))); });
  }

  HttpResponse one_toxic() const {
    const auto found = registry.find(parts[1], parts[3]);
    if (!found || is("GET")) return said(200, found);
    if (is("DELETE")) return done(registry.remove(parts[1], parts[3]));
    if (!edits()) return wrong_method();
    return with_body(
        [&](const Json& json) { return toxic_edit(json, **found); },
        [&](const ToxicEdit& edit) { return said(200, registry.update(parts[1], parts[3], edit)); });
  }

  HttpResponse populate() const {
    if (!is("POST")) return wrong_method();
    return with_body(proxy_wishes, [&](const std::vector<ProxyWish>& wishes) {
      const Registry::Populated populated = registry.populate(wishes);
      Json json = Json::object();
      if (populated.refusal) {
        json["error"] = populated.refusal->message;
        json["status"] = populated.refusal->status;
      }
      json["proxies"] = Json::array();
      for (const Proxy* proxy : populated.proxies) json["proxies"].push_back(json_of(*proxy));
      return json_response(populated.refusal ? populated.refusal->status : 201, json);
    });
  }
};

}  // namespace

HttpResponse answer(Registry& registry, const HttpRequest& request, const std::string& version) {
  if (request.headers.get("User-Agent").starts_with("Mozilla/"))
    return refusal_response({403, "User agent not allowed"});
  const std::vector<std::string> parts = parts_of(request.target);
  const Call call{registry, request, parts};
  const std::string& first = parts.front();
  if (first == "proxies" && parts.size() <= 4) {
    if (parts.size() == 1) return call.all_proxies();
    if (parts.size() == 2) return call.one_proxy();
    if (parts[2] == "toxics") return parts.size() == 3 ? call.all_toxics() : call.one_toxic();
  }
  if (parts.size() == 1 && first == "populate") return call.populate();
  if (parts.size() == 1 && first == "reset")
    return call.is("POST") ? done(registry.reset()) : call.wrong_method();
  if (parts.size() == 1 && first == "version")
    return call.is("GET") ? json_response(200, {{"version", version}}) : call.wrong_method();
  return refusal_response({404, "there is no " + request.target});
}

}  // namespace mocks::proxy
