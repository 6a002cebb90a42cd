// Real sockets: order and outcome, never how long something takes. Where a toxic is to hold something back it
// does so for an hour, and is then taken away.
#include "mocks/proxy/live/proxy_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/live/certificate_authority.h"
#include "middleware/live/http_client.h"
#include "middleware/live/http_server.h"
#include "middleware/live/thread.h"
#include "mocks/proxy/link.h"
#include "tests/mocks/proxy/sockets.h"

namespace {

using namespace mocks::proxy;
using namespace proxy_tests;
using namespace std::chrono_literals;

kernel::Task<void> keep_answer(ProxyServer& proxies, kernel::HttpRequest request,
                               std::optional<kernel::HttpReply>& reply) {
  reply = co_await proxies.handle(std::move(request));
}

class LiveProxy : public testing::Test {
 protected:
  LiveProxy() : proxies(loop, {.seed = 7}) { proxies.start(); }

  kernel::HttpResponse ask(const std::string& method, const std::string& target,
                           const std::string& body = "") {
    std::optional<kernel::HttpReply> reply;
    kernel::TaskScope scope;
    scope.spawn(keep_answer(proxies, {.method = method, .target = target, .body = body}, reply));
    loop.run_until([&reply] { return reply.has_value(); });
    return std::move(reply->response);
  }
  int status(const std::string& method, const std::string& target, const std::string& body = "") {
    return ask(method, target, body).status;
  }
  /// Where it listens.
  std::string make_proxy(const std::string& upstream, const std::string& name = "db") {
    const auto made =
        ask("POST", "/proxies", R"({"name": ")" + name + R"(", "upstream": ")" + upstream + "\"}");
    EXPECT_EQ(made.status, 201) << made.body;
    return kernel::json_text_at(*kernel::parse_json(made.body), "/listen");
  }
  void add_toxic(const std::string& toxic) {
    const auto made = ask("POST", "/proxies/db/toxics", toxic);
    EXPECT_EQ(made.status, 200) << made.body;
  }

  live::Loop loop;
  ProxyServer proxies;
  Server server;
};

/// Both ends of one connection through the proxy.
struct Ends {
  Ends(const std::string& proxy, const Server& server)
      : client(Socket::to(proxy)), upstream(server.accept()) {}
  Socket client;
  Socket upstream;
};

TEST_F(LiveProxy, CarriesBytesBothWaysAndAHalfClose) {
  Ends ends(make_proxy(server.address()), server);
  ends.client.send("question");
  ends.client.end_sending();
  EXPECT_EQ(ends.upstream.receive_all(), "question|end");
  ends.upstream.send("answer");
  EXPECT_EQ(ends.client.receive(6), "answer");
  ends.upstream.send(", later");
  ends.upstream.close();
  EXPECT_EQ(ends.client.receive_all(), ", later|end");
}

TEST_F(LiveProxy, CarriesMuchWithoutLosingAByte) {
  Ends ends(make_proxy(server.address()), server);
  add_toxic(R"({"type": "slicer", "attributes": {"average_size": 700, "size_variation": 300}})");
  std::string much;
  for (int i = 0; much.size() < (8UL << 20); ++i) much += std::to_string(i) + ' ';
  live::ThreadCrew sender(1);
  sender.run([&] {
    ends.upstream.send(much);
    ends.upstream.end_sending();
  });
  EXPECT_TRUE(ends.client.receive(much.size()) == much);
  EXPECT_EQ(ends.client.receive(1), "|end");
}

TEST_F(LiveProxy, AResetPassesAsAReset) {
  Ends ends(make_proxy(server.address()), server);
  ends.upstream.reset();
  EXPECT_EQ(ends.client.receive_all(), "|reset");
}

TEST_F(LiveProxy, AServerThatIsNotThereClosesTheConnection) {
  const std::string proxy = make_proxy(server.address());
  server.close();
  EXPECT_EQ(Socket::to(proxy).receive_all(), "|end");
}

