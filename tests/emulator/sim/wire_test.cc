#include "emulator/sim/wire.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "middleware/kernel/random.h"
#include "middleware/kernel/wait.h"
#include "tests/support/run_task.h"

namespace emulator::sim {
namespace {

using kernel::at;
using kernel::Ending;
using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResult;
using kernel::NoAnswer;
using kernel::Task;
using kernel::Timestamp;
using namespace std::chrono_literals;

/// Answers after `takes`, and notes when it began and ended.
class SlowHandler final : public kernel::HttpHandler {
 public:
  explicit SlowHandler(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  Task<HttpReply> handle(HttpRequest request) override {
    began.push_back(scheduler_.now());
    last = request;
    co_await kernel::sleep_for_duration(scheduler_, takes);
    ended.push_back(scheduler_.now());
    co_return reply;
  }
  kernel::Duration takes{};
  HttpReply reply{};
  HttpRequest last;
  std::vector<Timestamp> began;
  std::vector<Timestamp> ended;

 private:
  kernel::Scheduler& scheduler_;
};

class WireTest : public testing::Test {
 protected:
  HttpResult send(std::string host, Timestamp deadline) {
    return support::run(scheduler,
                        wire.send({.host = std::move(host), .target = "/x", .body = "hello"}, deadline));
  }
  VirtualScheduler scheduler{support::kWallStart};
  SlowHandler api{scheduler};
  Wire wire{scheduler};
};

TEST_F(WireTest, CarriesARequestAndItsAnswer) {
  wire.serve("api", api);
  api.takes = 30ms;
  api.reply.response = {.status = 503, .headers = {{"Retry-After", "1"}}, .body = "later"};
  const HttpResult answer = send("api", at(1s));
  ASSERT_TRUE(answer) << "a status is an answer";
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->headers.get("retry-after"), "1");
  EXPECT_EQ(answer->body, "later");
  EXPECT_EQ(api.last.target + " " + api.last.body, "/x hello");
  EXPECT_EQ(scheduler.now(), at(30ms));
  EXPECT_EQ(scheduler.pending(), 0U) << "no timer is left behind";
  EXPECT_EQ(wire.exchanges_running(), 0U);
}

TEST_F(WireTest, RefusesAHostThatNobodyServes) {
  wire.serve("api", api);
  EXPECT_EQ(send("other", at(1s)).error(), NoAnswer::Refused);
  EXPECT_EQ(send("other", at(0s)).error(), NoAnswer::Refused);
  EXPECT_EQ(scheduler.now(), at(0s));
}

TEST_F(WireTest, GivesUpAtTheDeadlineWhileTheServerGoesOn) {
  wire.serve("api", api);
  api.takes = 10s;
  EXPECT_EQ(send("api", at(3s)).error(), NoAnswer::Timeout);
  EXPECT_EQ(scheduler.now(), at(3s));
  EXPECT_EQ(wire.exchanges_running(), 1U);
  scheduler.run();
  EXPECT_EQ(api.ended, std::vector{at(10s)});
  EXPECT_EQ(wire.exchanges_running(), 0U);
}

TEST_F(WireTest, LetsTheDeadlineWinAtEquality) {
  wire.serve("api", api);
  api.takes = 3s;
  EXPECT_EQ(send("api", at(3s)).error(), NoAnswer::Timeout);
  EXPECT_TRUE(send("api", at(6s + 1ns)));
}

TEST_F(WireTest, DoesNotBotherTheServerWhenNoTimeIsLeft) {
  wire.serve("api", api);
  scheduler.run_until(at(1s));
  EXPECT_EQ(send("api", at(1s)).error(), NoAnswer::Timeout);
  EXPECT_TRUE(api.began.empty());
}

TEST_F(WireTest, ShowsTheCallerHowTheExchangeEnded) {
  struct Case {
    Ending ending;
    NoAnswer seen;
    kernel::Duration after;
  };
  const Case cases[] = {
      {Ending::Reset, NoAnswer::Reset, 30ms},
      {Ending::Empty, NoAnswer::ClosedEarly, 30ms},
      {Ending::Garbage, NoAnswer::ProtocolError, 30ms},
      {Ending::Truncated, NoAnswer::BodyTruncated, 30ms},
      {Ending::Hang, NoAnswer::Timeout, 1s},
  };
  wire.serve("api", api);
  api.takes = 30ms;
  for (const Case& c : cases) {
    SCOPED_TRACE(to_text(c.seen));
    api.reply.ending = c.ending;
    const Timestamp start = scheduler.now();
    EXPECT_EQ(send("api", start + 1s).error(), c.seen);
    EXPECT_EQ(scheduler.now(), start + c.after);
  }
}

// facts/mocks-and-faults 7: a drip defeats a timeout per read, and not a total one.
TEST_F(WireTest, GivesASlowAnswerWhenItsLastByteIsThere) {
  struct Case {
    const char* name;
    kernel::Duration takes;
    kernel::Pace pace;
    const char* body;
    kernel::Duration timeout;
    kernel::Duration after;
    bool is_answered;
  };
  const auto pace = [](kernel::Duration head, kernel::Duration body) {
    return kernel::Pace{.head = kernel::ShortTime(head), .body = kernel::ShortTime(body)};
  };
  const Case cases[] = {
      {"a slow head", 30ms, pace(2s, 0s), "12345", 10s, 2s + 30ms, true},
      {"a slow body", 30ms, pace(0s, 3s), "12345", 10s, 3s + 30ms, true},
      {"both, one after the other", 30ms, pace(2s, 3s), "12345", 10s, 5s + 30ms, true},
      {"at once, and slow", 0ms, pace(2s, 3s), "12345", 10s, 5s, true},
      {"there is no body to be slow", 30ms, pace(2s, 3s), "", 10s, 2s + 30ms, true},
      {"the deadline comes within the head", 30ms, pace(2s, 3s), "12345", 1s, 1s, false},
      {"within the body", 30ms, pace(2s, 3s), "12345", 4s, 4s, false},
      {"at once, and not in time", 0ms, pace(2s, 3s), "12345", 4s, 4s, false},
      {"together with the last byte: the deadline wins", 0ms, pace(2s, 3s), "12345", 5s, 5s, false},
      {"just behind it", 0ms, pace(2s, 3s), "12345", 5s + 1ns, 5s, true},
  };
  wire.serve("api", api);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    api.takes = c.takes;
    api.reply = {.response = {.body = c.body}, .pace = c.pace};
    const Timestamp start = scheduler.now();
    const HttpResult answer = send("api", start + c.timeout);
    EXPECT_EQ(scheduler.now(), start + c.after);
    ASSERT_EQ(answer.has_value(), c.is_answered);
    if (answer) EXPECT_EQ(answer->body, c.body);
    if (!answer) EXPECT_EQ(answer.error(), NoAnswer::Timeout);
    EXPECT_EQ(wire.exchanges_running(), 0U);
    EXPECT_EQ(scheduler.pending(), 0U) << "no timer is left behind";
  }
}

TEST_F(WireTest, LetsACallerLeaveASlowAnswer) {
  wire.serve("api", api);
  api.reply = {.response = {.body = "12345"}, .pace = {.head = {}, .body = kernel::ShortTime(3s)}};
  std::optional<HttpResult> never;
  {
    kernel::TaskScope scope;
    scope.spawn(support::keep(wire.send({.host = "api"}, at(10s)), never));
    scheduler.run_until(at(1s));
  }
  EXPECT_EQ(scheduler.pending(), 0U);
  scheduler.run();
  EXPECT_FALSE(never);
}

// As middleware/live/http_client.h: the connection that was used last is taken, one that was closed while it
// rested is noticed, and nothing is sent a second time.
TEST_F(WireTest, MeetsTheCloseOfAKeptConnection) {
  struct Case {
    const char* name;
    kernel::Afterwards afterwards;
    std::optional<NoAnswer> next;
  };
  const Case cases[] = {{"kept", kernel::Afterwards::Kept, std::nullopt},
                        {"closed", kernel::Afterwards::Closed, std::nullopt},
                        {"closed at the next", kernel::Afterwards::ClosedAtNext, NoAnswer::ClosedEarly},
                        {"reset at the next", kernel::Afterwards::ResetAtNext, NoAnswer::Reset}};
  wire.serve("api", api);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    api.began.clear();
    api.reply.afterwards = c.afterwards;
    EXPECT_TRUE(send("api", scheduler.now() + 1s)) << "the answer itself is whole";
    api.reply.afterwards = kernel::Afterwards::Kept;
    const HttpResult next = send("api", scheduler.now() + 1s);
    EXPECT_EQ(next ? std::nullopt : std::optional(next.error()), c.next);
    EXPECT_EQ(api.began.size(), c.next ? 1U : 2U) << "what met the close was not handled";
    EXPECT_TRUE(send("api", scheduler.now() + 1s)) << "and the connection after it is a new one";
  }
}

