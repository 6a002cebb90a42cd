#include "emulator/runner/mock_admin.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/runner/mock_admin_json.h"
#include "emulator/runner/mock_shapes.h"
#include "middleware/config/suggest.h"
#include "mocks/stubs/stub_book.h"

namespace emulator::runner {
namespace {

using kernel::HttpResponse;
using kernel::Json;
using mocks::stubs::StubMock;
using mocks::stubs::StubPtr;
using mocks::stubs::StubSpec;

constexpr std::string_view kRoot = "/_relayrig/";

/// "/_relayrig/mocks/a%20b" in decoded parts: mocks, a b.
std::vector<std::string> parts_of(std::string_view target) {
  std::vector<std::string> parts;
  std::string_view path = kernel::path_of(target);
  path.remove_prefix(std::min(path.size(), kRoot.size()));
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    parts.push_back(kernel::percent_decoded(path.substr(begin, end - begin), false));
    begin = end + 1;
  }
  return parts;
}

/// A browser says from which page a request comes: only pages of this machine may ask.
bool is_foreign(const kernel::HttpRequest& request) {
  const std::string_view origin = request.headers.get("Origin");
  if (origin.empty()) return false;
  return std::ranges::none_of(
      std::initializer_list<std::string_view>{"http://127.0.0.1", "http://localhost", "http://[::1]"},
      [origin](std::string_view ours) {
        return origin.starts_with(ours) && (origin.size() == ours.size() || origin[ours.size()] == ':');
      });
}

HttpResponse refusal(const config::Problems& problems) {
  return kernel::problem(400, "invalid", problems.text());
}

StubPtr stub_of(const StubMock& mock, std::string_view id) {
  const auto found = std::ranges::find(mock.stubs(), id, [](const StubPtr& stub) { return stub->id; });
  return found == mock.stubs().end() ? nullptr : *found;
}

/// What a change was answered with: the stub, and which stubs never answer from now on.
Json changed(const StubMock& mock, const StubSpec& stub) {
  std::vector<StubSpec> all;
  for (const StubPtr& one : mock.stubs()) all.push_back(*one);
  return {{"stub", json_of(stub)}, {"never_answer", mocks::stubs::stubs_that_never_win(all)}};
}

/// The only key of a body that is a map, or the default.
struct ResetText {
  std::string what = "everything";
  std::optional<std::string> api{};
};

config::Shape<ResetText> reset_shape() {
  return config::object<ResetText>("a reset", "What is forgotten.")
      .optional("what", &ResetText::what,
                config::choice<std::string>(
                    {{"journal", "journal"}, {"state", "state"}, {"everything", "everything"}}),
                "The requests seen; states, records and jobs too; stubs, keys, counters and faults too.")
      .optional("api", &ResetText::api, config::non_empty_text(), "Of this API only; all when absent.")
      .done();
}

}  // namespace

std::vector<std::string> MockAdmin::paths() {
  return {"/_relayrig/mocks", "/_relayrig/requests", "/_relayrig/faults", "/_relayrig/reset"};
}

kernel::Task<kernel::HttpReply> MockAdmin::handle(kernel::HttpRequest request) {
  if (is_foreign(request))
    co_return kernel::HttpReply{
        .response = kernel::problem(403, "foreign-origin", "a page of another site asks nothing of a rig")};
  const Call call{request, parts_of(request.target), kernel::form_fields(kernel::query_of(request.target))};
  co_return kernel::HttpReply{.response = answer(call)};
}

