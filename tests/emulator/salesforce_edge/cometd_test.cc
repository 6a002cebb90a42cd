#include "tests/emulator/salesforce_edge/salesforce_edge_support.h"

namespace salesforce_edge_tests {
namespace {

constexpr const char* kHandshake =
    R"({"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"],"id":"1","ext":{"replay":true}})";

std::string connect(const std::string& client, bool at_once = false) {
  return R"({"channel":"/meta/connect","clientId":")" + client +
         R"(","connectionType":"long-polling","id":"2")" + (at_once ? R"(,"advice":{"timeout":0}})" : "}");
}
std::string subscribe(const std::string& client, const std::string& channel, const std::string& replay = {}) {
  return R"({"channel":"/meta/subscribe","clientId":")" + client + R"(","subscription":")" + channel +
         R"(","id":"3")" +
         (replay.empty() ? "}" : R"(,"ext":{"replay":{")" + channel + R"(":)" + replay + "}}}");
}

/// A client that has shaken hands.
struct Client : Rig {
  std::string token_text;
  std::string id;
  explicit Client(emulator::salesforce::OrgConfig config = ink_org(),
                  const emulator::salesforce_edge::ClientsConfig& clients = {})
      : Rig(std::move(config), clients), token_text(token()), id(handshake()) {}

  std::string handshake() { return cometd(token_text, kHandshake)[0].value("clientId", ""); }
  Json post(const std::string& messages) { return cometd(token_text, messages); }
  void begin_connect(std::optional<Answered>& to) { begin(cometd_request(token_text, connect(id)), to); }
  std::int64_t publish(const std::string& model) {
    const auto published = org.publish("Low_Ink__e", R"({"Printer_Model__c":")" + model + "\"}");
    EXPECT_TRUE(published) << published.error().message;
    return published ? published->replay_id : 0;
  }
};

/// "Low_Ink A, Low_Ink B, connect": what an answer brought.
std::string brought(const Json& answers) {
  std::string text;
  for (const Json& message : answers) {
    const std::string channel = message["channel"];
    if (!text.empty()) text += ' ';
    if (message.contains("data")) {
      text += message["data"]["payload"]["Printer_Model__c"].get<std::string>();
    } else {
      text += channel.substr(6) + (message["successful"] == true ? "" : "!" + message.value("error", ""));
    }
  }
  return text;
}

TEST(CometD, ShakesHands) {
  Rig rig;
  const HttpResponse answer = rig.send(rig.cometd_request(rig.token(), kHandshake));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.get("Content-Type"), "application/json;charset=UTF-8");
  EXPECT_TRUE(answer.headers.get("Set-Cookie").starts_with("BAYEUX_BROWSER="));
  const Json message = parsed(answer)[0];
  EXPECT_EQ(message["successful"], true);
  EXPECT_EQ(message["id"], "1");
  EXPECT_EQ(message["supportedConnectionTypes"], Json::array({"long-polling"}));
  EXPECT_EQ(message["ext"], (Json{{"replay", true}, {"payload.format", true}}));
  EXPECT_EQ(message["clientId"].get<std::string>().size(), 26U);
}

TEST(CometD, TheFirstConnectIsAnsweredAtOnceWithAdvice) {
  Client client(ink_org(), {.connect_interval = 2s});
  const Json answers =
      client.post(connect(client.id, true) + "," + subscribe(client.id, "/event/Low_Ink__e"));
  EXPECT_EQ(brought(answers), "connect subscribe");
  EXPECT_EQ(kernel::json_text(answers[0]["advice"]),
            R"({"interval":2000,"multiple-clients":true,"reconnect":"retry","timeout":110000})");
  EXPECT_EQ(answers[1]["subscription"], "/event/Low_Ink__e");
  EXPECT_EQ(client.scheduler.now(), kernel::at(0s));
}

TEST(CometD, AHeldConnectIsAnsweredByTheEvent) {
  Client client;
  client.post(subscribe(client.id, "/event/Low_Ink__e"));
  std::optional<Rig::Answered> answer;
  client.begin_connect(answer);
  client.run_for(70s);
  EXPECT_FALSE(answer);
  const std::int64_t replay_id = client.publish("A");
  client.run_for(1ms);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->at, 70s);
  EXPECT_EQ(brought(answer->body), "A connect");
  const Json& event = answer->body[0];
  EXPECT_EQ(event["channel"], "/event/Low_Ink__e");
  EXPECT_EQ(event["data"]["event"]["replayId"], replay_id);
  EXPECT_EQ(event["data"]["event"]["EventUuid"], client.journal.events.back().uuid);
  EXPECT_EQ(event["data"]["event"]["EventApiName"], "Low_Ink__e");
  EXPECT_EQ(event["data"]["payload"]["CreatedDate"], "2026-01-05T09:01:10.000Z");
}

