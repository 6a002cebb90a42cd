#include "middleware/service/operations.h"

#include <gtest/gtest.h>

#include <deque>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"
#include "middleware/service/caller_gauges.h"
#include "middleware/store/memory_store.h"
#include "tests/support/recorded_hops.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace service {
namespace {

using namespace std::chrono_literals;

class Nowhere final : public kernel::HttpHandler {
 public:
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest) override {
    return kernel::answered({kernel::problem(404, "path", "no such path")});
  }
};

struct Instance {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::RecordedHops hops{scheduler};
  Metrics metrics{scheduler, hops};
  support::ScriptedApi network{scheduler};
  Surroundings around{
      .scheduler = scheduler, .client = network, .hops = metrics, .seed = 7, .notes = &metrics};
  ApiCaller payments{{.name = "payments",
                      .retry = {.attempts_max = 2, .jitter = core::Jitter::None},
                      .breaker = core::BreakerRules{.trip = core::ConsecutiveFailures{4}, .open_for = {5s}}},
                     around};
  ApiCaller erp{{.name = "erp", .breaker = std::nullopt}, around};
  store::MemoryStore store;
  Nowhere nowhere;
  bool has_secrets = true;
  bool is_stopping = false;
  Operations operations{
      {.scheduler = scheduler,
       .metrics = metrics,
       .store = store,
       .instance = "orders",
       .callers = {&payments, &erp},
       .secrets_ready = [this] { return answer(has_secrets); },
       .is_stopping = [this] { return is_stopping; },
       .gauges = [] { return std::vector<Gauge>{{.name = "requests_running", .value = 3}}; }},
      nowhere};

  static kernel::Task<bool> answer(bool value) { co_return value; }
  kernel::HttpResponse ask(std::string method, std::string target) {
    return support::run(scheduler,
                        operations.handle({.method = std::move(method), .target = std::move(target)}))
        .response;
  }
  void call() {
    const std::vector<std::int64_t> expected;
    support::run(scheduler, payments.call({.request = {.method = "GET", .host = "payments"},
                                           .event = "e1",
                                           .idempotency_key = "k",
                                           .deadline = scheduler.now() + 60s},
                                          expected));
  }
  std::string status() {
    const kernel::HttpResponse response = ask("GET", "/ready");
    EXPECT_EQ(response.headers.get("Content-Type"), "application/health+json");
    return std::to_string(response.status) + " " +
           kernel::json_text_at(*kernel::parse_json(response.body), "/status");
  }
};

TEST(Ready, FailsForWhatAnotherInstanceCouldDoBetter) {
  Instance instance;
  EXPECT_EQ(instance.status(), "200 pass");
  instance.has_secrets = false;
  EXPECT_EQ(instance.status(), "503 fail");
  EXPECT_NE(instance.ask("GET", "/ready")
                .body.find(R"("secrets:loaded":[{"componentType":"component","status":"fail")"),
            std::string::npos);
  instance.has_secrets = true;
  instance.is_stopping = true;
  EXPECT_EQ(instance.status(), "503 fail");
}

TEST(Ready, OnlyWarnsOfAnOpenBreaker) {
  Instance instance;
  instance.payments.breaker()->force_open(instance.scheduler.now());
  EXPECT_EQ(instance.status(), "200 warn");
}

TEST(Admin, ForcesBreakersAndResetsThem) {
  Instance instance;
  const auto state = [&instance] {
    const auto list = *kernel::parse_json(instance.ask("GET", "/admin/breakers").body);
    EXPECT_EQ(list.size(), 1U);  // erp has none
    return kernel::json_text_at(list, "/0/api") + " " + kernel::json_text_at(list, "/0/state");
  };
  EXPECT_EQ(state(), "payments closed");
  EXPECT_EQ(instance.ask("POST", "/admin/breakers/payments/force-open").status, 200);
  EXPECT_EQ(state(), "payments forced_open");
  instance.network.then(200);
  instance.call();
  EXPECT_EQ(instance.network.asked.size(), 0U);
  instance.ask("POST", "/admin/breakers/payments/reset");
  EXPECT_EQ(state(), "payments closed");
  instance.call();
  EXPECT_EQ(instance.network.asked.size(), 1U);
  instance.ask("POST", "/admin/breakers/payments/force-closed");
  EXPECT_EQ(state(), "payments disabled");
}

TEST(Admin, NamesWhatIsWrong) {
  Instance instance;
  EXPECT_EQ(instance.ask("POST", "/admin/breakers").status, 405);
  EXPECT_EQ(instance.ask("GET", "/admin/breakers/payments/reset").status, 405);
  EXPECT_EQ(instance.ask("POST", "/admin/breakers/erp/reset").status, 404);
  EXPECT_EQ(instance.ask("POST", "/admin/breakers/payments").status, 404);
  EXPECT_EQ(instance.ask("POST", "/admin/breakers/payments/close").status, 404);
  EXPECT_EQ(instance.ask("POST", "/ready").status, 405);
  EXPECT_EQ(instance.ask("GET", "/events").status, 404);
}