HttpResponse MockAdmin::answer(const Call& call) {
  const auto& parts = call.parts;
  const std::string& first = parts.front();
  if (first != "requests" && !call.query.empty() && !(first == "faults" && parts.size() == 1))
    return kernel::problem(400, "invalid", "there is no parameter '" + call.query.front().first + "'");
  if (first == "requests" && parts.size() == 1) return requests(call);
  if (first == "reset" && parts.size() == 1) return reset(call);
  if (first == "faults" && parts.size() == 1) return faults(call);
  if (first == "faults" && parts.size() == 2) return one_fault(call);
  if (first == "mocks" && parts.size() == 1) return all_mocks(call);
  if (first == "mocks" && parts.size() >= 3 && parts.size() <= 4 && parts[2] == "stubs") {
    if (StubMock* mock = stub_mock(parts[1]))
      return parts.size() == 3 ? stubs(call, *mock) : one_stub(call, *mock);
    const bool is_there = std::ranges::find(apis_, parts[1], &ApiGiven::name) != apis_.end();
    return is_there ? kernel::problem(409, "no-stubs", "'" + parts[1] + "' is no mock of stubs")
                    : kernel::problem(404, "not-found", "there is no API '" + parts[1] + "'");
  }
  return kernel::problem(404, "not-found", "there is nothing at " + call.request.target);
}

StubMock* MockAdmin::stub_mock(std::string_view name) const {
  const auto found = std::ranges::find(
      mocks_.of_stubs(), name, [](const auto& mock) -> std::string_view { return mock->spec().name; });
  return found == mocks_.of_stubs().end() ? nullptr : found->get();
}

void MockAdmin::note(const std::string& message, const Json& fields) const {
  journal_.log({.level = kernel::LogLevel::Info,
                .source = "admin",
                .message = message,
                .fields = kernel::json_text(fields)});
}

HttpResponse MockAdmin::all_mocks(const Call& call) const {
  if (!call.is("GET")) return wrong_method(call.request, "GET");
  Json all = Json::array();
  for (const ApiGiven& api : apis_) {
    Json one = {{"api", api.name}, {"kind", api.is_org ? "org" : "operations"}};
    if (const StubMock* mock = stub_mock(api.name)) {
      one["kind"] = "stubs";
      one["stubs"] = mock->stubs().size();
      one["requests"] = mock->exchanges().dropped() + mock->exchanges().rows().size();
      one["complaints"] = mock->complaints();
    }
    all.push_back(std::move(one));
  }
  return json_answer(200, {{"mocks", std::move(all)}});
}

HttpResponse MockAdmin::stubs(const Call& call, StubMock& mock) {
  if (call.is("POST")) return add_stub(call, mock);
  if (call.is("PUT")) return set_stubs(call, mock);
  if (!call.is("GET")) return wrong_method(call.request, "GET, POST, PUT");
  Json all = Json::array();
  for (const StubPtr& stub : mock.stubs()) all.push_back(json_of(*stub));
  return json_answer(200, {{"stubs", std::move(all)}});
}

HttpResponse MockAdmin::add_stub(const Call& call, StubMock& mock) {
  auto stub = config::read_text(call.request.body, "stub", one_stub_shape());
  if (!stub) return refusal(stub.error());
  if (stub_of(mock, stub->id))
    return kernel::problem(409, "stub-exists",
                           "there is a stub '" + stub->id + "': PUT /_relayrig/mocks/" + mock.spec().name +
                               "/stubs/" + stub->id + " replaces it");
  mock.put_stub(*stub);
  note("stub added to " + mock.spec().name, {{"id", stub->id}});
  return json_answer(201, changed(mock, *stub));
}

HttpResponse MockAdmin::set_stubs(const Call& call, StubMock& mock) {
  const auto all = config::read_text(call.request.body, "stubs", stubs_shape());
  if (!all) return refusal(all.error());
  mock.set_stubs(*all);
  Json ids = Json::array();
  for (const StubSpec& stub : *all) ids.push_back(stub.id);
  note("stubs set of " + mock.spec().name, {{"stubs", ids}});
  return json_answer(200, {{"stubs", std::move(ids)}});
}