TEST_F(LiveProxy, LatencyHoldsBackAndLetsGoWhenItIsTakenAway) {
  const std::string proxy = make_proxy(server.address());
  add_toxic(R"({"type": "latency", "attributes": {"latency": 3600000}})");
  Ends ends(proxy, server);
  ends.upstream.send("late");
  ends.client.send("other direction");
  EXPECT_EQ(ends.upstream.receive(15), "other direction");
  EXPECT_TRUE(ends.client.is_silent());
  EXPECT_EQ(status("DELETE", "/proxies/db/toxics/latency_downstream"), 204);
  EXPECT_EQ(ends.client.receive(4), "late");
}

TEST_F(LiveProxy, ToxicsActOnConnectionsThatAreOpen) {
  Ends ends(make_proxy(server.address()), server);
  ends.upstream.send("before");
  EXPECT_EQ(ends.client.receive(6), "before");
  add_toxic(R"({"type": "reset_peer"})");
  ends.upstream.send("after");
  EXPECT_EQ(ends.client.receive_all(), "|reset");
  EXPECT_EQ(ends.upstream.receive_all(), "|reset");
}

TEST_F(LiveProxy, AnUpstreamToxicWaitsForTheClientsBytes) {
  const std::string proxy = make_proxy(server.address());
  add_toxic(R"({"type": "reset_peer", "stream": "upstream"})");
  Ends ends(proxy, server);
  ends.upstream.send("hello");
  EXPECT_EQ(ends.client.receive(5), "hello");
  ends.client.send("x");
  EXPECT_EQ(ends.client.receive_all(), "|reset");
}

TEST_F(LiveProxy, TimeoutDropsEverythingAndClosesWhenItIsTakenAway) {
  const std::string proxy = make_proxy(server.address());
  add_toxic(R"({"type": "timeout", "attributes": {"timeout": 0}})");
  Ends ends(proxy, server);
  ends.upstream.send("never");
  ends.client.send("still");
  EXPECT_EQ(ends.upstream.receive(5), "still");
  EXPECT_TRUE(ends.client.is_silent());
  EXPECT_EQ(status("DELETE", "/proxies/db/toxics/timeout_downstream"), 204);
  EXPECT_EQ(ends.client.receive_all(), "|end");
  EXPECT_EQ(ends.upstream.receive_all(), "|end");
}

TEST_F(LiveProxy, TimeoutClosesByItself) {
  const std::string proxy = make_proxy(server.address());
  add_toxic(R"({"type": "timeout", "attributes": {"timeout": 1}})");
  Ends ends(proxy, server);
  EXPECT_EQ(ends.client.receive_all(), "|end");
}

TEST_F(LiveProxy, LimitDataPassesExactlySoManyBytes) {
  const std::string proxy = make_proxy(server.address());
  add_toxic(R"({"type": "limit_data", "attributes": {"bytes": 4}})");
  for (int connection = 0; connection < 2; ++connection) {
    Ends ends(proxy, server);
    // Bytes that nobody will read must not turn the close into a reset.
    ends.client.send("unread");
    ends.upstream.send("123");
    ends.upstream.send("456");
    EXPECT_EQ(ends.client.receive_all(), "1234|end");
  }
}

TEST_F(LiveProxy, SlowCloseHoldsTheEndOfOneDirection) {
  const std::string proxy = make_proxy(server.address());
  add_toxic(R"({"type": "slow_close", "attributes": {"delay": 3600000}})");
  Ends ends(proxy, server);
  ends.upstream.send("bytes");
  ends.upstream.end_sending();
  EXPECT_EQ(ends.client.receive(5), "bytes");
  ends.client.send("still here");
  EXPECT_EQ(ends.upstream.receive(10), "still here");
  EXPECT_TRUE(ends.client.is_silent());
  EXPECT_EQ(status("DELETE", "/proxies/db/toxics/slow_close_downstream"), 204);
  EXPECT_EQ(ends.client.receive(1), "|end");
}

