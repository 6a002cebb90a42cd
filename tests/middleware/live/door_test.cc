// What clients find who connect: refused, hanging, and each kind of TLS that is not to be trusted.
#include "middleware/live/listener.h"
#include "tests/middleware/live/live_support.h"

namespace live_tests {
namespace {

using kernel::Door;

struct Case {
  Door door;
  const char* outcome;
};

void run_cases(const std::vector<Case>& cases, bool is_tls) {
  const live::CertificateAuthority ca = live::CertificateAuthority::create().value();
  ScriptedHandler handler;
  live::ServerConfig server;
  if (is_tls) server.tls = ca.issue().value();
  Rig rig(handler, server, {.ca_pem = ca.ca_pem(), .connect_timeout = 300ms});
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(is_tls ? "TLS, door " : "plain, door ") +
                 std::to_string(static_cast<int>(c.door)));
    EXPECT_EQ(outcome(rig.call(request())), "200") << "a connection that rests when the door closes";
    const std::size_t asked = handler.asked.size();
    std::optional<live::TlsIdentity> identity;
    if (kernel::is_tls(c.door)) identity = ca.issue({}, c.door).value();
    ASSERT_TRUE(rig.server->set_door(c.door, identity));
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(outcome(rig.call(request())), c.outcome) << i << " " << rig.client->connections_made();
    EXPECT_EQ(handler.asked.size(), asked) << "nothing of it reached the handler";
    ASSERT_TRUE(rig.server->set_door(Door::Open));
  }
  EXPECT_EQ(outcome(rig.call(request())), "200");
}

TEST(HttpDoor, IsWhatItsNameSaysAndHeals) {
  run_cases({{Door::Refused, "refused"}, {Door::ConnectHang, "connect_timeout"}, {Door::Refused, "refused"}},
            false);
  run_cases({{Door::Refused, "refused"},
             {Door::ConnectHang, "connect_timeout"},
             {Door::SelfSigned, "tls_error"},
             {Door::Expired, "tls_error"},
             {Door::NotYetValid, "tls_error"},
             {Door::WrongHost, "tls_error"},
             {Door::OldTls, "tls_error"},
             {Door::ClosedInHello, "tls_error"},
             {Door::Plaintext, "tls_error"},
             {Door::WantsClientCertificate, "tls_error"},
             {Door::HandshakeHang, "connect_timeout"}},
            true);
}

TEST(HttpDoor, GoesFromOneToTheNextAndKeepsItsPort) {
  ScriptedHandler handler;
  Rig rig(handler, {}, {.connect_timeout = 300ms});
  ASSERT_TRUE(rig.server->set_door(Door::ConnectHang));
  EXPECT_EQ(outcome(rig.call(request())), "connect_timeout");
  ASSERT_TRUE(rig.server->set_door(Door::Refused));
  EXPECT_EQ(outcome(rig.call(request())), "refused");
  EXPECT_FALSE(live::HttpServer::start(rig.loop, handler, {.port = rig.server->port()}))
      << "nobody else gets the port meanwhile";
  ASSERT_TRUE(rig.server->set_door(Door::ConnectHang));
  EXPECT_EQ(outcome(rig.call(request())), "connect_timeout");
  ASSERT_TRUE(rig.server->set_door(Door::Open));
  EXPECT_EQ(outcome(rig.call(request())), "200");
}

TEST(HttpDoor, StopsBehindAClosedDoor) {
  for (const Door door : {Door::Refused, Door::ConnectHang}) {
    live::Loop loop;
    ScriptedHandler handler;
    auto server = live::HttpServer::start(loop, handler, {}).value();
    const int port = server->port();
    ASSERT_TRUE(server->set_door(door));
    server->stop();
    EXPECT_TRUE(live::HttpServer::start(loop, handler, {.port = port}));
  }
}

TEST(HttpDoor, LetsThoseGoOnWhoAreInside) {
  std::unique_ptr<HeldHandler> handler;
  Rig rig([&](live::Loop& loop) -> kernel::HttpHandler& {
    return *(handler = std::make_unique<HeldHandler>(loop));
  });
  rig.begin(request());
  rig.loop.run_until([&] { return handler->started == 1; });
  ASSERT_TRUE(rig.server->set_door(Door::Refused));
  handler->let_go();
  rig.run_until_results(1);
  EXPECT_EQ(outcome(rig.results[0]), "200");
  EXPECT_EQ(outcome(rig.call(request())), "refused");
}

TEST(IsListening, TellsWhetherSomebodyTakesConnections) {
  auto listener = live::Listener::open("127.0.0.1", 0);
  ASSERT_TRUE(listener.has_value());
  const int port = (*listener)->port();
  EXPECT_TRUE(live::is_listening(port));
  listener->reset();
  EXPECT_FALSE(live::is_listening(port));
}

}  // namespace
}  // namespace live_tests