TEST(CometD, AnIdleConnectIsAnsweredAfterItsTimeout) {
  Client client;
  std::optional<Rig::Answered> answer;
  client.begin_connect(answer);
  client.run_for(110s - 1ns);
  EXPECT_FALSE(answer);
  client.run_for(1s);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->at, 110s);
  EXPECT_EQ(brought(answer->body), "connect");
}

TEST(CometD, ASessionIsLostFortySecondsAfterItsLastConnect) {
  Client client;
  client.post(connect(client.id, true));
  client.run_for(40s - 1ns);
  EXPECT_EQ(brought(client.post(connect(client.id, true))), "connect");
  client.run_for(40s);
  const Json answer = client.post(connect(client.id, true))[0];
  EXPECT_EQ(answer["error"], "403::Unknown client");
  EXPECT_EQ(kernel::json_text(answer["advice"]), R"({"interval":0,"reconnect":"handshake"})");
}

TEST(CometD, EventsBetweenTwoConnectsWait) {
  Client client;
  client.post(subscribe(client.id, "/event/Low_Ink__e"));
  EXPECT_EQ(brought(client.post(connect(client.id, true))), "connect");
  client.publish("A");
  client.publish("B");
  client.run_for(10s);
  EXPECT_EQ(brought(client.post(connect(client.id))), "A B connect");
}

TEST(CometD, ReplaysFromWhereOneAsks) {
  Client client;
  const std::int64_t first = client.publish("A");
  client.publish("B");
  struct Case {
    std::string replay;
    const char* brought;
  };
  const Case cases[] = {{"-2", "A B C connect"},
                        {"-1", "C connect"},
                        {"", "C connect"},
                        {std::to_string(first), "B C connect"}};
  std::vector<std::string> ids;
  for (const Case& c : cases) {
    ids.push_back(client.handshake());
    EXPECT_EQ(brought(client.post(subscribe(ids.back(), "/event/Low_Ink__e", c.replay))), "subscribe");
  }
  client.publish("C");
  for (std::size_t i = 0; i < ids.size(); ++i)
    EXPECT_EQ(brought(client.post(connect(ids[i], true))), cases[i].brought) << cases[i].replay;
}

TEST(CometD, ANewerConnectEndsTheOneThatIsHeld) {
  Client client;
  client.post(subscribe(client.id, "/event/Low_Ink__e"));
  std::optional<Rig::Answered> older;
  std::optional<Rig::Answered> newer;
  client.begin_connect(older);
  client.run_for(5s);
  client.begin_connect(newer);
  client.run_for(1s);
  ASSERT_TRUE(older);
  EXPECT_EQ(older->at, 5s);
  EXPECT_EQ(brought(older->body), "connect");
  client.publish("A");
  client.run_for(1s);
  ASSERT_TRUE(newer);
  EXPECT_EQ(brought(newer->body), "A connect");
}

TEST(CometD, RefusesInTheServicesWords) {
  Client client;
  const std::string& id = client.id;
  struct Case {
    std::string message;
    const char* error;
  };
  const Case cases[] = {
      {subscribe(id, "Low_Ink__e"), "400::Channel subscriptions must start with a leading '/'"},
      {subscribe(id, "/meta/x"), "403::Restricted channel"},
      {R"({"channel":"/meta/subscribe","clientId":")" + id + R"("})", "400::Channel name not specified"},
      {R"({"channel":"/meta/subscribe","subscription":"/event/Low_Ink__e"})",
       "403::Client has not completed handshake"},
      {subscribe("nobody", "/event/Low_Ink__e"), "403::Unknown client"},
      {subscribe(id, "/event/Low_Ink__e", "82"),
       "400::The replayId {82} you provided was invalid.  Please provide a valid ID, -2 to replay all "
       "events, or "
       "-1 to replay only new events."},
      {subscribe(id, "/event/Low_Ink__e", "\"x\""),
       "400::The replayId {\"x\"} you provided was invalid.  Please provide a valid ID, -2 to replay all "
       "events, "
       "or -1 to replay only new events."},
      {subscribe(id, "/event/Low_Ink__e", "18446744073709551615"),
       "400::The replayId {18446744073709551615} you provided was invalid.  Please provide a valid ID, -2 to "
       "replay "
       "all events, or -1 to replay only new events."},
      {subscribe(id, "/topic/Invoices"),
       "400::The channel you requested to subscribe to does not exist {/topic/Invoices}"},
      {R"({"channel":"/meta/connect","clientId":")" + id + R"(","connectionType":"websocket"})",
       "400::Invalid connection type {websocket}"},
      {R"({"channel":"/meta/handshake","supportedConnectionTypes":["websocket","callback-polling"]})",
       "400::Invalid connection type {websocket,callback-polling}"},
      {R"({"channel":"/event/Low_Ink__e","clientId":")" + id + R"(","data":{}})",
       "403::Cannot create channel {/event/Low_Ink__e}"},
      {R"({"channel":"/meta/nope","clientId":")" + id + R"("})", "403::Restricted channel"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.message);
    const Json answer = client.post(c.message)[0];
    EXPECT_EQ(answer["successful"], false);
    EXPECT_EQ(answer.value("error", ""), c.error);
  }
}