TEST_F(LiveProxy, DownDropsConnectionsAndRefusesNewOnesUntilItIsUpAgain) {
  const std::string proxy = make_proxy(server.address());
  Ends ends(proxy, server);
  EXPECT_EQ(status("POST", "/proxies/db", R"({"enabled": false})"), 200);
  EXPECT_EQ(ends.client.receive_all(), "|end");
  EXPECT_FALSE(Socket(::socket(AF_INET, SOCK_STREAM, 0)).connects(proxy));
  EXPECT_EQ(errno, ECONNREFUSED);
  EXPECT_EQ(status("POST", "/proxies/db", R"({"enabled": true})"), 200);
  Ends again(proxy, server);
  again.client.send("x");
  EXPECT_EQ(again.upstream.receive(1), "x");
}

TEST_F(LiveProxy, TwoOnOnePortAreRefused) {
  const std::string proxy = make_proxy(server.address());
  const auto second =
      ask("POST", "/proxies", R"({"name": "other", "upstream": "127.0.0.1:1", "listen": ")" + proxy + "\"}");
  EXPECT_EQ(second.status, 500);
  EXPECT_NE(second.body.find("cannot listen: Address already in use"), std::string::npos) << second.body;
}

TEST_F(LiveProxy, ToxicityTouchesTheConnectionsThatItsDrawsSay) {
  const std::string proxy = make_proxy(server.address());
  add_toxic(R"({"name": "some", "type": "limit_data", "toxicity": 0.5, "attributes": {"bytes": 0}})");
  const Toxic some{.name = "some", .toxicity = 0.5, .attributes = LimitData{}};
  int touched = 0;
  for (std::uint64_t number = 1; number <= 50; ++number) {
    SCOPED_TRACE(number);
    Ends ends(proxy, server);
    ends.upstream.send("x");
    const bool is_touched = draw_toxicity({.seed = 7, .proxy = "db", .number = number}, some).is_touched();
    EXPECT_EQ(ends.client.receive(1), is_touched ? "|end" : "x");
    touched += is_touched ? 1 : 0;
  }
  EXPECT_GT(touched, 10);
  EXPECT_LT(touched, 40);
}

TEST_F(LiveProxy, CarriesAThousandConnectionsAtOnce) {
  const std::string proxy = make_proxy(server.address());
  std::vector<Ends> all;
  all.reserve(1'000);
  for (int i = 0; i < 1'000; ++i) {
    all.emplace_back(proxy, server);
    all.back().client.send("to " + std::to_string(i) + "\n");
  }
  add_toxic(R"({"type": "latency", "attributes": {"latency": 1, "jitter": 1}})");
  for (int i = 0; i < 1'000; ++i) {
    const std::string expected = "to " + std::to_string(i) + "\n";
    const Ends& ends = all[static_cast<std::size_t>(i)];
    ASSERT_EQ(ends.upstream.receive(expected.size()), expected);
    ends.upstream.send("from " + std::to_string(i) + "\n");
  }
  for (int i = 0; i < 1'000; ++i) {
    const std::string expected = "from " + std::to_string(i) + "\n";
    ASSERT_EQ(all[static_cast<std::size_t>(i)].client.receive(expected.size()), expected);
  }
  EXPECT_EQ(status("DELETE", "/proxies/db"), 204);
  for (const Ends& ends : all) ASSERT_EQ(ends.client.receive(1), "|end");
}

class Hello final : public kernel::HttpHandler {
 public:
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest) override {
    co_return kernel::HttpReply{.response = {.status = 200, .headers = {}, .body = "hello"}};
  }
};

kernel::Task<void> keep_result(kernel::HttpClient& client, kernel::Timestamp deadline,
                               std::optional<kernel::HttpResult>& result) {
  result = co_await client.send({.host = "api"}, deadline);
}

