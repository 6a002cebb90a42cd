// The shapes of what `expect` says about mocks.
#include "emulator/runner/mock_given.h"

#include <algorithm>

#include "emulator/runner/given_shapes.h"
#include "emulator/runner/timeline_shape.h"
#include "middleware/config/suggest.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::duration;
using config::integer;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using mocks::match::RequestPattern;
using mocks::stubs::Spacing;
using mocks::stubs::Verification;

struct RateText {
  std::int64_t at_most = 0;
  kernel::Duration in{};
};

struct ExpectationText {
  config::Place place{};
  std::string mock{};
  std::optional<RequestPattern> request{};
  std::optional<std::string> stub{};
  std::optional<int> status{};
  std::optional<bool> executed{};
  bool is_unmatched = false;
  judge::Window between{};
  judge::Bounds bounds{};
  std::vector<RequestPattern> in_order{};
  bool is_consecutive = false;
  std::optional<Spacing> gaps{};
  std::optional<std::int64_t> at_once{};
  std::optional<RateText> rate{};
  std::optional<kernel::Duration> wait{};
};

std::string name_of(const ExpectationText& text) {
  std::string name = "mock " + text.mock;
  if (text.request) name += " " + text.request->title();
  if (text.stub) name += " stub " + *text.stub;
  if (text.status) name += " status " + std::to_string(*text.status);
  if (text.is_unmatched) name += " unmatched";
  const std::string bounds = text.bounds.text();
  if (!bounds.empty()) name += ": " + bounds;
  if (!text.in_order.empty()) name += ": in order";
  if (text.gaps) name += ": gaps";
  if (text.at_once) name += ": at once at most " + std::to_string(*text.at_once);
  if (text.rate)
    name += ": rate at most " + std::to_string(text.rate->at_most) + " in " +
            kernel::duration_text(text.rate->in);
  return name;
}

kernel::Result<MockExpectation> expectation_of(const ExpectationText& text) {
  Verification v{.selection = {.request = text.request,
                               .stub = text.stub,
                               .status = text.status,
                               .executed = text.executed,
                               .is_unmatched = text.is_unmatched,
                               .from = kernel::at(text.between.from)},
                 .in_order = text.in_order,
                 .is_consecutive = text.is_consecutive,
                 .spacing = text.gaps,
                 .concurrency_max = text.at_once};
  if (text.between.until) v.selection.until = kernel::at(*text.between.until);
  const judge::Bounds& bounds = text.bounds;
  if (bounds.equals && (bounds.at_least || bounds.at_most))
    return kernel::invalid("'equals' stands without at_least and at_most");
  if (bounds.equals) v.count = mocks::stubs::Count{bounds.equals, bounds.equals};
  if (bounds.at_least || bounds.at_most) v.count = mocks::stubs::Count{bounds.at_least, bounds.at_most};
  if (text.rate) {
    v.rate_max = text.rate->at_most;
    v.rate_per = text.rate->in;
  }
  if (!v.count && v.in_order.empty() && !v.spacing && !v.concurrency_max && !v.rate_max)
    return kernel::invalid("needs one of at_most, at_least, equals, in_order, gaps, at_once, rate");
  return MockExpectation{.place = text.place,
                         .mock = text.mock,
                         .name = name_of(text),
                         .verification = std::move(v),
                         .wait = text.wait};
}

/// By its keys: with `mock` it is about what a mock saw, with `log` about what was logged.
struct One {
  std::optional<judge::Expectation> of_run{};
  std::optional<MockExpectation> of_mock{};
  std::optional<LogExpectation> of_log{};
};

