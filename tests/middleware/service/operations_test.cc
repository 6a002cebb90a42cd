#include "middleware/service/operations.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"
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
  Surroundings around{.scheduler = scheduler, .client = network, .hops = metrics, .seed = 7};
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
        "relayrig_retries_total{dependency=\"payments\"} 1\n",
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
  instance.metrics.close(step, {.outcome = kernel::Outcome::Failed, .error = "attempts \"all\""});
  instance.payments.breaker()->force_open(instance.scheduler.now());
  const std::string page = instance.ask("GET", "/metrics").body;
  for (const char* line :
       {"relayrig_requests_total{status=\"503\"} 1\n", "relayrig_problems_total{reason=\"try-later\"} 1\n",
        "relayrig_gave_up_total{dependency=\"payments\",reason=\"attempts \\\"all\\\"\"} 1\n",
        "relayrig_breaker_transitions_total{dependency=\"payments\",from=\"closed\",to=\"forced_open\"} "
        "1\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << page;
  }
}

}  // namespace
}  // namespace service
