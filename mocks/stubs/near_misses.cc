// The report about a request that no stub answered.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ranges>

#include "mocks/stubs/stub_book.h"

namespace mocks::stubs {
namespace {

using kernel::Json;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// What is most likely wrong; "" when nothing stands out.
std::string cause_of(const StubSpec& stub, const match::NearMiss& miss, const std::string& state) {
  if (miss.misses.empty() && stub.step && stub.step->required && state != *stub.step->required)
    return "matches if the state of '" + stub.step->machine + "' were '" + *stub.step->required +
           "'; it is '" + state + "'";
  if (miss.misses.empty() && !stub.requires_state.empty()) return "matches if its state were set";
  if (miss.misses.empty()) return "matches, but the stub is gone (times or for)";
  if (miss.misses.size() > 1) return {};
  const match::Miss& one = miss.misses.front();
  if (one.part == "method") return "only the method differs";
  if (one.actual == one.expected + "/" || one.expected == one.actual + "/")
    return "differs only in a slash at the end";
  if (lower(one.actual) == lower(one.expected)) return "differs only in upper and lower case";
  if (one.actual == "absent") return "only the " + one.part + " is missing";
  if (one.actual.starts_with("not JSON")) return "the body is not JSON";
  return {};
}

Json report(const StubSpec& stub, const match::NearMiss& miss, const std::string& state) {
  Json differences = Json::array();
  for (const match::Miss& one : miss.misses)
    differences.push_back({{"part", one.part}, {"expected", one.expected}, {"actual", one.actual}});
  Json result = {{"stub", stub.id},
                 {"request", stub.request.title()},
                 {"distance", std::round(miss.distance * 1000) / 1000}};
  if (const std::string cause = cause_of(stub, miss, state); !cause.empty()) result["cause"] = cause;
  if (!differences.empty()) result["differences"] = std::move(differences);
  return result;
}

}  // namespace

std::string StubBook::near_misses(const match::RequestView& request, const Exchange& row,
                                  const Instruments& with) const {
  struct Candidate {
    const StubSpec* stub;
    std::size_t position;
    match::NearMiss miss;
  };
  std::vector<Candidate> candidates;
  for (const StubPtr& stub : in_order_)
    candidates.push_back(
        {stub.get(), candidates.size(), match::near_miss(stub->request, request, with.scheduler.wall_now())});
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    return a.miss.distance != b.miss.distance ? a.miss.distance < b.miss.distance : a.position < b.position;
  });
  Json nearest = Json::array();
  for (const Candidate& candidate : candidates | std::views::take(3)) {
    std::string scope_text;
    const RequestFacts facts{.view = request, .row = row, .stub = candidate.stub->id};
    RequestScope scope(with, facts, "scope");
    if (auto text = candidate.stub->scope.text(scope)) scope_text = std::move(*text);
    const std::string state =
        candidate.stub->step ? with.states.of(candidate.stub->step->machine, scope_text, with.scheduler.now())
                             : std::string{};
    nearest.push_back(report(*candidate.stub, candidate.miss, state));
  }
  const Json whole = {
      {"error",
       {{"code", "no_stub"},
        {"message", "no stub answers " + request.method() + " " + std::string(request.target())}}},
      {"nearest", std::move(nearest)}};
  return kernel::json_text(whole);
}

}  // namespace mocks::stubs
