#include "middleware/service/trace_carrier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "middleware/service/service.h"
#include "middleware/store/memory_store.h"
#include "tests/support/recorded_hops.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTrace = "7a2d1f7e5c0b4f7e9d582b1f5a3c9e10";
const std::string kIn = std::string("00-") + kTrace + "-0000000000000abc-01";
const std::string kOut = std::string("00-") + kTrace + "-00000000000000ff-01";

struct Network {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi api{scheduler};
  TraceCarrier carrier{api};
  Network() { api.then(200); }
  kernel::Headers send(const std::string& traceparent) {
    kernel::HttpRequest request{.host = "erp"};
    if (!traceparent.empty()) request.headers.add("traceparent", traceparent);
    support::run(scheduler, carrier.send(std::move(request), scheduler.now() + 1s));
    return api.asked.back().request.headers;
  }
};

TEST(TraceCarrier, CarriesTheCallersContextToEachCall) {
  struct Case {
    const char* name;
    kernel::Headers incoming;
    std::string state;
    std::string amazon;
  };
  const std::string root = "Root=1-7a2d1f7e-5c0b4f7e9d582b1f5a3c9e10";
  const Case cases[] = {
      {"none", {}, "relayrig=00000000000000ff", root + ";Parent=00000000000000ff;Sampled=1"},
      {"W3C",
       {{"tracestate", "rojo=00f067aa, congo=t61"}, {"tracestate", "relayrig=0000000000000abc"}},
       "relayrig=00000000000000ff,rojo=00f067aa,congo=t61",
       root + ";Parent=00000000000000ff;Sampled=1"},
      {"X-Ray",
       {{"X-Amzn-Trace-Id",
         "Self=1-67891234-12456789abcdef012345678;Root=1-5759e988-bd862e3fe1be46a994272793;Parent="
         "53995c3f42cd8ad8;"
         "Sampled=0"}},
       "relayrig=00000000000000ff",
       "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=00000000000000ff;Sampled=0"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Network network;
    kernel::HttpRequest request{.headers = c.incoming};
    request.headers.add("traceparent", kIn);
    {
      const TraceCarrier::Carried carried(network.carrier, request);
      const kernel::Headers sent = network.send(kOut);
      EXPECT_EQ(sent.get("tracestate"), c.state);
      EXPECT_EQ(sent.get("X-Amzn-Trace-Id"), c.amazon);
      EXPECT_EQ(sent.get("traceparent"), kOut);
    }
    EXPECT_EQ(network.send(kOut).get("tracestate"), "relayrig=00000000000000ff");  // over
  }
}

TEST(TraceCarrier, TakesATraceAlongAsAText) {
  struct Case {
    const char* name;
    kernel::Headers headers;
    std::string text;
  };
  const Case cases[] = {
      {"nothing", {}, ""},
      {"traceparent alone", {{"traceparent", kIn}}, kIn},
      {"with a state",
       {{"traceparent", kIn}, {"tracestate", "a=1"}, {"tracestate", "b=2"}},
       kIn + "\na=1,b=2\n"},
      {"with all",
       {{"traceparent", kIn}, {"tracestate", "a=1"}, {"X-Amzn-Trace-Id", "Root=r"}},
       kIn + "\na=1\nRoot=r"},
      {"too long: whole entries only",
       {{"traceparent", kIn}, {"tracestate", "a=1," + std::string(2000, 'x')}},
       kIn + "\na=1\n"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(trace_text({.headers = c.headers}), c.text);
    EXPECT_EQ(traceparent_of(c.text), c.headers.get("traceparent"));
  }
  Network network;
  const TraceCarrier::Carried carried(network.carrier, kIn + "\na=1\nRoot=r;Sampled=0");
  EXPECT_EQ(network.send(kOut).get("tracestate"), "relayrig=00000000000000ff,a=1");
  EXPECT_EQ(network.send(kOut).get("X-Amzn-Trace-Id"), "Root=r;Parent=00000000000000ff;Sampled=0");
}

/// A service with one flow of one step, its calls behind a carrier.
struct Orders {
  explicit Orders(AnswerWhen answer) {
    StepConfig step{.name = "book", .api = "erp"};
    step.path = kernel::TextTemplate::compile("/orders", kernel::Language::Expressions).value();
    ServiceConfig config{.apis = {{.name = "erp"}}, .answer = answer, .works_off_store = true};
    config.flows.push_back({.event = "Order__e", .steps = {step}});
    service.emplace(std::move(config), around, store);
    service->carry_traces_with(network.carrier);
  }
  /// Headers of the calls that `request` caused.
  std::vector<kernel::Headers> calls_of(kernel::HttpRequest request) {
    scope.spawn(support::keep(service->handle(std::move(request)), reply));
    network.scheduler.run_until(kernel::at(5s));
    std::vector<kernel::Headers> all;
    for (const auto& asked : network.api.asked) all.push_back(asked.request.headers);
    return all;
  }
  Network network;
  support::RecordedHops hops{network.scheduler};
  store::MemoryStore store;
  Surroundings around{.scheduler = network.scheduler, .client = network.carrier, .hops = hops};
  std::optional<Service> service;
  std::optional<kernel::HttpReply> reply;
  kernel::TaskScope scope;
};

constexpr const char* kUuid = "7a2d1f7e-5c0b-4f7e-9d58-2b1f5a3c9e10";

TEST(TraceCarrier, GoesOnWithAnEventThatWasAccepted) {
  Orders orders(AnswerWhen::Accepted);
  const auto calls =
      orders.calls_of({.method = "POST",
                       .target = "/events",
                       .headers = {{"ce-id", kUuid},
                                   {"ce-type", "Order__e"},
                                   {"traceparent", kIn},
                                   {"tracestate", "rojo=1"},
                                   {"X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793"}},
                       .body = "{}"});
  EXPECT_EQ(orders.reply->response.status, 202);
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_TRUE(calls[0].get("tracestate").ends_with(",rojo=1")) << calls[0].get("tracestate");
  EXPECT_TRUE(calls[0].get("X-Amzn-Trace-Id").starts_with("Root=1-5759e988-bd862e3fe1be46a994272793;"));
  EXPECT_EQ(orders.hops.lines()[0].find("under 2748 "), orders.hops.lines()[0].find("under"))
      << "0xabc caused it";
}

TEST(TraceCarrier, GoesOnWithEachEventOfABatch) {
  Orders orders(AnswerWhen::Sync);
  const std::string other = "11111111-2222-4333-8444-555555555555";
  const auto calls = orders.calls_of(
      {.method = "POST",
       .target = "/events",
       .headers = {{"Content-Type", "application/cloudevents-batch+json"}, {"X-Amzn-Trace-Id", "Root=1-5-6"}},
       .body =
           R"([{"id":")" + std::string(kUuid) + R"(","type":"Order__e","data":{},"traceparent":")" + kIn +
           R"(","tracestate":"rojo=1"},{"id":")" + other +
           R"(","type":"Order__e","data":{},"traceparent":"00-11111111222243338444555555555555-0000000000000abc-01"}])"});
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_TRUE(calls[0].get("tracestate").ends_with(",rojo=1")) << calls[0].get("tracestate");
  EXPECT_FALSE(calls[1].get("tracestate").contains("rojo")) << calls[1].get("tracestate");
  for (const auto& headers : calls)
    EXPECT_TRUE(headers.get("X-Amzn-Trace-Id").starts_with("Root=1-5-6;Parent="));
}

TEST(TraceCarrier, KeepsAtMostThirtyTwoEntries) {
  Network network;
  std::string many;
  for (int i = 0; i < 40; ++i) many += "k" + std::to_string(i) + "=v,";
  const kernel::HttpRequest request{.headers = {{"traceparent", kIn}, {"tracestate", many}}};
  const TraceCarrier::Carried carried(network.carrier, request);
  const kernel::Headers sent = network.send(kOut);
  const std::string_view state = sent.get("tracestate");
  EXPECT_EQ(std::ranges::count(state, ','), 31);
  EXPECT_TRUE(state.ends_with(",k30=v")) << state;
}

TEST(TraceCarrier, LeavesCallsWithoutATraceAlone) {
  Network network;
  EXPECT_FALSE(network.send("").has("tracestate"));
  EXPECT_FALSE(network.send("00-short").has("X-Amzn-Trace-Id"));
  EXPECT_EQ(xray_root("123"), "");
}

}  // namespace
}  // namespace service
