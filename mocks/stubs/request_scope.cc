#include "mocks/stubs/request_scope.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/random.h"

namespace mocks::stubs {
namespace {

using kernel::Json;

std::optional<std::size_t> index_of(const std::string& text) {
  if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return static_cast<std::size_t>(std::stoul(text));
}

/// The part of `value` that path[from..] names.
std::optional<Json> within(const Json* value, const render::Path& path, std::size_t from) {
  for (std::size_t i = from; i < path.size() && value != nullptr; ++i) {
    if (value->is_object()) {
      const auto found = value->find(path[i]);
      value = found == value->end() ? nullptr : &*found;
    } else {
      const auto index = index_of(path[i]);
      value = value->is_array() && index && *index < value->size() ? &(*value)[*index] : nullptr;
    }
  }
  return value == nullptr ? std::nullopt : std::optional(*value);
}

/// request.query.k is the first value, request.query.k[n] the nth.
std::optional<Json> nth(const std::vector<std::string>& values, const render::Path& path) {
  const auto index = path.size() > 3 ? index_of(path[3]) : std::optional<std::size_t>(0);
  if (!index || *index >= values.size()) return std::nullopt;
  return values[*index];
}

std::optional<Json> segment(std::string_view path, const std::string& wanted) {
  const auto index = index_of(wanted);
  std::size_t at = 0;
  for (std::size_t i = 0; index && at < path.size(); ++i) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    if (i == *index) return kernel::percent_decoded(path.substr(at + 1, end - at - 1), false);
    at = end;
  }
  return std::nullopt;
}

}  // namespace

RequestScope::RequestScope(const Instruments& instruments, const RequestFacts& facts, std::string purpose)
    : instruments_(instruments), facts_(facts), purpose_(std::move(purpose)) {}

std::optional<Json> RequestScope::of_request(const render::Path& path) {
  const match::RequestView& view = facts_.view;
  const std::string& what = path.size() > 1 ? path[1] : path[0];
  if (path.size() == 2) {
    if (what == "method") return view.method();
    if (what == "url") return std::string(view.target());
    if (what == "path") return std::string(view.path());
    if (what == "host") return view.request().host;
    if (what == "body") return std::string(view.body());
    if (what == "bodyAsBase64") return kernel::base64(view.body());
    if (what == "id") return facts_.row.number;
  }
  if (what == "json") return within(view.json(), path, 2);
  if (path.size() < 3) return std::nullopt;
  if (what == "pathSegments") return segment(view.path(), path[2]);
  if (what == "query") return nth(view.query(path[2]), path);
  if (what == "headers") return nth(view.headers(path[2]), path);
  if (what == "cookies") return nth(view.cookies(path[2]), path);
  if (what == "form") return nth(view.form(path[2]), path);
  if (what != "path") return std::nullopt;
  const std::string* parameter = kernel::form_field(facts_.parameters, path[2]);
  return parameter == nullptr ? std::nullopt : std::optional<Json>(*parameter);
}

std::optional<Json> RequestScope::find(const render::Path& path) {
  const std::string& root = path[0];
  if (root == "request") return of_request(path);
  if (root == "attempt") return facts_.row.attempt;
  if (root == "correlationId") return facts_.row.correlation;
  if (root == "mock") return instruments_.mock;
  if (root == "stub") return facts_.stub;
  if (root == "scenario" && !facts_.machine.empty())
    return instruments_.states.of(facts_.machine, facts_.scope, instruments_.scheduler.now());
  if (root == "state" && path.size() == 2) {
    const std::string* value = instruments_.states.value(facts_.scope, path[1]);
    return value == nullptr ? std::nullopt : std::optional<Json>(*value);
  }
  if (root == "job" && facts_.job && path.size() > 1) {
    if (path[1] == "id") return facts_.job->id;
    if (path[1] == "request") return within(facts_.job->request.get(), path, 2);
  }
  if (root == "response" && facts_.response != nullptr && path.size() > 1) {
    if (path[1] == "status") return facts_.response->status;
    if (path[1] == "body") return facts_.response->body;
    const auto json = kernel::parse_json(facts_.response->body);
    if (path[1] == "json" && json) return within(&*json, path, 2);
  }
  return std::nullopt;
}

kernel::WallTime RequestScope::now() { return instruments_.scheduler.wall_now(); }

std::uint64_t RequestScope::draw() {
  const std::string purpose = purpose_ + " " + std::to_string(++drawn_);
  return kernel::draw_bits({.seed = instruments_.seed,
                            .rule = instruments_.mock,
                            .key = facts_.row.correlation,
                            .n = static_cast<std::uint64_t>(facts_.row.attempt),
                            .purpose = purpose});
}

std::int64_t RequestScope::count(std::string_view name) { return ++instruments_.counters.at(name); }

std::optional<std::string> RequestScope::earlier_body(std::string_view method, std::string_view path) {
  const auto& rows = instruments_.exchanges.rows();
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->number < facts_.row.number && row->request.method == method &&
        kernel::path_of(row->request.target) == path)
      return row->request.body;
  }
  return std::nullopt;
}

}  // namespace mocks::stubs
