// Faults of a rig that runs: set, listed, lifted.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/runner/mock_admin.h"
#include "emulator/runner/mock_admin_json.h"
#include "emulator/runner/mock_given.h"
#include "emulator/runner/timeline_shape.h"
#include "middleware/config/suggest.h"

namespace emulator::runner {
namespace {

using kernel::HttpResponse;
using kernel::Json;
using mocks::FaultRule;

constexpr std::size_t kEndedMax = 1000;

/// A line or a list of them; `at` is now, so that only the reader asks for it.
kernel::Result<config::Tree> lines_of(const std::string& body) {
  auto tree = config::read_tree(body, "fault");
  if (!tree) return tree;
  config::Tree list;
  list.place = tree->place;
  list.kind = config::Tree::Kind::List;
  if (tree->kind == config::Tree::Kind::List) {
    list.items = std::move(tree->items);
  } else {
    list.items.push_back(std::move(*tree));
  }
  for (config::Tree& line : list.items) {
    if (line.kind != config::Tree::Kind::Map)
      return kernel::invalid("wants a line of a timeline: {fault: payments, respond: 503}",
                             line.place.text());
    if (const config::Tree* at = line.find("at"))
      return kernel::invalid("'at' is not for faults that begin now", at->place.text());
    config::Tree at;
    at.place = line.place;
    at.kind = config::Tree::Kind::Scalar;
    at.scalar = "0s";
    line.entries.insert(line.entries.begin(), {.key = "at", .key_place = line.place, .value = std::move(at)});
  }
  return list;
}

/// From a line that begins at 0s to a rule that begins now.
FaultRule begun(FaultRule rule, kernel::Timestamp now) {
  if (rule.until) rule.until = now + rule.until->time_since_epoch();
  rule.from = now;
  return rule;
}

}  // namespace

std::string MockAdmin::free_name(const std::string& api) {
  const auto is_taken = [this](const std::string& name) {
    return std::ranges::any_of(mocks_.faults().status(),
                               [&name](const auto& status) { return status.rule->name == name; });
  };
  std::string name;
  do {
    name = api + "@live-" + std::to_string(++unnamed_);
  } while (is_taken(name));
  return name;
}

std::optional<std::string> MockAdmin::problem_of(const FaultRule& rule) const {
  std::vector<std::string> names;
  for (const ApiGiven& api : apis_) names.push_back(api.name);
  if (std::ranges::find(names, rule.target) == names.end())
    return "there is no API '" + rule.target + "'" + config::did_you_mean_text(rule.target, names);
  const mocks::stubs::StubMock* mock = stub_mock(rule.target);
  if (mock == nullptr || !rule.stub) return fault_problem(rule, apis_);
  // The stubs of now, which are not those of the file.
  std::vector<std::string> ids;
  for (const auto& stub : mock->stubs()) ids.push_back(stub->id);
  if (std::ranges::find(ids, *rule.stub) != ids.end()) return std::nullopt;
  return "'" + rule.target + "' has no stub '" + *rule.stub + "'" +
         config::did_you_mean_text(*rule.stub, ids);
}

HttpResponse MockAdmin::set_faults(const Call& call) {
  const auto tree = lines_of(call.request.body);
  if (!tree) return kernel::problem(400, "invalid", tree.error().text());
  const auto lines = config::read_from(*tree, timeline_shape());
  if (!lines) return kernel::problem(400, "invalid", lines.error().text());
  const kernel::Timestamp now = scheduler_.now();
  std::vector<FaultRule> rules;
  for (std::size_t i = 0; i < lines->size(); ++i) {
    const TimelineAction& line = (*lines)[i];
    if (line.door)
      return kernel::problem(400, "invalid", line.place.text() + ": 'connect' is for scenarios only");
    if (!line.fault)
      return kernel::problem(400, "invalid",
                             line.place.text() + ": only lines with 'fault' can be set while a rig runs");
    FaultRule rule = begun(*line.fault, now);
    if (tree->items[i].find("name") == nullptr) rule.name = free_name(rule.target);
    if (const auto wrong = problem_of(rule))
      return kernel::problem(400, "invalid", line.place.text() + ": " + *wrong);
    rules.push_back(std::move(rule));
  }
  for (const auto& status : mocks_.faults().status()) {
    const FaultRule& rule = *status.rule;
    if (rule.until && *rule.until <= now) keep_ended(line_of(rule, rule.until));
  }
  mocks_.faults().remove_ended(now);
  Json set = Json::array();
  for (FaultRule& rule : rules) {
    const Json line = line_of(rule, rule.until);
    note("fault set: " + rule.name, line);
    set.push_back({{"name", rule.name}, {"line", line}});
    mocks_.faults().add(std::move(rule));
  }
  return json_answer(201, {{"faults", std::move(set)}});
}

void MockAdmin::keep_ended(const Json& line) {
  if (ended_.size() < kEndedMax) ended_.push_back(std::make_shared<const Json>(line));
}

void MockAdmin::lift(const FaultRule& rule) {
  const kernel::Timestamp now = scheduler_.now();
  // One that never began was never there.
  if (rule.from < now) keep_ended(line_of(rule, rule.until ? std::min(now, *rule.until) : now));
  note("fault lifted: " + rule.name, {{"name", rule.name}});
  mocks_.faults().remove(rule.name);
}

HttpResponse MockAdmin::faults(const Call& call) {
  const bool wants_ended = call.query == kernel::FormFields{{"ended", "true"}};
  if (!call.query.empty() && !(call.is("GET") && wants_ended))
    return kernel::problem(400, "invalid", "there is no parameter but ended=true, of GET");
  if (call.is("POST")) return set_faults(call);
  if (!call.is("GET") && !call.is("DELETE")) return wrong_method(call.request, "GET, POST, DELETE");
  if (call.is("DELETE")) {
    std::vector<FaultRule> rules;
    for (const auto& status : mocks_.faults().status()) rules.push_back(*status.rule);
    for (const FaultRule& rule : rules) lift(rule);
    return {.status = 204};
  }
  Json all = Json::array();
  for (const auto& status : mocks_.faults().status()) all.push_back(json_of(status, scheduler_.now()));
  Json json = {{"now", kernel::duration_text(scheduler_.now().time_since_epoch())},
               {"faults", std::move(all)}};
  if (wants_ended) {
    json["ended"] = Json::array();
    for (const auto& line : ended_) json["ended"].push_back(*line);
  }
  return json_answer(200, json);
}

HttpResponse MockAdmin::one_fault(const Call& call) {
  if (!call.is("GET") && !call.is("DELETE")) return wrong_method(call.request, "GET, DELETE");
  std::vector<std::string> names;
  for (const auto& status : mocks_.faults().status()) {
    names.push_back(status.rule->name);
    if (names.back() != call.parts[1]) continue;
    if (call.is("GET")) return json_answer(200, json_of(status, scheduler_.now()));
    lift(FaultRule(*status.rule));
    return {.status = 204};
  }
  return kernel::problem(
      404, "not-found",
      "there is no fault '" + call.parts[1] + "'" + config::did_you_mean_text(call.parts[1], names));
}

}  // namespace emulator::runner