TEST(Metrics, CountsAttemptsByDependencyAndNothingByEvent) {
  Instance instance;
  instance.network.then(500).then(500).then(200);
  instance.call();  // two attempts, both failed
  instance.call();
  const std::string page = instance.ask("GET", "/metrics").body;
  for (const char* line :
       {"# TYPE relayrig_breaker_state gauge\n", "relayrig_breaker_state{dependency=\"payments\"} 0\n",
        "relayrig_requests_running 3\n", "# TYPE relayrig_calls_total counter\n",
        "relayrig_calls_total{dependency=\"payments\",result=\"failed\"} 2\n",
        "relayrig_calls_total{dependency=\"payments\",result=\"ok\"} 1\n",
        "relayrig_retries_total{dependency=\"payments\",class=\"transient\"} 1\n",
        "relayrig_retry_delay_ms_sum{dependency=\"payments\",source=\"backoff\"} 50\n",
        "relayrig_retry_delay_ms_count{dependency=\"payments\",source=\"backoff\"} 1\n",
        "relayrig_breaker_rejected_total{dependency=\"payments\"} 0\n",
        "relayrig_call_duration_ms_bucket{dependency=\"payments\",outcome=\"ok\",le=\"25\"} 0\n",
        "relayrig_call_duration_ms_bucket{dependency=\"payments\",outcome=\"ok\",le=\"50\"} 1\n",
        "relayrig_call_duration_ms_bucket{dependency=\"payments\",outcome=\"ok\",le=\"+Inf\"} 1\n",
        "relayrig_call_duration_ms_sum{dependency=\"payments\",outcome=\"ok\"} 30\n",
        "relayrig_call_duration_ms_count{dependency=\"payments\",outcome=\"failed\"} 2\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << page;
  }
  EXPECT_EQ(page.find("e1"), std::string::npos);
}

TEST(Metrics, CountsTransitionsAndWhyRequestsFailed) {
  Instance instance;
  const kernel::HopId request = instance.metrics.open({.stage = kernel::Stage::Compute, .to = "orders"});
  instance.metrics.close(request, {.outcome = kernel::Outcome::Failed, .status = 503, .error = "try-later"});
  const kernel::HopId step = instance.metrics.open({.stage = kernel::Stage::Step, .to = "payments"});
  instance.metrics.note(step, {.gave_up = "attempts"});
  instance.metrics.close(step, {.outcome = kernel::Outcome::Failed, .error = "no \"free\" text"});
  instance.payments.breaker()->force_open(instance.scheduler.now());
  const std::string page = instance.ask("GET", "/metrics").body;
  for (const char* line :
       {"relayrig_requests_total{status=\"503\"} 1\n", "relayrig_problems_total{reason=\"try-later\"} 1\n",
        "relayrig_gave_up_total{dependency=\"payments\",reason=\"attempts\"} 1\n",
        "relayrig_breaker_transitions_total{dependency=\"payments\",from=\"closed\",to=\"forced_open\"} "
        "1\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << page;
  }
  EXPECT_EQ(page.find("free"), std::string::npos) << "a text of its own would be a series of its own";
}

TEST(Metrics, CountsWhatLimiterBulkheadAndBreakerLetPass) {
  Instance instance;
  ApiCaller vendor{
      {.name = "vendor",
       .retry = {.attempts_max = 1, .jitter = core::Jitter::None},
       .breaker = core::BreakerRules{.trip = core::ConsecutiveFailures{9}},
       .rate = core::RateRules{.limits = {core::TokenBucketRules{.tokens = 1, .per = 10s, .capacity = 3}},
                               .wait_max = 50ms},
       .concurrency = core::BulkheadRules{.running_max = 1, .waiting_max = 1, .wait_max = 20ms}},
      instance.around};
  instance.network.then(200, 30ms);
  const std::vector<std::int64_t> expected;
  const auto call = [&] {
    return vendor.call({.request = {.method = "GET", .host = "vendor"},
                        .event = "e1",
                        .deadline = instance.scheduler.now() + 60s},
                       expected);
  };
  // One runs, one waits for it in vain, and three find no place: their tokens go back. The waiter's does not,
  // later starts have counted on it.
  std::deque<std::optional<CallEnd>> ends(5);
  kernel::TaskScope scope;
  for (auto& end : ends) scope.spawn(support::keep(call(), end));
  while (instance.scheduler.step()) {
  }
  // One token is left for these.
  for (int i = 0; i < 3; ++i) support::run(instance.scheduler, call());
  vendor.breaker()->force_open(instance.scheduler.now());
  support::run(instance.scheduler, call());
  std::string found;
  for (const Gauge& gauge : gauges_of(vendor)) {
    EXPECT_EQ(gauge.dependency, "vendor");
    found += gauge.name + (gauge.labels.empty() ? "" : "{" + gauge.labels[0].second + "}") + " " +
             std::to_string(static_cast<int>(gauge.value)) + "\n";
  }
  EXPECT_EQ(found,
            "breaker_state 3\nbreaker_rejected_total 1\n"
            "limiter_granted_total 6\nlimiter_rejected_total 2\nlimiter_wait_ms_total 0\n"
            "limiter_pause_left_ms 0\n"
            "bulkhead_running 0\nbulkhead_waiting 0\nbulkhead_limit 1\n"
            "bulkhead_rejected_total{full} 3\nbulkhead_rejected_total{wait} 1\n"
            "bulkhead_queued_total 1\nbulkhead_queue_wait_ms_total 20\n");
}

TEST(Metrics, KeepsTheSeriesOfOneNameTogether) {
  const Instance instance;
  const std::string page =
      instance.metrics.text({{.name = "level", .dependency = "a", .value = 1},
                             {.name = "n_total", .value = 2, .labels = {{"state", "x"}}, .only_grows = true},
                             {.name = "level", .dependency = "b", .value = 3}});
  EXPECT_EQ(page,
            "# TYPE relayrig_level gauge\nrelayrig_level{dependency=\"a\"} 1\n"
            "relayrig_level{dependency=\"b\"} 3\n# TYPE relayrig_n_total counter\n"
            "relayrig_n_total{state=\"x\"} 2\n");
}

}  // namespace
}  // namespace service
