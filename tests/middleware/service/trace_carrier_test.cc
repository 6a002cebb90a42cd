#include "middleware/service/trace_carrier.h"

#include <gtest/gtest.h>

#include <algorithm>

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
