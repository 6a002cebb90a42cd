// Answers that take their time, and connections that do not outlive their answer: on sockets.
#include "tests/middleware/live/live_support.h"

namespace live_tests {
namespace {

using kernel::Afterwards;
using kernel::Pace;
using kernel::ShortTime;

TEST(SlowAnswer, ComesWhole) {
  const std::string body(1000, 'x');
  Pace pace;
  ScriptedHandler handler([&](const HttpRequest&) {
    return HttpReply{.response = {201, {{"X-Order", "7"}}, body}, .pace = pace};
  });
  Rig rig(handler);
  for (const Pace& one : {Pace{.head = ShortTime(50ms)}, Pace{.body = ShortTime(50ms)},
                          Pace{.head = ShortTime(50ms), .body = ShortTime(50ms)}}) {
    pace = one;
    const HttpResult answer = rig.call(request());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->headers.get("X-Order"), "7");
    EXPECT_EQ(answer->body, body);
  }
  pace = {.head = ShortTime(50ms), .body = ShortTime(1h)};
  EXPECT_EQ(rig.call(request("HEAD"))->body, "") << "there is no body to be slow";
  EXPECT_EQ(rig.client->connections_made(), 1U) << "it is kept as after any other";
}

TEST(SlowAnswer, IsCutByADeadlineOfItsClient) {
  for (const Pace& pace : {Pace{.head = ShortTime(1h)}, Pace{.body = ShortTime(1h)}}) {
    ScriptedHandler handler(
        [&](const HttpRequest&) { return HttpReply{.response = {.body = "12345"}, .pace = pace}; });
    Rig rig(handler);
    EXPECT_EQ(rig.call(request(), 100ms).error(), NoAnswer::Timeout);
  }
}

TEST(SlowAnswer, EndsWithAClientThatGoesAway) {
  bool is_slow = true;
  ScriptedHandler handler([&](const HttpRequest&) {
    return HttpReply{.response = {.body = std::string(1'000'000, 'x')},
                     .pace = {.head = {}, .body = ShortTime(is_slow ? 1h : 0s)}};
  });
  Rig rig(handler, {.threads_max = 1});
  EXPECT_EQ(rig.call(request(), 100ms).error(), NoAnswer::Timeout);
  is_slow = false;
  EXPECT_TRUE(rig.call(request())) << "the only thread is free again";
}

TEST(SlowAnswer, EndsWhenTheServerStops) {
  ScriptedHandler handler([](const HttpRequest&) {
    return HttpReply{.response = {.body = "12345"}, .pace = {.head = {}, .body = ShortTime(1h)}};
  });
  Rig rig(handler);
  rig.begin(request());
  rig.loop.run_until([&] { return handler.asked.size() == 1; });
  rig.server->stop();
  rig.run_until_results(1);
  EXPECT_FALSE(rig.results.front());
}

struct Stale {
  const char* name;
  Afterwards afterwards;
  std::string next;         ///< what the next request on the connection gets
  std::size_t connections;  ///< made for three requests
};
const Stale kStale[] = {{"kept", Afterwards::Kept, "200", 1},
                        {"closed", Afterwards::Closed, "200", 2},
                        {"closed at the next", Afterwards::ClosedAtNext, "closed_early", 2},
                        {"reset at the next", Afterwards::ResetAtNext, "reset", 2}};

void compare(Rig& rig, ScriptedHandler& handler, Afterwards& afterwards, const Stale& row) {
  afterwards = row.afterwards;
  EXPECT_EQ(outcome(rig.call(request("POST"))), "200") << "the answer itself is whole";
  afterwards = Afterwards::Kept;
  EXPECT_EQ(outcome(rig.call(request("POST"))), row.next);
  EXPECT_EQ(handler.asked.size(), row.next == "200" ? 2U : 1U) << "it was not handled, nor sent again";
  EXPECT_EQ(outcome(rig.call(request("POST"))), "200");
  EXPECT_EQ(rig.client->connections_made(), row.connections);
}

TEST(StaleConnection, IsMetByTheNextRequestOnly) {
  for (const Stale& row : kStale) {
    SCOPED_TRACE(row.name);
    Afterwards afterwards{};
    ScriptedHandler handler([&](const HttpRequest&) {
      return HttpReply{.response = {.body = "12345"}, .afterwards = afterwards};
    });
    Rig rig(handler);
    compare(rig, handler, afterwards, row);
  }
}

TEST(StaleConnection, IsTheSameOnTls) {
  const live::CertificateAuthority authority = live::CertificateAuthority::create().value();
  for (const Stale& row : kStale) {
    SCOPED_TRACE(row.name);
    Afterwards afterwards{};
    ScriptedHandler handler([&](const HttpRequest&) {
      return HttpReply{.response = {.body = "12345"}, .afterwards = afterwards};
    });
    Rig rig(handler, {.tls = authority.issue().value()}, {.ca_pem = authority.ca_pem()});
    compare(rig, handler, afterwards, row);
  }
}

TEST(StaleConnection, OfASlowAnswerIsClosedBehindIt) {
  Afterwards afterwards = Afterwards::ClosedAtNext;
  ScriptedHandler handler([&](const HttpRequest&) {
    return HttpReply{.response = {.body = "12345"},
                     .afterwards = afterwards,
                     .pace = {.head = {}, .body = ShortTime(20ms)}};
  });
  Rig rig(handler);
  EXPECT_EQ(outcome(rig.call(request())), "200");
  EXPECT_EQ(outcome(rig.call(request())), "closed_early");
  afterwards = Afterwards::Closed;
  EXPECT_EQ(outcome(rig.call(request())), "200");
  EXPECT_EQ(outcome(rig.call(request())), "200");
  EXPECT_EQ(rig.client->connections_made(), 3U);
}

}  // namespace
}  // namespace live_tests