/// One call over a connection of its own: the body, or why there is none.
std::string called(live::Loop& loop, const std::string& url, kernel::Duration patience,
                   const std::string& ca_pem = "") {
  const auto client = live::HttpClientPool::create(loop, {.hosts = {{"api", url}}, .ca_pem = ca_pem});
  if (!client) return client.error().text();
  std::optional<kernel::HttpResult> result;
  kernel::TaskScope scope;
  scope.spawn(keep_result(**client, loop.now() + patience, result));
  loop.run_until([&result] { return result.has_value(); });
  return *result ? (*result)->body : std::string(kernel::to_text(result->error()));
}

TEST_F(LiveProxy, OurClientTellsItsFaultsApart) {
  Hello hello;
  auto http = live::HttpServer::start(loop, hello, {});
  ASSERT_TRUE(http);
  const std::string proxy = make_proxy("127.0.0.1:" + std::to_string((*http)->port()));
  struct Case {
    const char* name;
    const char* toxic;
    const char* outcome;
  };
  const Case cases[] = {
      {"none", nullptr, "hello"},
      {"reset", R"({"type": "reset_peer", "stream": "upstream"})", "reset"},
      {"no answer", R"({"type": "limit_data"})", "closed_early"},
      {"cut in the head", R"({"type": "limit_data", "attributes": {"bytes": 17}})", "closed_early"},
      {"hangs", R"({"type": "timeout"})", "timeout"},
      {"byte by byte", R"({"type": "slicer", "attributes": {"average_size": 1}})", "hello"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    if (c.toxic != nullptr) add_toxic(c.toxic);
    const auto patience = std::string_view(c.outcome) == "timeout" ? kernel::Duration(100ms) : 30s;
    EXPECT_EQ(called(loop, "http://" + proxy, patience), c.outcome);
    EXPECT_EQ(status("POST", "/reset"), 204);
  }
  EXPECT_EQ(status("POST", "/proxies/db", R"({"enabled": false})"), 200);
  EXPECT_EQ(called(loop, "http://" + proxy, 30s), "refused");
}

TEST_F(LiveProxy, TlsPassesThroughToTheServersOwnCertificate) {
  const auto authority = live::CertificateAuthority::create();
  ASSERT_TRUE(authority);
  Hello hello;
  auto https = live::HttpServer::start(loop, hello, {.tls = *authority->issue()});
  ASSERT_TRUE(https);
  const std::string proxy = make_proxy("127.0.0.1:" + std::to_string((*https)->port()));
  EXPECT_EQ(called(loop, "https://" + proxy, 30s, authority->ca_pem()), "hello");
  add_toxic(R"({"type": "limit_data", "attributes": {"bytes": 100}})");  // within the handshake
  EXPECT_NE(called(loop, "https://" + proxy, 30s, authority->ca_pem()), "hello");
}

/// Luck is counted by connection, so it does not matter how many ask at once.
TEST_F(LiveProxy, OneAndSixteenThreadsSeeAsManyFaults) {
  constexpr int kConnections = 160;
  const Toxic some{.name = "some", .toxicity = 0.3, .attributes = LimitData{}};
  int expected = 0;
  for (std::uint64_t number = 1; number <= kConnections; ++number)
    expected += draw_toxicity({.seed = 7, .proxy = "db", .number = number}, some).is_touched() ? 1 : 0;
  EXPECT_GT(expected, 0);

  const std::string proxy = make_proxy(server.address());
  add_toxic(R"({"name": "some", "type": "limit_data", "toxicity": 0.3})");
  std::vector<Socket> accepted;
  std::atomic<int> cut = 0;
  {
    live::ThreadCrew threads(17);
    threads.run([&] {
      for (int i = 0; i < kConnections; ++i) {
        accepted.push_back(server.accept());
        accepted.back().send("x");
      }
    });
    for (int thread = 0; thread < 16; ++thread) {
      threads.run([&] {
        for (int i = 0; i < kConnections / 16; ++i) {
          if (Socket::to(proxy).receive(1) == "|end") ++cut;
        }
      });
    }
  }
  EXPECT_EQ(cut, expected);
}

}  // namespace
