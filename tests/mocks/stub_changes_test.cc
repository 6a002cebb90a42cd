// Stubs that come, change and go while their mock runs, in virtual time.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "middleware/kernel/task_scope.h"
#include "mocks/stubs/stub_mock.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/scripted_api.h"

namespace mocks::stubs {
namespace {

using emulator::Bench;
using emulator::Lines;
using match::RequestPattern;
using match::UrlForm;
using namespace std::chrono_literals;

StubSpec stub(const std::string& id, int status, std::string path = "/x") {
  return {.id = id,
          .request = {.methods = {"GET"}, .form = UrlForm::Path, .url = std::move(path)},
          .responses = {{.status = status}}};
}

struct ChangingBench : Bench {
  FaultSet faults{7, journal};
  support::ScriptedApi receiver{scheduler};
  StubMock api;
  kernel::TaskScope callers;
  std::vector<int> statuses;

  explicit ChangingBench(std::vector<StubSpec> stubs)
      : api({.name = "erp", .latency = {.first = 10ms}, .stubs = std::move(stubs)}, 7,
            {scheduler, journal, faults, receiver}) {}

  kernel::Task<void> call_one(std::string target) {
    const kernel::HttpReply reply = co_await api.handle({.target = std::move(target)});
    statuses.push_back(reply.response.status);
  }
  void start(const std::string& target) { callers.spawn(call_one(target)); }
  int get(const std::string& target) {
    const std::size_t before = statuses.size();
    start(target);
    while (statuses.size() == before && scheduler.step()) {
    }
    return statuses.back();
  }
  Lines ids() const {
    Lines all;
    for (const StubPtr& one : api.stubs()) all.push_back(one->id);
    return all;
  }
};

TEST(StubChanges, AStubThatCameLaterIsAskedFirst) {
  ChangingBench bench({stub("first", 200)});
  EXPECT_EQ(bench.get("/x"), 200);
  EXPECT_TRUE(bench.api.put_stub(stub("second", 201)));
  EXPECT_EQ(bench.get("/x"), 201);
  EXPECT_EQ(bench.ids(), (Lines{"first", "second"}));
  EXPECT_TRUE(bench.api.remove_stub("second"));
  EXPECT_FALSE(bench.api.remove_stub("second"));
  EXPECT_EQ(bench.get("/x"), 200);
}

TEST(StubChanges, AReplacedStubKeepsItsPlaceAndCountsAnew) {
  StubSpec once = stub("once", 200);
  once.times = 1;
  ChangingBench bench({once, stub("other", 204, "/y")});
  EXPECT_EQ(bench.get("/x"), 200);
  EXPECT_EQ(bench.get("/x"), 404);
  once.responses = {{.status = 202}, {.status = 203}};
  once.times = 2;
  EXPECT_FALSE(bench.api.put_stub(once));
  EXPECT_EQ(bench.ids(), (Lines{"once", "other"}));
  EXPECT_EQ(bench.get("/x"), 202);
  EXPECT_EQ(bench.get("/x"), 203);
  EXPECT_EQ(bench.get("/x"), 404);
}

TEST(StubChanges, ARequestUnderWayKeepsItsStub) {
  ChangingBench bench({stub("slow", 200)});
  bench.start("/x");
  EXPECT_TRUE(bench.api.remove_stub("slow"));
  bench.api.set_stubs({});
  while (bench.scheduler.step()) {
  }
  EXPECT_EQ(bench.statuses, std::vector<int>{200});
  EXPECT_EQ(bench.api.exchanges().rows().front().answered_by, "slow");
}

TEST(StubChanges, AJobGoesOnAsItBeganAndGoesWithItsStub) {
  StubSpec accepts = stub("accepts", 202);
  accepts.job = JobSpec{.path = "/jobs/{id}", .after = 1s, .done = {.status = 200}};
  accepts.job->pending.status = 203;
  accepts.responses[0].headers = {{"Location", *render::Template::compile("/jobs/{{job.id}}")}};
  ChangingBench bench({accepts});
  std::string location;
  bench.callers.spawn([](ChangingBench& b, std::string& out) -> kernel::Task<void> {
    const kernel::HttpReply reply = co_await b.api.handle({.target = "/x"});
    out = reply.response.headers.get("Location");
  }(bench, location));
  while (location.empty() && bench.scheduler.step()) {
  }
  StubSpec changed = accepts;
  changed.job->after = 1h;
  changed.job->done.status = 500;
  EXPECT_FALSE(bench.api.put_stub(changed));
  EXPECT_EQ(bench.get(location), 203);
  bench.run_to(2s);
  EXPECT_EQ(bench.get(location), 200);
  EXPECT_TRUE(bench.api.remove_stub("accepts"));
  EXPECT_EQ(bench.get(location), 404);
}

TEST(StubChanges, TheTimeOfAStubThatCameLaterBeginsWhenItCame) {
  ChangingBench bench({});
  bench.run_to(1h);
  StubSpec brief = stub("brief", 200);
  brief.lives = 1min;
  EXPECT_TRUE(bench.api.put_stub(brief));
  EXPECT_EQ(bench.get("/x"), 200);
  bench.run_to(1h + 1min);
  EXPECT_EQ(bench.get("/x"), 404);
}

TEST(StubChanges, AResetOfEverythingPutsTheFirstStubsBack) {
  ChangingBench bench({stub("first", 200)});
  bench.api.set_stubs({stub("second", 201)});
  EXPECT_EQ(bench.ids(), Lines{"second"});
  bench.api.reset(StubMock::Reset::State);
  EXPECT_EQ(bench.ids(), Lines{"second"});
  bench.api.reset(StubMock::Reset::Everything);
  EXPECT_EQ(bench.ids(), Lines{"first"});
  EXPECT_EQ(bench.get("/x"), 200);
}

TEST(StubChanges, ARequestThatNobodyAnsweredKeepsItsNearMisses) {
  ChangingBench bench({stub("first", 200)});
  EXPECT_EQ(bench.get("/X"), 404);
  const auto report = kernel::parse_json(bench.api.exchanges().rows().front().nearest);
  ASSERT_TRUE(report);
  EXPECT_EQ((*report)["nearest"][0]["stub"], "first");
  EXPECT_EQ((*report)["nearest"][0]["cause"], "differs only in upper and lower case");
  EXPECT_EQ(bench.get("/x"), 200);
  EXPECT_EQ(bench.api.exchanges().rows().back().nearest, "");
}

}  // namespace
}  // namespace mocks::stubs