TEST(CometD, SaysWhatIsWrongWithATokenWhereItIsUsed) {
  Client client;
  const Json no_token = parsed(client.send(
      {.method = "POST", .target = "/cometd/66.0", .body = "[" + std::string(kHandshake) + "]"}))[0];
  EXPECT_EQ(no_token["error"], "403::Handshake denied");
  EXPECT_EQ(no_token["ext"]["sfdc"]["failureReason"], "401::Request requires authentication");
  EXPECT_EQ(kernel::json_text(no_token["advice"]), R"({"reconnect":"none"})");
  const Json invalid = client.cometd("nope", kHandshake)[0];
  EXPECT_EQ(invalid["ext"]["sfdc"]["failureReason"], "401::Authentication invalid");

  std::optional<Rig::Answered> held;
  client.begin_connect(held);
  client.edge.expire_tokens();
  client.run_for(111s);
  ASSERT_TRUE(held);
  EXPECT_EQ(brought(held->body), "connect") << "what was held when the token died goes on";
  const Json dead = client.post(connect(client.id, true))[0];
  EXPECT_EQ(dead["error"], "401::Authentication invalid");
  EXPECT_EQ(kernel::json_text(dead["advice"]), R"({"interval":0,"reconnect":"none"})");
}

TEST(CometD, DroppedSessionsAreUnknown) {
  Client client;
  std::optional<Rig::Answered> held;
  client.begin_connect(held);
  client.run_for(1s);
  EXPECT_EQ(client.edge.drop_sessions(), 1U);
  client.run_for(1s);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->at, 1s);
  EXPECT_EQ(brought(held->body), "connect!403::Unknown client");
}

TEST(CometD, ABusyServerSaysSoForSoLong) {
  Client client;
  client.edge.set_busy(30s);
  const Json refused = client.post(connect(client.id, true))[0];
  EXPECT_EQ(refused["ext"]["sfdc"]["failureReason"],
            "503::Server is too busy. Please try your request again later.");
  EXPECT_EQ(refused["advice"]["reconnect"], "retry");
  EXPECT_EQ(client.post(kHandshake)[0]["error"], "403::Handshake denied");
  const HttpResponse rest = client.api(client.token_text, "GET", "/limits");
  EXPECT_EQ(rest.status, 503);
  EXPECT_EQ(parsed(rest)[0]["errorCode"], "SERVER_UNAVAILABLE");
  client.run_for(30s);
  EXPECT_EQ(brought(client.post(connect(client.id, true))), "connect");
  EXPECT_EQ(client.api(client.token_text, "GET", "/limits").status, 200);
}

TEST(CometD, TheNumberOfClientsIsLimited) {
  auto config = ink_org();
  config.streaming_clients = 1;
  Client client(config);
  const Json refused = client.post(kHandshake)[0];
  EXPECT_EQ(refused["error"], "403::Handshake denied");
  EXPECT_EQ(refused["ext"]["sfdc"]["failureReason"], "403::Organization concurrent user limit exceeded");
  EXPECT_EQ(brought(client.post(R"({"channel":"/meta/disconnect","clientId":")" + client.id + "\"}")),
            "disconnect");
  EXPECT_EQ(client.post(kHandshake)[0]["successful"], true);
}

