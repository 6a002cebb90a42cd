#include "emulator/platform/access/gatekeeper.h"

#include "tests/emulator/platform/secrets/platform_support.h"

namespace platform_tests {
namespace {

using emulator::access::Answer;
using emulator::access::Gatekeeper;
using emulator::access::RateLimit;
using emulator::access::Trouble;

TEST(RateLimit, LetsASecondsWorthThroughAtOnceAndThenOneByOne) {
  struct Case {
    const char* name;
    double per_second;
    std::vector<std::pair<kernel::Duration, int>> calls;  ///< when, and how many of a hundred pass
  };
  const Case cases[] = {
      {"forty a second", 40, {{0s, 40}, {24ms, 0}, {25ms, 1}, {100ms, 3}, {2s, 40}}},
      {"one in two seconds", 0.5, {{0s, 1}, {1999ms, 0}, {2s, 1}, {10s, 1}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RateLimit limit(c.per_second);
    for (const auto& [when, passed] : c.calls) {
      int count = 0;
      for (int i = 0; i < 100; ++i) count += limit.admit(kernel::at(when)) ? 1 : 0;
      EXPECT_EQ(count, passed) << kernel::duration_text(when);
    }
  }
}

struct Entrance {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  RecordingJournal journal{scheduler};
  Gatekeeper gate{{.service = "ssm", .internal_error = "InternalServerError"},
                  {{.operations = {"GetParameter", "GetParameters"}, .per_second = 2}},
                  scheduler,
                  journal};

  std::string ask(const std::string& operation, const std::string& resource) {
    std::vector<std::string> resources;
    if (!resource.empty()) resources = {"/first", resource};
    return refused(support::run(scheduler, gate.admit(operation, resources, 7)));
  }
};

TEST(Gatekeeper, CountsOperationsThatShareAQuotaTogether) {
  Entrance in;
  EXPECT_EQ(in.ask("GetParameter", "/a"), "");
  EXPECT_EQ(in.ask("GetParameters", ""), "");
  EXPECT_EQ(in.ask("GetParameter", "/a"), "400 ThrottlingException: Rate exceeded");
  EXPECT_EQ(in.ask("PutParameter", "/a"), "");
}

TEST(Gatekeeper, RefusesInTheServicesWords) {
  struct Case {
    const char* name;
    Trouble trouble;
    const char* text;
  };
  const Case cases[] = {
      {"denied", Trouble::Denied,
       "400 AccessDeniedException: User: arn:aws:iam::123456789012:root is not authorized to perform: "
       "ssm:PutParameter on resource: /a because no identity-based policy allows the ssm:PutParameter "
       "action"},
      {"throttled", Trouble::Throttled, "400 ThrottlingException: Rate exceeded"},
      {"unavailable", Trouble::Unavailable, "500 InternalServerError: An error occurred on the server side."},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Entrance in;
    in.gate.disturb({.name = "outage", .trouble = c.trouble, .resource = "/a"});
    EXPECT_EQ(in.ask("PutParameter", "/a"), c.text);
    EXPECT_EQ(in.ask("PutParameter", "/b"), "");
    in.gate.lift("outage");
    EXPECT_EQ(in.ask("PutParameter", "/a"), "");
    ASSERT_EQ(in.journal.faults.size(), 1U);
    EXPECT_EQ(in.journal.faults[0].rule, "outage");
    EXPECT_EQ(in.journal.faults[0].key, "/a");
    EXPECT_EQ(in.journal.faults[0].hop, 7U);
  }
}

TEST(Gatekeeper, AnswersLateWhileItIsSlow) {
  Entrance in;
  in.gate.disturb({.name = "slow", .trouble = Trouble::Slow, .delay = 3s});
  EXPECT_EQ(in.ask("PutParameter", "/a"), "");
  EXPECT_EQ(in.scheduler.now(), kernel::at(3s));
}

}  // namespace
}  // namespace platform_tests
