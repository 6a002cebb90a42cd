// Faults of a rig that runs, of requests and of connections: set, listed, lifted.
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

/// From a line that begins at 0s to a fault that begins now.
template <class Fault>
void begin(Fault& fault, kernel::Timestamp now) {
  if (fault.until) fault.until = now + fault.until->time_since_epoch();
  fault.from = now;
}

FaultFacts facts_of_line(const TimelineAction& line) {
  return line.door ? facts_of(*line.door) : facts_of(*line.fault);
}

}  // namespace

std::vector<FaultFacts> MockAdmin::all_faults() const {
  std::vector<FaultFacts> all;
  for (const auto& status : mocks_.faults().status()) all.push_back(facts_of(*status.rule, status.fired));
  for (const auto& status : doors_.status()) all.push_back(facts_of(*status.door, status.fired));
  return all;
}

std::string MockAdmin::free_name(const std::string& api) {
  const std::vector<FaultFacts> all = all_faults();
  std::string name;
  do {
    name = api + "@live-" + std::to_string(++unnamed_);
  } while (std::ranges::find(all, name, &FaultFacts::name) != all.end());
  return name;
}

std::optional<std::string> MockAdmin::problem_of(const TimelineAction& line) const {
  std::vector<std::string> names;
  for (const ApiGiven& api : apis_) names.push_back(api.name);
  const std::string api = facts_of_line(line).api;
  if (std::ranges::find(names, api) == names.end())
    return "there is no API '" + api + "'" + config::did_you_mean_text(api, names);
  return line.door ? door_problem(*line.door, apis_) : problem_of(*line.fault);
}

std::optional<std::string> MockAdmin::problem_of(const FaultRule& rule) const {
  const mocks::stubs::StubMock* mock = stub_mock(rule.target);
  if (mock == nullptr || !rule.stub) return fault_problem(rule, apis_);
  // The stubs of now, which are not those of the file.
  std::vector<std::string> ids;
  for (const auto& stub : mock->stubs()) ids.push_back(stub->id);
  if (std::ranges::find(ids, *rule.stub) != ids.end()) return std::nullopt;
  return "'" + rule.target + "' has no stub '" + *rule.stub + "'" +
         config::did_you_mean_text(*rule.stub, ids);
}

kernel::Result<std::vector<TimelineAction>> MockAdmin::fault_lines(const Call& call) {
  const auto tree = lines_of(call.request.body);
  if (!tree) return std::unexpected(tree.error());
  auto lines = config::read_from(*tree, timeline_shape());
  if (!lines) return kernel::invalid(lines.error().text());
  for (std::size_t i = 0; i < lines->size(); ++i) {
    TimelineAction& line = (*lines)[i];
    if (!line.fault && !line.door)
      return kernel::invalid("only lines with 'fault' can be set while a rig runs", line.place.text());
    if (const auto wrong = problem_of(line)) return kernel::invalid(*wrong, line.place.text());
    const bool has_name = tree->items[i].find("name") != nullptr;
    if (line.door) {
      begin(*line.door, scheduler_.now());
      if (!has_name) line.door->name = free_name(line.door->api);
    } else {
      begin(*line.fault, scheduler_.now());
      if (!has_name) line.fault->name = free_name(line.fault->target);
    }
  }
  return std::move(*lines);
}

void MockAdmin::forget_ended() {
  const kernel::Timestamp now = scheduler_.now();
  for (const FaultFacts& fault : all_faults()) {
    if (fault.until && *fault.until <= now) keep_ended(line_of(fault, fault.until));
  }
  mocks_.faults().remove_ended(now);
  doors_.remove_ended();
}

HttpResponse MockAdmin::set_faults(const Call& call) {
  auto lines = fault_lines(call);
  if (!lines) return kernel::problem(400, "invalid", lines.error().text());
  forget_ended();
  Json set = Json::array();
  for (TimelineAction& line : *lines) {
    const FaultFacts fault = facts_of_line(line);
    const Json as_line = line_of(fault, fault.until);
    note("fault set: " + fault.name, as_line);
    set.push_back({{"name", fault.name}, {"line", as_line}});
    // One name, one fault, of whichever kind.
    if (line.door) {
      mocks_.faults().remove(fault.name);
      doors_.set(std::move(*line.door));
    } else {
      doors_.lift(fault.name);
      mocks_.faults().add(std::move(*line.fault));
    }
  }
  return json_answer(201, {{"faults", std::move(set)}});
}

void MockAdmin::keep_ended(const Json& line) {
  if (ended_.size() < kEndedMax) ended_.push_back(std::make_shared<const Json>(line));
}

void MockAdmin::lift(const FaultFacts& fault) {
  const kernel::Timestamp now = scheduler_.now();
  // One that never began was never there.
  if (fault.from < now) keep_ended(line_of(fault, fault.until ? std::min(now, *fault.until) : now));
  note("fault lifted: " + fault.name, {{"name", fault.name}});
  if (!mocks_.faults().remove(fault.name)) doors_.lift(fault.name);
}

HttpResponse MockAdmin::faults(const Call& call) {
  const bool wants_ended = call.query == kernel::FormFields{{"ended", "true"}};
  if (!call.query.empty() && !(call.is("GET") && wants_ended))
    return kernel::problem(400, "invalid", "there is no parameter but ended=true, of GET");
  if (call.is("POST")) return set_faults(call);
  if (!call.is("GET") && !call.is("DELETE")) return wrong_method(call.request, "GET, POST, DELETE");
  if (call.is("DELETE")) {
    for (const FaultFacts& fault : all_faults()) lift(fault);
    return {.status = 204};
  }
  Json all = Json::array();
  for (const FaultFacts& fault : all_faults()) all.push_back(json_of(fault, scheduler_.now()));
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
  for (const FaultFacts& fault : all_faults()) {
    names.push_back(fault.name);
    if (fault.name != call.parts[1]) continue;
    if (call.is("GET")) return json_answer(200, json_of(fault, scheduler_.now()));
    lift(fault);
    return {.status = 204};
  }
  return kernel::problem(
      404, "not-found",
      "there is no fault '" + call.parts[1] + "'" + config::did_you_mean_text(call.parts[1], names));
}

}  // namespace emulator::runner
