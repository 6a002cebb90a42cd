#include "mocks/imports/openapi.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "mocks/imports/openapi_document.h"
#include "mocks/imports/openapi_operation.h"
#include "mocks/imports/yaml_text.h"

namespace mocks::imports {
namespace {

using kernel::Json;

constexpr std::pair<const char*, const char*> kMethods[] = {
    {"get", "GET"},         {"put", "PUT"},   {"post", "POST"},   {"delete", "DELETE"},
    {"options", "OPTIONS"}, {"head", "HEAD"}, {"patch", "PATCH"}, {"trace", "TRACE"}};

/// The path of a server's URL, its variables at their defaults: "https://{host}/v1/" is "/v1".
std::string base_path(const Located& server) {
  const Located url = server.at("url");
  std::string text = url.is_there() && url.value->is_string() ? url.value->get<std::string>() : "/";
  const Located variables = server.at("variables");
  for (const std::string& name : variables.names()) {
    const std::string hole = "{" + name + "}";
    const Located otherwise = variables.at(name).at("default");
    const std::string value =
        otherwise.is_there() && otherwise.value->is_string() ? otherwise.value->get<std::string>() : "";
    for (std::size_t at = text.find(hole); at != std::string::npos; at = text.find(hole, at + value.size()))
      text.replace(at, hole.size(), value);
  }
  const std::size_t scheme = text.find("://");
  if (scheme != std::string::npos) {
    const std::size_t path = text.find('/', scheme + 3);
    text = path == std::string::npos ? "" : text.substr(path);
  }
  while (text.ends_with('/')) text.pop_back();
  if (!text.empty() && !text.starts_with('/')) text.insert(0, "/");
  return text;
}

/// The base path of the first server; the others are said where they have another one.
std::string first_base_path(const Located& owner, Findings& findings) {
  const std::vector<Located> servers = owner.at("servers").items();
  if (servers.empty()) return "";
  const std::string first = base_path(servers[0]);
  for (const Located& server : servers) {
    if (base_path(server) != first)
      findings.left_out(server.pointer,
                        "the paths are those of the first server: this one has another base path");
  }
  return first;
}

/// A stub's url for a path with holes; a hole that is only a part of a segment makes it a pattern.
void add_url(const std::string& path, Json& request) {
  bool is_whole = true;
  std::string pattern;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path[at] != '{') {
      const bool is_special = std::string_view(".+*?()[]|^$\\").find(path[at]) != std::string_view::npos;
      pattern += (is_special ? "\\" : "") + std::string(1, path[at]);
      continue;
    }
    const std::size_t end = std::min(path.find('}', at), path.size());
    is_whole = is_whole && at > 0 && path[at - 1] == '/' && (end + 1 >= path.size() || path[end + 1] == '/');
    pattern += "[^/]+";
    at = end;
  }
  if (path.find('{') == std::string::npos) {
    request["url_path"] = path;
  } else if (is_whole) {
    request["url_path_template"] = path;
  } else {
    request["url_path_pattern"] = pattern;
  }
}

/// What is said once about the whole document.
void look_around(const Located& root, Findings& findings) {
  const Located webhooks = root.at("webhooks");
  if (webhooks.is_there() && !webhooks.value->empty())
    findings.left_out(webhooks.pointer, "webhooks are not sent: write them as 'callbacks' of a stub");
  const Located schemes = root.at("components").at("securitySchemes");
  if (schemes.is_there() && !schemes.value->empty())
    findings.differs(schemes.pointer,
                     "no request is asked for credentials: 'credential' or 'oauth' of the mock does that");
}

class Importer {
 public:
  Importer(const std::string& name, const Json& root) : name_(name), document_(root) {}

  kernel::Result<MockFile> run() {
    const Located root = document_.root();
    const Located version = root.at("openapi");
    const std::string text =
        version.is_there() && version.value->is_string() ? version.value->get<std::string>() : "";
    if (!text.starts_with("3.0") && !text.starts_with("3.1"))
      return kernel::invalid(root.at("swagger").is_there() ? "is Swagger 2: OpenAPI 3.0 and 3.1 are read"
                                                           : "wants 'openapi' as 3.0 or 3.1",
                             name_);
    const Located paths = root.at("paths");
    if (!paths.is_there() || !paths.value->is_object()) return kernel::invalid("has no 'paths'", name_);
    Findings whole(name_, "");
    look_around(root, whole);
    base_ = first_base_path(root, whole);
    keep(whole);
    for (const std::string& path : paths.names()) {
      if (!path.starts_with("x-")) add_path(path, paths.at(path));
    }
    return finish();
  }

 private:
  void keep(const Findings& findings) {
    for (const Finding& finding : findings.all()) {
      const bool is_said = std::ranges::any_of(
          made_.findings, [&](const Finding& other) { return other.text() == finding.text(); });
      if (!is_said) made_.findings.push_back(finding);
    }
  }

  void add_path(const std::string& path, const Located& at) {
    Findings findings(name_, path);
    const auto item = document_.resolved(at);
    if (!item || !path.starts_with('/') || !item->value->is_object()) {
      findings.left_out(at.pointer, item ? "a path begins with / and is an object" : item.error().message);
      return keep(findings);
    }
    const std::string own = item->at("servers").is_there() ? first_base_path(*item, findings) : base_;
    keep(findings);
    for (const auto& [key, method] : kMethods) {
      const Located operation = item->at(key);
      if (operation.is_there())
        add_operation({.method = method, .path = own + path, .item = *item, .operation = operation});
    }
  }

  void add_operation(const Operation& operation) {
    ++made_.seen;
    const Located id = operation.operation.at("operationId");
    std::string name = operation.method + " " + operation.path;
    if (id.is_there() && id.value->is_string() && !id.value->get_ref<const std::string&>().empty())
      name = id.value->get<std::string>();
    std::string unique = name;
    for (int n = 2; !ids_.insert(unique).second; ++n) unique = name + " " + std::to_string(n);
    Findings findings(name_, unique);
    Json stub = Json::object();
    stub["id"] = unique;
    // A path that stands there wins over one with holes.
    if (operation.path.find('{') != std::string::npos) stub["priority"] = 6;
    stub["request"]["method"] = operation.method;
    add_url(operation.path, stub["request"]);
    add_contract(document_, operation, findings, stub);
    const Located callbacks = operation.operation.at("callbacks");
    if (callbacks.is_there() && !callbacks.value->empty())
      findings.left_out(callbacks.pointer, "callbacks are not sent: write them as 'callbacks' of the stub");
    if (operation.operation.at("servers").is_there())
      findings.differs(below(operation.operation.pointer, "servers"),
                       "the servers of an operation are not read");
    if (add_answer(document_, operation, findings, stub)) stubs_.push_back(std::move(stub));
    keep(findings);
  }

  /// Paths that are the same for the engine: "/a/{x}" and "/a/{y}" are not, "/a" twice cannot be.
  MockFile finish() {
    made_.taken = static_cast<int>(stubs_.size());
    Json mock = Json::object();
    mock["stubs"] = stubs_;
    made_.yaml = yaml_text(mock);
    return std::move(made_);
  }

  const std::string& name_;
  Document document_;
  std::string base_;
  std::set<std::string> ids_;
  Json stubs_ = Json::array();
  MockFile made_;
};

}  // namespace

kernel::Result<MockFile> from_openapi(const std::string& name, const Json& document) {
  return Importer(name, document).run();
}

}  // namespace mocks::imports