class OneShape final : public config::ShapeOf<One> {
 public:
  OneShape(Shape<judge::Expectation> of_run, Shape<MockExpectation> of_mock, Shape<LogExpectation> of_log)
      : of_run_(std::move(of_run)), of_mock_(std::move(of_mock)), of_log_(std::move(of_log)) {}
  void read(const config::Tree& tree, One& out, config::Problems& problems) const override {
    if (tree.kind == config::Tree::Kind::Map && tree.find("mock") != nullptr) {
      of_mock_->read(tree, out.of_mock.emplace(), problems);
    } else if (tree.kind == config::Tree::Kind::Map && tree.find("log") != nullptr) {
      of_log_->read(tree, out.of_log.emplace(), problems);
    } else {
      of_run_->read(
          tree, out.of_run.emplace(judge::Expectation{.place = {}, .name = {}, .what = judge::SqlNumber{}}),
          problems);
    }
  }
  config::JsonPtr schema(config::Definitions& definitions) const override {
    return config::detail::any_of_schema(
        {of_run_->schema(definitions), of_mock_->schema(definitions), of_log_->schema(definitions)});
  }
  std::string wants() const override { return of_run_->wants(); }

 private:
  Shape<judge::Expectation> of_run_;
  Shape<MockExpectation> of_mock_;
  Shape<LogExpectation> of_log_;
};

std::vector<std::string> ids_of(const ApiGiven& api) {
  std::vector<std::string> ids;
  if (!api.stubs) return ids;
  for (const mocks::stubs::StubSpec& stub : api.stubs->stubs) ids.push_back(stub.id);
  return ids;
}

/// What a row of the mock's journal may be answered by.
std::vector<std::string> answerers_of(const ApiGiven& api) {
  const mocks::stubs::MockSpec& spec = *api.stubs;
  std::vector<std::string> all = ids_of(api);
  for (const mocks::stubs::StubSpec& stub : spec.stubs) {
    if (stub.job) all.push_back("job of " + stub.id);
  }
  for (const mocks::stubs::BucketSpec& bucket : spec.buckets) all.push_back("bucket " + bucket.path);
  for (const mocks::stubs::LimitSpec& limit : spec.limits) all.push_back("limit " + limit.name);
  if (spec.idempotency) all.emplace_back("idempotency");
  if (spec.saturation) all.emplace_back("saturation");
  if (spec.tokens) all.emplace_back("tokens");
  if (spec.credential) all.emplace_back("credential");
  return all;
}

/// Nothing when the API has it.
std::optional<std::string> no_stub(const ApiGiven& api, const std::string& stub,
                                   const std::vector<std::string>& all) {
  if (std::ranges::find(all, stub) != all.end()) return std::nullopt;
  return "'" + api.name + "' has no stub '" + stub + "'" + config::did_you_mean_text(stub, all);
}

}  // namespace

std::shared_ptr<const mocks::stubs::MockSpec> mock_of(const std::string& name,
                                                      const mocks::LatencyLaw& latency,
                                                      const MockText& text) {
  auto spec = std::make_shared<mocks::stubs::MockSpec>(text);
  spec->name = name;
  spec->latency = latency;
  return spec;
}

std::optional<std::string> expectation_problem(const MockExpectation& expectation,
                                               const std::vector<ApiGiven>& apis) {
  std::vector<std::string> mocks;
  for (const ApiGiven& api : apis) {
    if (api.stubs) mocks.push_back(api.name);
  }
  if (std::ranges::find(mocks, expectation.mock) == mocks.end())
    return "the requests are of the mock of stubs '" + expectation.mock + "', which is not given" +
           config::did_you_mean_text(expectation.mock, mocks);
  const std::optional<std::string>& stub = expectation.verification.selection.stub;
  const ApiGiven& api = *std::ranges::find(apis, expectation.mock, &ApiGiven::name);
  if (!stub) return std::nullopt;
  return no_stub(api, *stub, answerers_of(api));
}

std::optional<std::string> fault_problem(const mocks::FaultRule& rule, const std::vector<ApiGiven>& apis) {
  const auto api = std::ranges::find(apis, rule.target, &ApiGiven::name);
  if (api == apis.end()) return std::nullopt;  // somebody else says so
  const bool asks_for_keys = rule.key || rule.attempt_min > 1 || rule.attempt_max;
  if (api->is_org && (rule.effect.executes_twice || rule.stub || asks_for_keys))
    return "'twice' and 'only' with stub, key or attempts are for mocks: '" + rule.target + "' is the org";
  if (!rule.stub) return std::nullopt;
  return no_stub(*api, *rule.stub, ids_of(*api));
}