TEST_F(WireTest, TakesTheConnectionThatWasUsedLast) {
  wire.serve("api", api);
  const auto one = [&](kernel::Duration takes, kernel::Afterwards afterwards,
                       std::optional<HttpResult>& out) {
    api.takes = takes;
    api.reply.afterwards = afterwards;
    return support::keep(wire.send({.host = "api"}, scheduler.now() + 10s), out);
  };
  std::optional<HttpResult> first;
  std::optional<HttpResult> second;
  kernel::TaskScope scope;
  scope.spawn(one(1s, kernel::Afterwards::Kept, first));
  scheduler.run_until(at(500ms));
  scope.spawn(one(1s, kernel::Afterwards::Kept, second));
  api.reply.afterwards = kernel::Afterwards::ClosedAtNext;  // of both: they answer at 1s and 1.5s
  scheduler.run_until(at(1200ms));
  api.reply.afterwards = kernel::Afterwards::Kept;  // the second rests above the first
  scheduler.run_until(at(2s));
  ASSERT_TRUE(first && *first && second && *second);
  std::optional<HttpResult> above;
  std::optional<HttpResult> below;
  scope.spawn(one(1s, kernel::Afterwards::Kept, above));
  scope.spawn(one(1s, kernel::Afterwards::Kept, below));
  scheduler.run();
  EXPECT_TRUE(*above);
  EXPECT_EQ(below->error(), NoAnswer::ClosedEarly);
}

