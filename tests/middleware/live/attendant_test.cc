// Clients that the loop serves itself: what they may do without anybody else having to wait.
#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

#include "tests/middleware/live/live_support.h"
#include "tests/support/raw_client.h"

namespace live_tests {
namespace {

using support::RawClient;

/// Runs the loop until `client` has said and read all that it wants, on a thread of its own.
template <class Talk>
void talk(Rig& rig, Talk client) {
  std::atomic<bool> is_over = false;
  std::thread thread([&] {
    client();
    is_over = true;
    rig.loop.post([] {});
  });
  rig.loop.run_until([&] { return is_over.load(); });
  thread.join();
}

std::string get(const std::string& target, const std::string& header = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: api\r\n" + header + "\r\n";
}
const std::string kLast = "Connection: close\r\n";

HttpReply echo_of_target(const HttpRequest& asked) { return {{200, {}, "<" + asked.target + ">"}}; }

/// The bodies of answers that echo_of_target() gave.
std::string bodies_of(std::string_view text) {
  std::string bodies;
  while (true) {
    const std::size_t begin = text.find('<');
    if (begin == std::string_view::npos) return bodies;
    text.remove_prefix(begin);
    const std::size_t end = text.find('>') + 1;
    bodies += text.substr(0, end);
    text.remove_prefix(end);
  }
}

TEST(QuickClient, GetsAnswersInTheOrderOfTheRequestsThatItSentAhead) {
  for (const int count : {1, 2, 8, 9, 500}) {
    ScriptedHandler handler(echo_of_target);
    Rig rig(handler);
    std::string sent;
    std::string expected;
    for (int i = 1; i <= count; ++i) {
      const std::string target = "/" + std::to_string(i);
      sent += get(target, i == count ? kLast : "");
      expected += "<" + target + ">";
    }
    talk(rig, [&] {
      RawClient client(rig.server->port());
      EXPECT_TRUE(client.send(sent));
      EXPECT_EQ(bodies_of(client.read_to_end()), expected) << count;
    });
    EXPECT_EQ(handler.asked.size(), static_cast<std::size_t>(count));
  }
}

TEST(QuickClient, IsHeardAgainWhenItSpokeDuringAnAnswer) {
  std::unique_ptr<HeldHandler> held;
  Rig rig([&](live::Loop& loop) -> kernel::HttpHandler& {
    return *(held = std::make_unique<HeldHandler>(loop));
  });
  RawClient client(rig.server->port());
  EXPECT_TRUE(client.send(get("/1")));
  rig.loop.run_until([&] { return held->started == 1; });
  EXPECT_TRUE(client.send(get("/2") + get("/3", kLast)));
  rig.call({.host = "nobody"});  // the loop has heard of the bytes by now
  EXPECT_EQ(held->started, 1) << "one request of a connection after the other";
  held->let_go();
  talk(rig, [&] { EXPECT_EQ(client.read_to_end().find("HTTP/1.1 200 OK"), 0U); });
  EXPECT_EQ(held->ended, 3);
}

TEST(QuickClient, MaySendABodyOfAnySizeAndGoOnQuickly) {
  ScriptedHandler handler([](const HttpRequest& asked) {
    return HttpReply{{200, {}, std::to_string(asked.body.size()) + asked.body.substr(0, 100)}};
  });
  Rig rig(handler);
  for (const std::size_t size : {0UL, 10UL, 16'000UL, 17'000UL, 131'072UL, 200'000UL, 5'000'000UL, 3UL}) {
    const HttpResult got = rig.call(request("POST", "/", std::string(size, 'x')));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->body, std::to_string(size) + std::string(std::min(size, 100UL), 'x'));
  }
  EXPECT_EQ(rig.client->connections_made(), 1U);
}

TEST(QuickClient, DoesNotWaitForOneThatReadsNothing) {
  struct Case {
    const char* name;
    std::size_t size;
    int count;
  };
  // More than the system holds for a connection: 10 MB and more.
  for (const Case& c : {Case{"large answers", 4'000'000, 8}, Case{"many small ones", 60'000, 500}}) {
    SCOPED_TRACE(c.name);
    ScriptedHandler handler([&c](const HttpRequest& asked) {
      return HttpReply{{200, {}, std::string(asked.target == "/large" ? c.size : 1, '#')}};
    });
    Rig rig(handler);
    RawClient deaf(rig.server->port());
    for (int i = 1; i <= c.count; ++i) EXPECT_TRUE(deaf.send(get("/large", i == c.count ? kLast : "")));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(outcome(rig.call(request())), "200");
    talk(rig, [&] {
      const std::string text = deaf.read_to_end();
      EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '#')),
                c.size * static_cast<std::size_t>(c.count))
          << "it gets all of them when it reads";
    });
  }
}