std::optional<std::string> door_problem(const DoorAction& door, const std::vector<ApiGiven>& apis) {
  const auto api = std::ranges::find(apis, door.api, &ApiGiven::name);
  if (api == apis.end() || !kernel::is_tls(door.door) || api->is_tls) return std::nullopt;
  return "'connect' with TLS is for APIs with 'tls: true': '" + door.api + "' is served without";
}

Shape<MockExpectation> mock_expectation_shape() {
  const auto gaps =
      object<Spacing>("gaps", "Between requests of one correlation that follow each other.")
          .optional("at_least", &Spacing::at_least, duration(), "")
          .optional("at_most", &Spacing::at_most, duration(), "")
          .optional("non_decreasing", &Spacing::is_non_decreasing, boolean(),
                    "None is shorter than the one before.")
          .optional("jitter", &Spacing::is_jittered, boolean(), "Not all of one position are alike.")
          .done();
  const auto rate =
      object<RateText>("a rate", "In any window of that length.")
          .required("at_most", &RateText::at_most, integer(0), "So many requests ...")
          .required("in", &RateText::in, duration(std::chrono::milliseconds{1}), "... in this time.")
          .done();
  return mapped<MockExpectation>(
      object<ExpectationText>("an expectation about a mock", "What a mock of stubs must have seen.")
          .required("mock", &ExpectationText::mock, non_empty_text(), "The API.")
          .optional("request", &ExpectationText::request, request_shape(), "Which requests; all when absent.")
          .optional("stub", &ExpectationText::stub, non_empty_text(),
                    "Answered by this stub; or 'bucket /path', 'job of ID', 'limit NAME', idempotency, "
                    "saturation, tokens, credential.")
          .optional("status", &ExpectationText::status, integer(100, 599), "Answered with it.")
          .optional("executed", &ExpectationText::executed, boolean(), "Side effects were done, or not.")
          .optional("unmatched", &ExpectationText::is_unmatched, boolean(),
                    "Only requests that nobody answered.")
          .optional("between", &ExpectationText::between, window_shape(), "Arrived in this time.")
          .optional(
              "at_most", [](ExpectationText& t, std::int64_t n) { t.bounds.at_most = n; }, integer(0), "")
          .optional(
              "at_least", [](ExpectationText& t, std::int64_t n) { t.bounds.at_least = n; }, integer(0), "")
          .optional(
              "equals", [](ExpectationText& t, std::int64_t n) { t.bounds.equals = n; }, integer(0), "")
          .optional("in_order", &ExpectationText::in_order, config::list_of(request_shape(), 2),
                    "One after the other, others may lie between.")
          .optional("consecutive", &ExpectationText::is_consecutive, boolean(),
                    "in_order: with nothing between.")
          .optional("gaps", &ExpectationText::gaps, gaps, "")
          .optional("at_once", &ExpectationText::at_once, integer(0), "So many requests in flight at most.")
          .optional("rate", &ExpectationText::rate, rate, "")
          .optional("wait", &ExpectationText::wait, duration(),
                    "The run goes on so long behind its timeline until it holds.")
          .requires_key("consecutive", {"in_order"})
          .place(&ExpectationText::place)
          .done(),
      expectation_of);
}

Shape<Expectations> all_expectations_shape() {
  const Shape<One> one = std::make_shared<const OneShape>(expectation_shape(), mock_expectation_shape(),
                                                          log_expectation_shape());
  return mapped<Expectations>(config::list_of(one),
                              [](const std::vector<One>& items) -> kernel::Result<Expectations> {
                                Expectations all;
                                for (const One& item : items) {
                                  if (item.of_run) all.of_run.push_back(*item.of_run);
                                  if (item.of_mock) all.of_mocks.push_back(*item.of_mock);
                                  if (item.of_log) all.of_logs.push_back(*item.of_log);
                                }
                                return all;
                              });
}

}  // namespace emulator::runner