TEST_F(WireTest, ForgetsConnectionsBehindAClosedDoor) {
  wire.serve("api", api);
  api.reply.afterwards = kernel::Afterwards::ResetAtNext;
  EXPECT_TRUE(send("api", at(1s)));
  wire.set_door("api", kernel::Door::Refused);
  wire.set_door("api", kernel::Door::Open);
  EXPECT_TRUE(send("api", at(1s)));
}

TEST_F(WireTest, LeavesTheServerAtWorkWhenItsCallerIsCancelled) {
  wire.serve("api", api);
  api.takes = 1s;
  std::optional<HttpResult> never;
  {
    kernel::TaskScope scope;
    scope.spawn(support::keep(wire.send({.host = "api"}, at(10s)), never));
    EXPECT_EQ(wire.exchanges_running(), 1U);
  }
  scheduler.run();
  EXPECT_FALSE(never);
  EXPECT_EQ(api.ended, std::vector{at(1s)});
  EXPECT_EQ(scheduler.now(), at(1s)) << "the deadline's timer is gone";
}

TEST_F(WireTest, CancelsWhatIsUnderWayWhenItStops) {
  wire.serve("api", api);
  api.takes = 1s;
  std::optional<HttpResult> result;
  kernel::TaskScope scope;
  scope.spawn(support::keep(wire.send({.host = "api"}, at(10s)), result));
  wire.stop();
  EXPECT_EQ(wire.exchanges_running(), 0U);
  scheduler.run();
  EXPECT_TRUE(api.ended.empty());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error(), NoAnswer::Timeout) << "its caller learns nothing before the deadline";
}

// --- worlds
// -------------------------------------------------------------------------------------------------------

Task<void> caller(VirtualScheduler& scheduler, Wire& wire, std::uint64_t seed, std::uint64_t name,
                  std::string& timeline) {
  for (std::uint64_t n = 1; n <= 50; ++n) {
    const double luck = kernel::draw_unit(
        {.seed = seed, .rule = "caller", .key = std::to_string(name), .n = n, .purpose = "pause"});
    co_await kernel::sleep_for_duration(scheduler, kernel::Duration{static_cast<std::int64_t>(luck * 1e6)});
    const HttpResult answer = co_await wire.send({.host = "api"}, scheduler.now() + 500us);
    timeline += std::to_string(kernel::nanoseconds(scheduler.now())) + " " + std::to_string(name) + " " +
                (answer ? std::to_string(answer->status) : std::string(to_text(answer.error()))) + "\n";
  }
}

/// Answers after a time from its own stream of luck.
class LuckyHandler final : public kernel::HttpHandler {
 public:
  LuckyHandler(kernel::Scheduler& scheduler, std::uint64_t seed)
      : scheduler_(scheduler), random_(seed, "api") {}
  Task<HttpReply> handle(HttpRequest) override {
    co_await kernel::sleep_for_duration(scheduler_, kernel::Duration{random_.between(0, 1'000'000)});
    co_return HttpReply{};
  }

 private:
  kernel::Scheduler& scheduler_;
  kernel::Random random_;
};

std::string world(std::uint64_t seed) {
  std::string timeline;
  VirtualScheduler scheduler{support::kWallStart};
  LuckyHandler api(scheduler, seed);
  Wire wire(scheduler);
  wire.serve("api", api);
  kernel::TaskScope scope;
  for (std::uint64_t name = 0; name < 20; ++name) scope.spawn(caller(scheduler, wire, seed, name, timeline));
  scheduler.run();
  return timeline;
}

TEST(Worlds, OfOneSeedAreEqualInTwoThreadsAtATime) {
  std::string one;
  std::string other;
  {
    std::jthread first([&one] { one = world(7); });
    std::jthread second([&other] { other = world(7); });
  }
  EXPECT_EQ(one, other);
  EXPECT_EQ(one, world(7));
  EXPECT_NE(one, world(8));
  EXPECT_EQ(std::count(one.begin(), one.end(), '\n'), 1000);
}

}  // namespace
}  // namespace emulator::sim
