#include <algorithm>
#include <thread>

#include "middleware/live/http_fetch.h"
#include "tests/middleware/live/live_support.h"

namespace live_tests {
namespace {

TEST(Http, CarriesRequestsAndRepliesUnchanged) {
  struct Case {
    const char* name;
    HttpRequest request;
    kernel::HttpResponse response;
  };
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i % 251);
  const Case cases[] = {
      {"GET", request("GET", "/a%2Fb?q=%20&r=1"), {200, {{"Content-Type", "text/plain"}}, "hello"}},
      {"GET with a body", request("GET", "/", "body"), {200, {}, "x"}},
      {"POST",
       request("POST", "/", "a=%41&b", {{"Content-Type", "application/x-www-form-urlencoded"}}),
       {201, {}, ""}},
      {"multipart stays as it is",
       request("POST", "/", "--x\r\n\r\n", {{"Content-Type", "multipart/form-data; boundary=x"}}),
       {}},
      {"POST without a body", request("POST"), {204, {}, ""}},
      {"PUT", request("PUT", "/", "1"), {599, {}, "unusual"}},
      {"PATCH", request("PATCH", "/", "1"), {404, {}, "{}"}},
      {"DELETE with a body", request("DELETE", "/", "which"), {200, {}, "gone"}},
      {"DELETE", request("DELETE"), {200, {}, "gone"}},
      {"OPTIONS", request("OPTIONS", "*"), {200, {{"Allow", "GET"}}, ""}},
      {"HEAD", request("HEAD"), {200, {{"Content-Length", "1234"}}, ""}},
      {"large both ways", request("POST", "/", bytes), {200, {}, bytes}},
      {"no compression",
       request("GET", "/", "", {{"Accept-Encoding", "gzip, br"}}),
       {200, {{"Content-Type", "application/json"}}, std::string(5000, ' ')}},
      {"no ranges", request("GET", "/", "", {{"Range", "bytes=1-2"}}), {200, {}, "0123456789"}},
      {"header values",
       request("GET", "/", "", {{"X-A", "a%2Fb"}, {"X-Empty", ""}, {"X-A", "2"}}),
       {200, {{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}, ""}},
      {"our length, not the handler's",
       request(),
       {200, {{"Content-Length", "3"}, {"Transfer-Encoding", "chunked"}}, "12345"}},
      {"Expect", request("POST", "/", "after 100", {{"Expect", "100-continue"}}), {200, {}, "ok"}},
  };
  kernel::HttpResponse next;
  ScriptedHandler handler([&next](const HttpRequest&) { return HttpReply{next}; });
  Rig rig(handler);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    next = c.response;
    const HttpResult got = rig.call(c.request);
    ASSERT_TRUE(got) << kernel::to_text(got.error());
    const HttpRequest& seen = handler.asked.back();
    EXPECT_EQ(seen.method, c.request.method);
    EXPECT_EQ(seen.target, c.request.target == "*" ? "/*" : c.request.target);
    EXPECT_EQ(seen.body, c.request.body);
    EXPECT_EQ(seen.host, "127.0.0.1:" + std::to_string(rig.server->port()));
    EXPECT_FALSE(seen.headers.has("REMOTE_ADDR"));
    EXPECT_FALSE(seen.headers.has("LOCAL_PORT"));
    std::vector<std::pair<std::string, std::string>> fields(seen.headers.begin(), seen.headers.end());
    std::erase_if(fields, [](const auto& f) { return f.first == "Host" || f.first == "Content-Length"; });
    EXPECT_EQ(fields, std::vector(c.request.headers.begin(), c.request.headers.end()));

    EXPECT_EQ(got->status, c.response.status);
    EXPECT_EQ(got->body, c.response.body);
    EXPECT_FALSE(got->headers.has("Content-Encoding"));
    EXPECT_EQ(got->headers.has("Content-Type"), c.response.headers.has("Content-Type"));
    EXPECT_EQ(std::ranges::count_if(got->headers, [](const auto& f) { return f.first == "Content-Length"; }),
              1);
    for (const auto& field : c.response.headers) {
      if (field.first == "Transfer-Encoding" || field.first == "Content-Length") continue;
      EXPECT_NE(std::ranges::find(got->headers, field), got->headers.end()) << field.first;
    }
    EXPECT_EQ(rig.client->connections_made(), 1U);
  }
}

TEST(Http, PutsTheTargetBehindThePathOfTheBaseUrl) {
  ScriptedHandler handler;
  Rig rig(handler);
  ASSERT_TRUE(rig.client->set_host("api", rig.server->base_url() + "/v1/"));
  ASSERT_TRUE(rig.call(request("GET", "/charges?id=1")));
  EXPECT_EQ(handler.asked.back().target, "/v1/charges?id=1");
  ASSERT_TRUE(rig.call(request("GET", "/", "", {{"Host", "payments.example"}})));
  EXPECT_EQ(handler.asked.back().host, "payments.example");
}

TEST(Http, ServesManyConnectionsAtOnce) {
  for (const int count : {64, 200}) {
    SCOPED_TRACE(count);
    std::unique_ptr<HeldHandler> handler;
    Rig rig([&](live::Loop& loop) -> kernel::HttpHandler& {
      return *(handler = std::make_unique<HeldHandler>(loop));
    });
    for (int i = 0; i < count; ++i) rig.begin(request("POST", "/", "x"));
    rig.loop.run_until([&] { return handler->started == count; });  // all of them side by side
    handler->let_go();
    rig.run_until_results(static_cast<std::size_t>(count));
    EXPECT_TRUE(std::ranges::all_of(rig.results, [](const HttpResult& r) { return r && r->status == 200; }));
  }
}

TEST(Http, RequestsBeyondTheLimitWaitTheirTurn) {
  std::unique_ptr<HeldHandler> handler;
  Rig rig(
      [&](live::Loop& loop) -> kernel::HttpHandler& {
        return *(handler = std::make_unique<HeldHandler>(loop));
      },
      {}, {.connections_max = 2});
  for (int i = 0; i < 5; ++i) rig.begin(request());
  rig.begin(request(), 1ms);
  rig.run_until_results(1);
  EXPECT_EQ(outcome(rig.results[0]), "timeout") << "it may give up while it waits";
  rig.loop.run_until([&] { return handler->started == 2; });
  handler->let_go();
  rig.run_until_results(6);
  EXPECT_EQ(handler->ended, 5);
  EXPECT_EQ(rig.client->connections_made(), 2U);
}

TEST(Http, IdleConnectionsDoNotDelayANewOne) {
  ScriptedHandler handler;
  Rig rig(handler, {.threads_max = 4});
  std::vector<std::unique_ptr<live::HttpClientPool>> callers;
  const auto call = [&](live::HttpClientPool& client) {
    rig.results.clear();
    rig.scope.spawn(keep_result(client, request(), rig.loop.now() + 60s, rig.results));
    rig.run_until_results(1);
    return outcome(rig.results.front());
  };
  for (int i = 0; i < 100; ++i) {
    callers.push_back(
        live::HttpClientPool::create(rig.loop, {.hosts = {{"api", rig.server->base_url()}}}).value());
    EXPECT_EQ(call(*callers.back()), "200");
  }
  EXPECT_EQ(outcome(rig.call(request())), "200") << "a hundred are idle, and there are four threads";
  for (const auto& caller : callers) {
    EXPECT_EQ(call(*caller), "200");
    EXPECT_EQ(caller->connections_made(), 1U) << "they were kept";
  }
}

TEST(Http, AConnectionTheServerClosedIsReplacedUnnoticed) {
  ScriptedHandler handler([](const HttpRequest& asked) {
    return HttpReply{
        {200, asked.target == "/last" ? kernel::Headers{{"Connection", "close"}} : kernel::Headers{}, "x"}};
  });
  Rig rig(handler);
  EXPECT_EQ(outcome(rig.call(request())), "200");
  EXPECT_EQ(outcome(rig.call(request("GET", "/last"))), "200");
  EXPECT_EQ(outcome(rig.call(request())), "200");
  EXPECT_EQ(rig.client->connections_made(), 2U);
  // And one that goes while it rests.
  const int port = rig.server->port();
  rig.server->stop();
  rig.server = live::HttpServer::start(rig.loop, handler, {.port = port}).value();
  EXPECT_EQ(outcome(rig.call(request())), "200");
  EXPECT_EQ(rig.client->connections_made(), 3U);
}

TEST(Http, NobodySmugglesALineIntoARequest) {
  ScriptedHandler handler;
  Rig rig(handler);
  ASSERT_TRUE(rig.call(request("GET", "/a b\r\nX: 1", "", {{"X-A", "1\r\nX-B: 2"}, {"X C", "3"}})));
  EXPECT_EQ(handler.asked[0].target, "/a%20b%0D%0AX:%201");
  EXPECT_EQ(handler.asked[0].headers.get("X-A"), "1  X-B: 2");
  EXPECT_EQ(handler.asked[0].headers.size(), 2U);
}

TEST(Fetch, CallsOnceAndBlocks) {
  live::Loop loop;
  ScriptedHandler handler([](const HttpRequest& asked) { return HttpReply{{200, {}, asked.body + "!"}}; });
  auto server = live::HttpServer::start(loop, handler, {}).value();
  const std::string url = server->base_url();
  std::thread other([&] {
    const auto got = live::fetch(url, request("POST", "/", "hi"), 60s);
    EXPECT_TRUE(got && got->body == "hi!");
    live::Fetcher fetcher = live::Fetcher::create(url).value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(outcome(fetcher.fetch(request(), 60s)), "200");
    loop.stop();
  });
  loop.run();
  other.join();
  server->stop();
  const auto refused = live::fetch(url, request(), 60s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(), url + ": no answer: refused");
}

TEST(Fetch, AWrongUrlIsInvalid) {
  const char* const urls[] = {"",           "ftp://x",        "http://",    "http://:80",
                              "http://a:0", "http://a:99999", "http://a b", "http://u@a",
                              "http://a?x", "http://[::1",    "https://a#b"};
  for (const char* url : urls) {
    SCOPED_TRACE(url);
    const auto got = live::fetch(url, request(), 1s);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, kernel::ErrorCode::Invalid);
  }
}

}  // namespace
}  // namespace live_tests
