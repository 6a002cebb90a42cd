#include <algorithm>
#include <stdexcept>

#include "tests/middleware/live/live_support.h"

namespace live_tests {
namespace {

TEST(HttpFailure, EachEndingIsWhatItsNameSays) {
  const live::CertificateAuthority ca = live::CertificateAuthority::create().value();
  struct Case {
    Ending ending;
    const char* method;
    int status;
    const char* body;
    const char* outcome;
  };
  const Case cases[] = {
      {Ending::Complete, "POST", 200, "0123456789", "200"},
      {Ending::Reset, "POST", 200, "0123456789", "reset"},
      {Ending::Empty, "POST", 200, "0123456789", "closed_early"},
      {Ending::Garbage, "POST", 200, "0123456789", "protocol_error"},
      {Ending::Truncated, "POST", 200, "0123456789", "body_truncated"},
      {Ending::Truncated, "POST", 200, "", "body_truncated"},
      {Ending::Truncated, "POST", 204, "", "closed_early"},
      {Ending::Truncated, "HEAD", 200, "", "closed_early"},
      {Ending::Hang, "POST", 200, "0123456789", "timeout"},
      {Ending::Complete, "GET", 503, "again", "503"},
      {Ending::HalfClosed, "POST", 200, "0123456789", "closed_early"},
      {Ending::BadChunk, "POST", 200, "0123456789", "protocol_error"},
      {Ending::CutChunks, "POST", 200, "0123456789", "body_truncated"},
      {Ending::ResetInBody, "POST", 200, "0123456789", "reset"},
      {Ending::TwoLengths, "POST", 200, "0123456789", "protocol_error"},
      {Ending::LengthAndChunks, "POST", 200, "0123456789", "protocol_error"},
      {Ending::BareLf, "POST", 200, "0123456789", "protocol_error"},
      {Ending::BadStatusLine, "POST", 200, "0123456789", "protocol_error"},
      {Ending::LongBody, "POST", 200, "0123456789", "200"},
  };
  for (const bool is_tls : {false, true}) {
    Case now = cases[0];
    ScriptedHandler handler(
        [&now](const HttpRequest&) { return HttpReply{{now.status, {}, now.body}, now.ending}; });
    live::ServerConfig server;
    if (is_tls) server.tls = ca.issue().value();
    Rig rig(handler, server, {.ca_pem = ca.ca_pem()});
    for (const Case& c : cases) {
      SCOPED_TRACE(std::string(is_tls ? "TLS " : "plain ") + c.outcome);
      now = c;
      const std::size_t before = handler.asked.size();
      const auto timeout = c.ending == Ending::Hang ? kernel::Duration{500ms} : kernel::Duration{60s};
      EXPECT_EQ(
          outcome(rig.call(request(c.method, "/", c.method == std::string("POST") ? "body" : ""), timeout)),
          c.outcome);
      EXPECT_EQ(handler.asked.size(), before + 1) << "sent once, never again";
    }
  }
}

TEST(HttpFailure, ADeadlineLeavesTheHandlerToItsWork) {
  std::unique_ptr<HeldHandler> handler;
  Rig rig([&](live::Loop& loop) -> kernel::HttpHandler& {
    return *(handler = std::make_unique<HeldHandler>(loop));
  });
  rig.begin(request(), 1s);
  rig.run_until_results(1);
  EXPECT_EQ(outcome(rig.results[0]), "timeout");
  EXPECT_EQ(handler->started, 1);
  handler->let_go();
  rig.loop.run_until([&] { return handler->ended == 1; });
  EXPECT_EQ(outcome(rig.call(request())), "200");
  EXPECT_EQ(rig.client->connections_made(), 2U) << "the connection of the first is not used again";
}

TEST(HttpFailure, ADeadlineThatHasPassedSendsNothing) {
  ScriptedHandler handler;
  Rig rig(handler);
  EXPECT_EQ(outcome(rig.call(request(), 0s)), "timeout");
  EXPECT_EQ(rig.client->connections_made(), 0U);
}

TEST(HttpFailure, ADestroyedFlowTakesItsConnectionAlong) {
  std::unique_ptr<HeldHandler> handler;
  Rig rig([&](live::Loop& loop) -> kernel::HttpHandler& {
    return *(handler = std::make_unique<HeldHandler>(loop));
  });
  rig.begin(request());
  rig.loop.run_until([&] { return handler->started == 1; });
  rig.scope.cancel_all();
  handler->let_go();
  rig.loop.run_until([&] { return handler->ended == 1; });
  EXPECT_TRUE(rig.results.empty());
}

TEST(HttpFailure, NamesWhyNothingWasSent) {
  ScriptedHandler handler;
  Rig rig(handler);
  int free_port = 0;
  {
    live::Loop loop;
    free_port = live::HttpServer::start(loop, handler, {}).value()->port();
  }
  ASSERT_TRUE(rig.client->set_host("closed", "http://127.0.0.1:" + std::to_string(free_port)));
  ASSERT_TRUE(rig.client->set_host("plain", "https://127.0.0.1:" + std::to_string(rig.server->port())));
  ASSERT_TRUE(rig.client->set_host("nowhere", "http://no-such-host.invalid"));
  struct Case {
    const char* host;
    const char* outcome;
  };
  const Case cases[] = {
      {"closed", "refused"}, {"unheard-of", "refused"}, {"plain", "tls_error"}, {"nowhere", "refused"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.host);
    HttpRequest asked = request();
    asked.host = c.host;
    EXPECT_EQ(outcome(rig.call(asked)), c.outcome);
  }
  EXPECT_TRUE(handler.asked.empty());
}

TEST(HttpFailure, TrustsOnlyItsCertificateAuthority) {
  const live::CertificateAuthority ours = live::CertificateAuthority::create().value();
  const live::CertificateAuthority foreign = live::CertificateAuthority::create().value();
  const live::TlsIdentity identity = ours.issue({"payments.example"}).value();
  struct Case {
    const char* name;
    std::string ca_pem;
    const char* host;
    const char* outcome;
  };
  const Case cases[] = {
      {"by address", ours.ca_pem(), "127.0.0.1", "200"},
      {"by name", ours.ca_pem(), "localhost", "200"},
      {"foreign CA", foreign.ca_pem(), "127.0.0.1", "tls_error"},
      {"the system's CAs", "", "127.0.0.1", "tls_error"},
      {"not its address", ours.ca_pem(), "127.0.0.2", "tls_error"},
  };
  ScriptedHandler handler;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Rig rig(handler, {.bind_address = "0.0.0.0", .tls = identity}, {.ca_pem = c.ca_pem});
    const std::string url = "https://" + std::string(c.host) + ":" + std::to_string(rig.server->port());
    ASSERT_TRUE(rig.client->set_host("api", url));
    EXPECT_EQ(outcome(rig.call(request())), c.outcome);
    if (c.outcome == std::string("200")) {
      EXPECT_EQ(outcome(rig.call(request("POST", "/", std::string(100'000, 'x')))), "200");
      EXPECT_EQ(rig.client->connections_made(), 1U);
    }
  }
}

TEST(HttpFailure, TwoServersNeverShareAPort) {
  live::Loop loop;
  ScriptedHandler handler;
  const auto first = live::HttpServer::start(loop, handler, {}).value();
  const auto second = live::HttpServer::start(loop, handler, {.port = first->port()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, kernel::ErrorCode::Infrastructure);
  EXPECT_EQ(second.error().text(),
            "127.0.0.1:" + std::to_string(first->port()) + ": cannot listen: Address already in use");
}

TEST(HttpFailure, APortIsFreeAgainAfterStop) {
  live::Loop loop;
  ScriptedHandler handler;
  auto first = live::HttpServer::start(loop, handler, {}).value();
  const int port = first->port();
  first->stop();
  EXPECT_TRUE(live::HttpServer::start(loop, handler, {.port = port}));
}

TEST(HttpFailure, StopEndsHangingWorkingAndIdleConnections) {
  std::unique_ptr<HeldHandler> held;
  ScriptedHandler hanging([](const HttpRequest& asked) {
    return HttpReply{{}, asked.target == "/hang" ? Ending::Hang : Ending::Complete};
  });
  Rig rig([&](live::Loop& loop) -> kernel::HttpHandler& {
    return *(held = std::make_unique<HeldHandler>(loop));
  });
  auto second = live::HttpServer::start(rig.loop, hanging, {}).value();
  ASSERT_TRUE(rig.client->set_host("hanging", second->base_url()));
  HttpRequest hang = request("GET", "/hang");
  hang.host = "hanging";
  HttpRequest idle = hang;
  idle.target = "/";
  rig.begin(idle);
  rig.run_until_results(1);
  rig.begin(hang);
  rig.begin(request());
  rig.loop.run_until([&] { return held->started == 1 && hanging.asked.size() == 2; });
  EXPECT_EQ(rig.server->running(), 1U);
  rig.server->stop();
  EXPECT_EQ(rig.server->running(), 0U);
  second->stop();
  rig.run_until_results(3);
  EXPECT_EQ(held->ended, 0) << "the handler's task was cancelled";
  for (std::size_t i = 1; i < 3; ++i) EXPECT_FALSE(rig.results[i]);
  EXPECT_EQ(outcome(rig.call(request())), "refused");
}

TEST(HttpFailure, AThrowingHandlerGivesAnAnswer) {
  ScriptedHandler handler([](const HttpRequest&) -> HttpReply { throw std::runtime_error("no such row"); });
  Rig rig(handler);
  const HttpResult got = rig.call(request());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 500);
  EXPECT_NE(got->body.find("no such row"), std::string::npos);
}

TEST(HttpFailure, ABodyThatIsTooLargeIsRefused) {
  ScriptedHandler handler;
  Rig rig(handler, {.limits = {.body_bytes_max = 1000}});
  EXPECT_EQ(outcome(rig.call(request("POST", "/", std::string(1001, 'x')))), "413");
  EXPECT_EQ(outcome(rig.call(request("POST", "/", std::string(3'000'000, 'x')))), "413");
  EXPECT_EQ(outcome(rig.call(request("POST", "/", std::string(1000, 'x')))), "200");
  EXPECT_EQ(handler.asked.size(), 1U);
}

}  // namespace
}  // namespace live_tests