HttpResponse MockAdmin::one_stub(const Call& call, StubMock& mock) {
  const std::string& id = call.parts[3];
  const StubPtr known = stub_of(mock, id);
  if (call.is("PUT")) {
    auto stub = config::read_text(call.request.body, "stub", one_stub_shape());
    if (!stub) return refusal(stub.error());
    if (stub->id != id)
      return kernel::problem(400, "invalid",
                             "the stub is named '" + stub->id + "', and the path says '" + id + "'");
    const bool is_new = mock.put_stub(*stub);
    note((is_new ? "stub added to " : "stub replaced of ") + mock.spec().name, {{"id", stub->id}});
    return json_answer(is_new ? 201 : 200, changed(mock, *stub));
  }
  if (!call.is("GET") && !call.is("DELETE")) return wrong_method(call.request, "GET, PUT, DELETE");
  if (!known) {
    std::vector<std::string> ids;
    for (const StubPtr& stub : mock.stubs()) ids.push_back(stub->id);
    return kernel::problem(
        404, "not-found",
        "'" + mock.spec().name + "' has no stub '" + id + "'" + config::did_you_mean_text(id, ids));
  }
  if (call.is("GET")) return json_answer(200, json_of(*known));
  mock.remove_stub(id);
  note("stub removed from " + mock.spec().name, {{"id", id}});
  return {.status = 204};
}

HttpResponse MockAdmin::requests(const Call& call) {
  const auto filter = RequestFilter::of(call.query);
  if (!filter) return kernel::problem(400, "invalid", filter.error().message);
  if (filter->api && stub_mock(*filter->api) == nullptr)
    return kernel::problem(404, "not-found", "there is no mock of stubs '" + *filter->api + "'");
  if (!call.is("GET") && !call.is("DELETE")) return wrong_method(call.request, "GET, DELETE");
  using Row = std::pair<const StubMock*, const mocks::stubs::Exchange*>;
  std::vector<Row> rows;
  std::uint64_t dropped = 0;
  for (const auto& mock : mocks_.of_stubs()) {
    if (filter->api && mock->spec().name != *filter->api) continue;
    if (call.is("DELETE")) mock->reset(StubMock::Reset::Journal);
    dropped += mock->exchanges().dropped();
    for (const auto& row : mock->exchanges().rows()) {
      if (filter->has(row)) rows.emplace_back(mock.get(), &row);
    }
  }
  if (call.is("DELETE")) {
    note("journal cleared", {{"api", filter->api.value_or("")}});
    return {.status = 204};
  }
  // Of one API they lie in the order of arrival: of all of them they are brought into it.
  std::ranges::sort(rows, {}, [](const Row& row) {
    return std::tuple(row.second->arrived, std::string_view(row.first->spec().name), row.second->number);
  });
  const std::size_t total = rows.size();
  const std::size_t shown = std::min(total, filter->limit);
  // With `after` somebody reads on; without, what was last is of interest.
  const std::size_t first = filter->after ? 0 : total - shown;
  Json all = Json::array();
  for (std::size_t i = first; i < first + shown; ++i) all.push_back(json_of(*rows[i].first, *rows[i].second));
  return json_answer(200, {{"total", total}, {"dropped", dropped}, {"requests", std::move(all)}});
}

HttpResponse MockAdmin::reset(const Call& call) {
  if (!call.is("POST")) return wrong_method(call.request, "POST");
  ResetText text;
  if (!call.request.body.empty()) {
    auto read = config::read_text(call.request.body, "reset", reset_shape());
    if (!read) return refusal(read.error());
    text = std::move(*read);
  }
  if (text.api && stub_mock(*text.api) == nullptr)
    return kernel::problem(404, "not-found", "there is no mock of stubs '" + *text.api + "'");
  auto level = StubMock::Reset::Everything;
  if (text.what == "journal") level = StubMock::Reset::Journal;
  if (text.what == "state") level = StubMock::Reset::State;
  for (const auto& mock : mocks_.of_stubs()) {
    if (!text.api || mock->spec().name == *text.api) mock->reset(level);
  }
  if (level == StubMock::Reset::Everything) {
    for (const FaultFacts& fault : all_faults()) {
      if (!text.api || fault.api == *text.api) lift(fault);
    }
  }
  note("reset", {{"what", text.what}, {"api", text.api.value_or("")}});
  return {.status = 204};
}

}  // namespace emulator::runner
