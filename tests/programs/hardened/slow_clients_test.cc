// What a client can do to the deployed service; the others are answered meanwhile.
#include <sys/resource.h>

#include <fstream>

#include "tests/programs/running_middleware.h"
#include "tests/support/raw_client.h"

namespace program_tests {
namespace {

/// The service with these limits, and a way to see that it answers.
struct Served {
  explicit Served(const std::string& server_yaml = {})
      : middleware(apis.loop, {"--config", folder.file("m.yaml", apis.yaml() + server_yaml), "--port", "0",
                               "--bind", "127.0.0.1"}) {}

  /// An event, new each time, goes through all of its steps.
  int answer() {
    HttpRequest request = event_request();
    request.headers.set("ce-id", "event-" + std::to_string(++events_));
    const HttpResult got = middleware.call(std::move(request));
    return got ? got->status : 0;
  }
  int threads() const {
    std::ifstream status("/proc/" + std::to_string(middleware.program.pid()) + "/status");
    for (std::string word; status >> word;) {
      int count = 0;
      if (word == "Threads:" && status >> count) return count;
    }
    return -1;
  }

  Apis apis;
  const Folder folder;
  Middleware middleware;

 private:
  int events_ = 0;
};

TEST(Hardened, SlowClientsAreToldSoAndHoldNoThread) {
  Served served("server: {header_time: 1s, body_time: 1s}\n");
  std::vector<support::RawClient> heads;
  std::vector<support::RawClient> bodies;
  for (int i = 0; i < 600; ++i) {
    heads.emplace_back(served.middleware.port);
    ASSERT_TRUE(heads.back().send("POST /events HTTP/1.1\r\nHost: m\r\nX-Slow: "));
    bodies.emplace_back(served.middleware.port);
    ASSERT_TRUE(bodies.back().send("POST /events HTTP/1.1\r\nHost: m\r\nContent-Length: 100\r\n\r\n{"));
  }
  EXPECT_EQ(served.answer(), 200);
  for (std::vector<support::RawClient>* clients : {&heads, &bodies}) {
    for (support::RawClient& client : *clients) {
      EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 "));
    }
  }
  EXPECT_EQ(served.answer(), 200);
}

TEST(Hardened, ABodyOf100MegabytesIsRefusedAndNotKept) {
  Served served;
  support::RawClient announced(served.middleware.port);
  ASSERT_TRUE(announced.send("POST /events HTTP/1.1\r\nHost: m\r\nContent-Length: 104857600\r\n\r\n"));
  EXPECT_TRUE(announced.read_to_end().starts_with("HTTP/1.1 413 "));

  support::RawClient chunked(served.middleware.port);
  ASSERT_TRUE(chunked.send("POST /events HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "100000\r\n" + std::string(1 << 20, 'x') + "\r\n";
  int sent = 0;
  while (sent < 100 && chunked.send(chunk)) ++sent;
  EXPECT_LT(sent, 20);  // eight are taken, and what lies in the buffers between
  EXPECT_EQ(served.answer(), 200);
}

TEST(Hardened, HeadersWithoutEndAreRefused) {
  Served served;
  support::RawClient large(served.middleware.port);
  large.send("GET /health HTTP/1.1\r\nHost: m\r\nX-Large: " + std::string(100'000, 'x') + "\r\n\r\n");
  EXPECT_TRUE(large.read_to_end().starts_with("HTTP/1.1 431 "));
  support::RawClient many(served.middleware.port);
  std::string head = "GET /health HTTP/1.1\r\nHost: m\r\n";
  for (int i = 0; i < 200; ++i) head += "X-Many: 1\r\n";
  many.send(head + "\r\n");
  EXPECT_TRUE(many.read_to_end().starts_with("HTTP/1.1 431 "));
  EXPECT_EQ(served.answer(), 200);
}

TEST(Hardened, JsonNestedAThousandDeepIsRefused) {
  Served served;
  HttpRequest request = event_request();
  request.body = R"({"Order_Number__c":"SO-1","Amount__c":1,"deep":)" + std::string(1000, '[') +
                 std::string(1000, ']') + "}";
  const HttpResult got = served.middleware.call(std::move(request));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 422);
  EXPECT_EQ(served.apis.order, "");
  EXPECT_EQ(served.answer(), 200);
}

/// The most connections that this machine lets one process open, up to `wanted`.
std::size_t connections_allowed(std::size_t wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  constexpr std::size_t kOthers = 200;
  return std::min<std::size_t>(wanted, limit.rlim_cur < kOthers ? 0 : limit.rlim_cur - kOthers);
}

TEST(Hardened, TenThousandIdleConnectionsHoldNoThread) {
  const std::size_t count = connections_allowed(10'000);
  if (count < 10'000) {
    std::printf("[   NOTE   ] the limit of open files allows %zu of 10,000 connections here\n", count);
  }
  ASSERT_GE(count, 500U);
  Served served;
  std::vector<support::RawClient> idle;
  idle.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    idle.emplace_back(served.middleware.port);
    ASSERT_TRUE(idle.back().is_open()) << i;
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(served.answer(), 200);
  EXPECT_LT(served.threads(), 30);
  std::size_t closed = 0;
  for (const support::RawClient& client : idle) closed += client.is_closed_by_server() ? 1U : 0U;
  EXPECT_EQ(closed, 0U);
}

TEST(Hardened, AboveTheLimitTheConnectionThatRestedLongestIsClosed) {
  Served served("server: {connections: 20}\n");
  std::vector<support::RawClient> idle;
  for (int i = 0; i < 40; ++i) idle.emplace_back(served.middleware.port);
  EXPECT_EQ(served.answer(), 200);
  EXPECT_EQ(idle.front().read_to_end(), "");
  EXPECT_FALSE(idle.back().is_closed_by_server());
}

TEST(Hardened, LoadAboveTheLimitIsShedAndHealthIsAnswered) {
  live::Loop loop;
  live_tests::HeldHandler held(loop);
  const auto server = serve(loop, held);
  const std::string url = server->base_url();
  const Folder folder;
  Middleware middleware(loop,
                        {"--config",
                         folder.file("m.yaml", orders_yaml(url, url, url) +
                                                   "server: {running: 2, waiting: 1, waiting_time: 60s}\n"),
                         "--port", "0"});
  for (int i = 0; i < 5; ++i) {
    HttpRequest request = event_request();
    request.headers.set("ce-id", "event-" + std::to_string(i));
    middleware.begin(std::move(request));
  }
  ASSERT_TRUE(run_until(loop, [&] { return held.started == 2 && middleware.results.size() == 2; }));
  for (const HttpResult& refused : middleware.results) {
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503);
    EXPECT_EQ(refused->headers.get("Retry-After"), "1");
  }
  EXPECT_EQ(middleware.call(live_tests::request("GET", "/health"))->status, 200);
  const std::string metrics = middleware.call(live_tests::request("GET", "/metrics"))->body;
  EXPECT_NE(metrics.find("relayrig_requests_running 2\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("relayrig_requests_waiting 1\n"), std::string::npos);
  EXPECT_NE(metrics.find("relayrig_requests_shed 2\n"), std::string::npos);
  middleware.results.clear();
  held.let_go();
  ASSERT_TRUE(run_until(loop, [&] { return middleware.results.size() == 3; }));
  for (const HttpResult& done : middleware.results) EXPECT_EQ(done->status, 200);
}

}  // namespace
}  // namespace program_tests