TEST(CometD, TheDaysDeliveriesAreLimited) {
  auto config = ink_org();
  config.deliver_per_day = 2;
  Client client(config);
  client.post(subscribe(client.id, "/event/Low_Ink__e"));
  client.publish("A");
  EXPECT_EQ(brought(client.post(connect(client.id, true))), "A connect");
  for (const char* model : {"B", "C"}) client.publish(model);
  // At once, and not at the end of the time that it could be held.
  EXPECT_EQ(brought(client.post(connect(client.id))),
            "B connect!403::Organization total events daily limit exceeded");
  EXPECT_EQ(brought(client.post(connect(client.id, true))), "connect!403::Unknown client");
  // What was not delivered can be read the next day.
  client.run_for(24h);
  client.token_text = client.token();
  client.id = client.handshake();
  client.post(subscribe(client.id, "/event/Low_Ink__e", "-2"));
  EXPECT_EQ(brought(client.post(connect(client.id, true))),
            "A B connect!403::Organization total events daily limit exceeded");
}

TEST(CometD, ACookieMayBeRequired) {
  Client client(ink_org(), {.require_cookie = true});
  EXPECT_EQ(brought(client.post(connect(client.id, true))),
            "connect!400::Client " + client.id +
                " has established a session, but no BAYEUX_BROWSER cookie present");
  const HttpResponse handshake = client.send(client.cometd_request(client.token_text, kHandshake));
  const std::string cookie(handshake.headers.get("Set-Cookie"));
  HttpRequest request =
      client.cometd_request(client.token_text, connect(parsed(handshake)[0]["clientId"], true));
  request.headers.add("Cookie", "other=1; " + cookie.substr(0, cookie.find(';')));
  EXPECT_EQ(brought(parsed(client.send(request))), "connect");
}

TEST(CometD, RequestsThatAreNoneAreRefusedAtOnce) {
  Client client;
  struct Case {
    const char* name;
    std::string method;
    std::string target;
    std::string body;
    int status;
    const char* text;
  };
  const Case cases[] = {
      {"a WebSocket", "GET", "/cometd/66.0", "", 400, "Only long polling is emulated: POST wanted"},
      {"no JSON", "POST", "/cometd/66.0", "{", 400, "The body wants a JSON array of messages"},
      {"too large", "POST", "/cometd/66.0", std::string(32'769, ' '), 413, "Maximum Request Size Exceeded"},
      {"no version", "POST", "/cometd/", "[{}]", 400,
       R"([{"channel":"","successful":false,"error":"400::API version in the URI is mandatory. URI format: '/cometd/66.0'"}])"},
      {"old version", "POST", "/cometd/36.0/connect", "[{}]", 400,
       R"([{"channel":"","successful":false,"error":"400::Unsupported API version. Use version 37.0 or later."}])"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const HttpResponse answer = client.send({.method = c.method, .target = c.target, .body = c.body});
    EXPECT_EQ(answer.status, c.status);
    EXPECT_EQ(answer.body, c.text);
  }
  EXPECT_EQ(client
                .send({.method = "POST",
                       .target = "/cometd/66.0/handshake",
                       .headers = {{"Authorization", "bearer " + client.token_text}},
                       .body = kHandshake})
                .status,
            200)
      << "a suffix, one message without an array, another scheme";
}

TEST(CometD, OlderVersionsSeeOlderMessages) {
  Client client;
  client.publish("A");
  client.post(subscribe(client.id, "/event/Low_Ink__e", "-2"));
  HttpRequest request = client.cometd_request(client.token_text, connect(client.id, true));
  request.target = "/cometd/42.0";
  const Json event = parsed(client.send(request))[0]["data"];
  EXPECT_EQ(event["payload"]["CreatedDate"], "2026-01-05T09:00:00Z");
  EXPECT_FALSE(event["event"].contains("EventApiName"));
}

TEST(CometD, UnsubscribingEndsDeliveries) {
  Client client;
  client.post(subscribe(client.id, "/event/Low_Ink__e"));
  EXPECT_EQ(brought(client.post(R"({"channel":"/meta/unsubscribe","clientId":")" + client.id +
                                R"(","subscription":"/event/Low_Ink__e"})")),
            "unsubscribe");
  client.publish("A");
  EXPECT_EQ(brought(client.post(connect(client.id, true))), "connect");
}

TEST(CometD, EachSubscriberGetsEveryEvent) {
  Client client;
  const std::string other = client.handshake();
  client.post(subscribe(client.id, "/event/Low_Ink__e"));
  client.post(subscribe(other, "/event/Low_Ink__e"));
  std::optional<Rig::Answered> first;
  std::optional<Rig::Answered> second;
  client.begin(client.cometd_request(client.token_text, connect(client.id)), first);
  client.begin(client.cometd_request(client.token_text, connect(other)), second);
  client.run_for(1s);
  client.publish("A");
  client.run_for(1s);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(brought(first->body), "A connect");
  EXPECT_EQ(brought(second->body), "A connect");
}

}  // namespace
}  // namespace salesforce_edge_tests
