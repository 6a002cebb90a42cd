#include "middleware/ingest/trace_header.h"

#include <gtest/gtest.h>

#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace ingest {
namespace {

using namespace std::chrono_literals;

constexpr const char* kRoot = "Root=1-5759e988-bd862e3fe1be46a994272793";

TEST(TraceHeader, KeepsTheRootAndNamesOurSpan) {
  const std::string span = "00-7a2d1f7e5c0b4f7e9d582b1f5a3c9e10-00000000000000ff-01";
  const std::string root = kRoot;
  struct Case {
    const char* name;
    std::string incoming;
    std::string traceparent;
    std::string outgoing;
  };
  const Case cases[] = {
      {"of an event", root + ";Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:0", span,
       root + ";Parent=00000000000000ff;Sampled=1;Lineage=a:0"},
      {"without a parent", root + ";Sampled=0", span, root + ";Sampled=0;Parent=00000000000000ff"},
      {"of a batch", root + ";Parent=53995c3f42cd8ad8;Sampled=1", "",
       root + ";Parent=53995c3f42cd8ad8;Sampled=1"},
      {"empty parts", ";" + root + ";;", span, root + ";Parent=00000000000000ff"},
      {"no root", "Parent=53995c3f42cd8ad8;Sampled=1", span, ""},
      {"none", "", span, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(outgoing_trace(c.incoming, c.traceparent), c.outgoing);
  }
}

TEST(TraceHeader, IsThatOfTheInvocationOfTheMoment) {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi api{scheduler};
  api.then(200);
  TraceHeader client(api);
  const auto sent = [&] {
    support::run(scheduler, client.send({.host = "middleware"}, scheduler.now() + 1s));
    return std::string(api.asked.back().request.headers.get("X-Amzn-Trace-Id"));
  };
  EXPECT_EQ(sent(), "");
  client.set(kRoot);
  EXPECT_EQ(sent(), kRoot);
  client.set("");
  EXPECT_EQ(sent(), "");
}

}  // namespace
}  // namespace ingest
