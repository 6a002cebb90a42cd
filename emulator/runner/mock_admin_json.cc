#include "emulator/runner/mock_admin_json.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "emulator/runner/ending_words.h"
#include "middleware/config/suggest.h"

namespace emulator::runner {
namespace {

using kernel::Json;
using mocks::stubs::Exchange;

constexpr std::size_t kLimitMax = 1000;

std::string since_start(kernel::Timestamp time) { return kernel::duration_text(time.time_since_epoch()); }

kernel::Duration rounded(kernel::Duration duration) {
  return std::chrono::ceil<std::chrono::milliseconds>(duration);
}

bool carries_credentials(std::string_view header, const mocks::stubs::MockSpec& spec) {
  if (spec.credential && kernel::equal_without_case(header, spec.credential->header)) return true;
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key"},
      [header](std::string_view name) { return kernel::equal_without_case(header, name); });
}

/// Nobody answered it: neither a stub or layer, nor a fault in their place.
bool is_unmatched(const Exchange& row) { return row.ended && row.answered_by.empty() && row.fault.empty(); }

template <class Number>
kernel::Result<Number> number_of(const std::string& name, const std::string& text, Number min, Number max) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= min && value <= max) return value;
  return kernel::invalid("'" + name + "' wants a whole number from " + std::to_string(min) + " to " +
                         std::to_string(max) + ", found '" + text + "'");
}

}  // namespace

kernel::HttpResponse json_answer(int status, const Json& json) {
  return {
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = kernel::json_text(json)};
}

kernel::HttpResponse wrong_method(const kernel::HttpRequest& request, const std::string& allowed) {
  kernel::HttpResponse refused = kernel::problem(
      405, "method-not-allowed",
      std::string(kernel::path_of(request.target)) + " takes " + allowed + ", not " + request.method);
  refused.headers.add("Allow", allowed);
  return refused;
}

Json json_of(const mocks::stubs::StubSpec& stub) {
  if (stub.written) return *stub.written;
  return {{"id", stub.id}, {"request", stub.request.title()}};
}

Json json_of(const mocks::stubs::StubMock& mock, const Exchange& row) {
  Json headers = Json::array();
  for (const auto& [name, value] : row.request.headers)
    headers.push_back({name, carries_credentials(name, mock.spec()) ? "(not shown)" : value});
  Json json = {
      {"api", mock.spec().name},        {"number", row.number},         {"arrived", since_start(row.arrived)},
      {"method", row.request.method},   {"target", row.request.target}, {"headers", std::move(headers)},
      {"body", row.request.body},       {"event", row.event},           {"correlation", row.correlation},
      {"attempt", row.attempt},         {"in_flight", !row.ended},      {"matched", !is_unmatched(row)},
      {"answered_by", row.answered_by}, {"executed", row.is_executed}};
  if (!row.ended) return json;
  json["took"] = kernel::duration_text(*row.ended - row.arrived);
  json["status"] = row.status;
  json["ending"] = ending_text(row.ending);
  if (!row.fault.empty()) json["fault"] = row.fault;
  if (const auto report = kernel::parse_json(row.nearest))
    json["nearest"] = report->value("nearest", Json::array());
  return json;
}

FaultFacts facts_of(const mocks::FaultRule& rule, std::int64_t fired) {
  return {rule.name, rule.target, rule.from, rule.until, rule.written, fired};
}

FaultFacts facts_of(const DoorAction& door, std::int64_t fired) {
  return {door.name, door.api, door.from, door.until, door.written, fired};
}

Json line_of(const FaultFacts& fault, std::optional<kernel::Timestamp> end) {
  Json line = {{"at", kernel::duration_text(rounded(fault.from.time_since_epoch()))}};
  if (end) line["for"] = kernel::duration_text(rounded(*end - fault.from));
  line["fault"] = fault.api;
  line["name"] = fault.name;
  if (fault.written) {
    for (const auto& [key, value] : fault.written->items()) {
      if (!line.contains(key) && key != "for") line[key] = value;
    }
  }
  return line;
}

Json json_of(const FaultFacts& fault, kernel::Timestamp now) {
  std::string state = "active";
  if (now < fault.from) state = "waiting";
  if (fault.until && now >= *fault.until) state = "over";
  Json json = {{"name", fault.name}, {"api", fault.api}, {"state", state}, {"fired", fault.fired}};
  if (fault.until && now < *fault.until) json["ends_in"] = kernel::duration_text(rounded(*fault.until - now));
  json["line"] = line_of(fault, fault.until);
  return json;
}

kernel::Result<RequestFilter> RequestFilter::of(const kernel::FormFields& query) {
  RequestFilter filter;
  for (const auto& [name, value] : query) {
    if (name == "api") {
      filter.api = value;
    } else if (name == "stub") {
      filter.stub = value;
    } else if (name == "method") {
      filter.method = value;
    } else if (name == "path") {
      filter.path = value;
    } else if (name == "event") {
      filter.event = value;
    } else if (name == "matched") {
      if (value != "true" && value != "false")
        return kernel::invalid("'matched' wants true or false, found '" + value + "'");
      filter.is_matched = value == "true";
    } else if (name == "status") {
      const auto status = number_of<int>(name, value, 0, 599);
      if (!status) return std::unexpected(status.error());
      filter.status = *status;
    } else if (name == "after") {
      const auto after = number_of<std::uint64_t>(name, value, 0, std::numeric_limits<std::int64_t>::max());
      if (!after) return std::unexpected(after.error());
      filter.after = *after;
    } else if (name == "limit") {
      const auto limit = number_of<std::size_t>(name, value, 1, kLimitMax);
      if (!limit) return std::unexpected(limit.error());
      filter.limit = *limit;
    } else {
      const std::vector<std::string> known = {"api",  "matched", "stub",  "status", "method",
                                              "path", "event",   "after", "limit"};
      return kernel::invalid("there is no parameter '" + name + "'" + config::did_you_mean_text(name, known));
    }
  }
  if (filter.after && !filter.api) return kernel::invalid("'after' goes with 'api': numbers count per API");
  return filter;
}

bool RequestFilter::has(const Exchange& row) const {
  return (!is_matched || (row.ended && *is_matched != is_unmatched(row))) &&
         (!stub || row.answered_by == *stub) && (!status || (row.ended && row.status == *status)) &&
         (!method || row.request.method == *method) &&
         (!path || kernel::path_of(row.request.target) == *path) && (!event || row.event == *event) &&
         (!after || row.number > *after);
}

}  // namespace emulator::runner