TEST(QuickClient, RestsAndIsClosedFirstWhenThereAreTooMany) {
  ScriptedHandler handler(echo_of_target);
  Rig rig(handler, {.connections_max = 2});
  talk(rig, [&] {
    RawClient first(rig.server->port());
    RawClient second(rig.server->port());
    for (RawClient* client : {&first, &second}) {
      EXPECT_TRUE(client->send(get("/1")));
      EXPECT_EQ(bodies_of(client->read_up_to(">")), "</1>");
    }
    // Until one of them rests, there is no room.
    std::string got;
    while (!got.contains(" 200 ")) {
      RawClient third(rig.server->port());
      third.send(get("/3", kLast));
      got = third.read_to_end();
      if (!got.empty() && !got.contains(" 200 ")) EXPECT_TRUE(got.starts_with("HTTP/1.1 503 ")) << got;
    }
    EXPECT_EQ(first.read_to_end(), "") << "it rested longest";
    EXPECT_TRUE(second.send(get("/2", kLast)));
    EXPECT_EQ(bodies_of(second.read_to_end()), "</2>");
  });
}

TEST(QuickClient, IsServedNoMoreOnceTheDoorIsShut) {
  constexpr int kClients = 200;
  std::unique_ptr<live::HttpServer>* server = nullptr;
  std::latch shut(1);
  int asked = 0;
  ScriptedHandler handler([&](const HttpRequest& request) {
    // While the others come in, in every place that they pass.
    if (++asked == 20) {
      EXPECT_TRUE((*server)->set_door(kernel::Door::Refused));
      shut.count_down();
    }
    return echo_of_target(request);
  });
  Rig rig(handler);
  server = &rig.server;
  talk(rig, [&] {
    std::vector<RawClient> clients;
    for (int i = 0; i < kClients; ++i) clients.emplace_back(rig.server->port());
    for (RawClient& client : clients) client.send(get("/1"));
    shut.wait();
    int served = 0;
    for (RawClient& client : clients) {
      const std::string first = client.read_up_to(">");
      client.send(get("/2", kLast));
      if (client.read_to_end().contains("</2>")) ++served;
      EXPECT_TRUE(first.empty() || first.ends_with("</1>")) << first;
    }
    EXPECT_EQ(served, 0);
  });
}

TEST(QuickClient, DoesNotHoldUpAStopWithAnAnswerThatHasNoThreadYet) {
  ScriptedHandler handler([](const HttpRequest&) {
    return HttpReply{.response = {200, {}, "slow"}, .pace = {.body = kernel::ShortTime(1h)}};
  });
  Rig rig(handler, {.threads_max = 1});
  for (int i = 0; i < 3; ++i) rig.begin(request());
  rig.loop.run_until([&] { return handler.asked.size() == 3; });
  rig.server->stop();  // not an hour later
  rig.run_until_results(3);
  for (const HttpResult& result : rig.results) EXPECT_FALSE(result);
}

TEST(QuickClient, IsClosedWhenItIsSilentForTooLong) {
  struct Case {
    const char* name;
    live::RequestLimits limits;
    std::string sent;
    const char* answer;
  };
  const Case cases[] = {
      {"between requests", {.idle_time = 80ms}, "", ""},
      {"in a head", {.header_time = 80ms}, "GET / HT", "HTTP/1.1 408 "},
      {"in a body", {.body_time = 80ms}, get("/", "Content-Length: 5\r\n") + "abc", "HTTP/1.1 408 "},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ScriptedHandler handler(echo_of_target);
    Rig rig(handler, {.limits = c.limits});
    talk(rig, [&] {
      RawClient client(rig.server->port());
      EXPECT_TRUE(client.send(get("/1")));
      EXPECT_EQ(bodies_of(client.read_up_to(">")), "</1>");
      EXPECT_TRUE(client.send(c.sent));
      EXPECT_TRUE(client.read_to_end().starts_with(c.answer));
    });
    EXPECT_EQ(handler.asked.size(), 1U);
  }
}

TEST(QuickClient, ThatSpeaksNoHttpIsRefusedOrClosed) {
  struct Case {
    const char* name;
    std::string sent;
    const char* answer;
  };
  const Case cases[] = {
      {"no HTTP", "\x16\x03\x01", ""},
      {"no method", "NONSENSE / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
      {"no version", "GET /\r\n\r\n", "HTTP/1.1 400 "},
      {"two lengths", get("/", "Content-Length: 1\r\nContent-Length: 2\r\n"), "HTTP/1.1 400 "},
      {"a length that is none", get("/", "Content-Length: one\r\n"), "HTTP/1.1 400 "},
      {"a chunk that is none", get("/", "Transfer-Encoding: chunked\r\n") + "one\r\n", "HTTP/1.1 400 "},
      {"gone", "", nullptr},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ScriptedHandler handler(echo_of_target);
    Rig rig(handler);
    talk(rig, [&] {
      RawClient client(rig.server->port());
      EXPECT_TRUE(client.send(get("/1")));
      EXPECT_EQ(bodies_of(client.read_up_to(">")), "</1>");
      if (c.answer == nullptr) return;
      EXPECT_TRUE(client.send(c.sent));
      const std::string answer = client.read_to_end();
      EXPECT_TRUE(answer.starts_with(c.answer)) << answer;
      EXPECT_TRUE(*c.answer != '\0' || answer.empty()) << answer;
    });
    EXPECT_EQ(handler.asked.size(), 1U);
    EXPECT_EQ(outcome(rig.call(request())), "200") << "others go on";
  }
}

}  // namespace
}  // namespace live_tests
