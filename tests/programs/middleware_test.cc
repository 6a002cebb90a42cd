#include "middleware/kernel/hop.h"
#include "middleware/kernel/ids.h"
#include "tests/programs/running_middleware.h"

namespace program_tests {
namespace {

struct Finished {
  int exit_code;
  std::string out;
  std::string err;
};

Finished finish(const std::vector<std::string>& arguments,
                const std::vector<std::pair<std::string, std::string>>& variables = {}) {
  Program program("relayrig-middleware", arguments, variables);
  const int code = program.wait();
  return {code, program.rest_of_stdout(), program.rest_of_stderr()};
}

TEST(MiddlewareProgram, IsHealthy) {
  Apis apis;
  const Folder folder;
  Middleware middleware(apis.loop, {"--config", folder.file("m.yaml", apis.yaml()), "--port", "0"});
  const HttpResult health = middleware.call(live_tests::request("GET", "/health"));
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, 200);
  EXPECT_EQ(kernel::json_text_at(*kernel::parse_json(health->body), "/status"), "pass");
  EXPECT_EQ(kernel::json_text_at(*kernel::parse_json(health->body), "/serviceId"), "orders");
}

TEST(MiddlewareProgram, CallsTheApisOnceForAnEventThatComesTwice) {
  Apis apis;
  const Folder folder;
  Middleware middleware(apis.loop, {"--config", folder.file("m.yaml", apis.yaml()), "--port", "0"});

  const HttpResult first = middleware.call(event_request());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, R"({"status":"done"})");
  EXPECT_EQ(apis.order, "EPS");
  struct Case {
    const char* step;
    const char* api;
    const ScriptedHandler& handler;
    const char* target;
    const char* body;
  };
  const Case cases[] = {
      {"book", "erp", apis.erp, "/orders", R"({"number":"SO-1"})"},
      {"charge", "payments", apis.payments, "/v1/charges?card=4111-secret",
       R"({"amount":12.5,"order":"E-1"})"},
      {"ship", "shipping", apis.shipping, "/shipments", R"({"charge":"P-1"})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.step);
    ASSERT_EQ(c.handler.asked.size(), 1U);
    const HttpRequest& asked = c.handler.asked.front();
    EXPECT_EQ(asked.method, "POST");
    EXPECT_EQ(asked.target, c.target);
    EXPECT_EQ(asked.body, c.body);
    EXPECT_EQ(asked.headers.get("Idempotency-Key"),
              kernel::uuid5(kEvent, std::string(c.step) + "\n" + c.api));
    EXPECT_EQ(asked.headers.get("traceparent").substr(3, 32), kTrace);
  }

  const HttpResult again = middleware.call(event_request());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, 200);
  EXPECT_EQ(again->body, R"({"status":"done","duplicate":true})");
  EXPECT_EQ(apis.order, "EPS");
}

TEST(MiddlewareProgram, IsAskedByItselfWhetherItIsWell) {
  Apis apis;
  const Folder folder;
  Middleware middleware(apis.loop, {"--config", folder.file("m.yaml", apis.yaml()), "--port", "0"});
  const auto probe = [&middleware] {
    Program asking("relayrig-middleware", {"--health", "--port", std::to_string(middleware.port)});
    const int code = asking.wait();
    return std::to_string(code) + asking.rest_of_stderr();
  };
  EXPECT_EQ(probe(), "0");
  middleware.program.send_term();
  EXPECT_EQ(middleware.program.wait(), 0);
  EXPECT_EQ(probe().substr(0, 1), "1");
  EXPECT_NE(probe().find("no answer: refused"), std::string::npos) << probe();
}

TEST(MiddlewareProgram, AsksForTheEventAgainWhenAnApiIsDown) {
  Apis apis;
  apis.payments_status = 500;
  const Folder folder;
  Middleware middleware(apis.loop, {"--config", folder.file("m.yaml", apis.yaml()), "--port", "0"});
  const HttpResult failed = middleware.call(event_request());
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 503);

  apis.payments_status = 201;
  const HttpResult done = middleware.call(event_request());
  ASSERT_TRUE(done);
  EXPECT_EQ(done->status, 200);
  EXPECT_EQ(apis.order, "EPPS");  // what was booked is not booked again
}

TEST(MiddlewareProgram, WritesOneLineForEachHopAndNoPayload) {
  Apis apis;
  const Folder folder;
  Middleware middleware(apis.loop, {"--config", folder.file("m.yaml", apis.yaml()), "--port", "0"});
  ASSERT_TRUE(middleware.call(event_request()));
  ASSERT_TRUE(middleware.call(live_tests::request("GET", "/health")));
  ASSERT_TRUE(middleware.call(event_request("Order_Lost__e")));
  middleware.program.send_term();
  EXPECT_EQ(middleware.program.wait(), 0);

  const std::string text = middleware.program.rest_of_stdout();
  EXPECT_EQ(text.find("secret"), std::string::npos);
  std::istringstream lines(text);
  std::vector<std::string> stages;
  std::vector<kernel::Json> hops;
  for (std::string line; std::getline(lines, line);) {
    const auto json = kernel::parse_json(line);
    ASSERT_TRUE(json) << line;
    EXPECT_EQ(kernel::json_text_at(*json, "/service"), "orders");
    if (!json->contains("stage")) continue;
    EXPECT_EQ(kernel::json_text_at(*json, "/eventId"), kEvent);
    EXPECT_EQ(kernel::json_text_at(*json, "/traceId"), kTrace);
    stages.push_back(json->at("stage").get<std::string>() + " " + json->at("operation").get<std::string>() +
                     " " + json->at("outcome").get<std::string>());
    hops.push_back(*json);
  }
  EXPECT_EQ(stages, (std::vector<std::string>{"api POST /orders ok", "step book ok", "api POST /charges ok",
                                              "step charge ok", "api POST /shipments ok", "step ship ok",
                                              "compute POST /events ok", "compute POST /events rejected"}));
  ASSERT_EQ(hops.size(), 8U);
  // The chain of spans: caller, request, step, attempt.
  EXPECT_EQ(hops[6].at("parentSpanId"), "0000000000000abc");
  EXPECT_EQ(hops[1].at("parentSpanId"), hops[6].at("spanId"));
  EXPECT_EQ(hops[0].at("parentSpanId"), hops[1].at("spanId"));
  EXPECT_EQ(hops[0].at("spanId"), apis.erp.asked.front().headers.get("traceparent").substr(36, 16));
  EXPECT_EQ(hops[7].at("statusCode"), 422);
  EXPECT_EQ(hops[7].at("level"), "ERROR");
  EXPECT_EQ(kernel::json_text_at(hops[7], "/error/message"), "no-flow");
}

TEST(MiddlewareProgram, FinishesWhatRunsBeforeItStops) {
  live::Loop loop;
  live_tests::HeldHandler held(loop);
  const auto server = serve(loop, held);
  const std::string url = server->base_url();
  const Folder folder;
  Middleware middleware(loop, {"--config", folder.file("m.yaml", orders_yaml(url, url, url)), "--port", "0"});
  middleware.begin(event_request());
  ASSERT_TRUE(run_until(loop, [&held] { return held.started == 1; }));

  middleware.program.send_term();
  EXPECT_EQ(middleware.program.log_line("stopping").at("fields").at("running"), 1);
  held.let_go();
  ASSERT_TRUE(run_until(loop, [&middleware] { return !middleware.results.empty(); }));
  ASSERT_TRUE(middleware.results.front());
  EXPECT_EQ(middleware.results.front()->status, 200);
  EXPECT_EQ(middleware.results.front()->headers.get("Connection"), "close");
  EXPECT_EQ(held.ended, 3);
  EXPECT_EQ(middleware.program.wait(), 0);
}

TEST(MiddlewareProgram, StopsAtOnceWhenItIsToldTwice) {
  live::Loop loop;
  live_tests::HeldHandler held(loop);
  const auto server = serve(loop, held);
  const std::string url = server->base_url();
  const Folder folder;
  Middleware middleware(loop, {"--config", folder.file("m.yaml", orders_yaml(url, url, url)), "--port", "0"});
  middleware.begin(event_request());
  ASSERT_TRUE(run_until(loop, [&held] { return held.started == 1; }));
  middleware.program.send_term();
  ASSERT_FALSE(middleware.program.log_line("stopping").is_null());
  middleware.program.send_term();
  EXPECT_EQ(middleware.program.wait(), 130);
}

TEST(MiddlewareProgram, ServesAndCallsHttps) {
  const auto authority = live::CertificateAuthority::create();
  ASSERT_TRUE(authority);
  const auto identity = authority->issue();
  ASSERT_TRUE(identity);
  Apis apis({.tls = *identity});
  const Folder folder;
  Middleware middleware(apis.loop,
                        {"--config", folder.file("m.yaml", apis.yaml()), "--port", "0", "--bind", "127.0.0.1",
                         "--ca-file", folder.file("ca.pem", authority->ca_pem()),  //
                         "--tls-cert", folder.file("chain.pem", identity->certificate_chain_pem), "--tls-key",
                         folder.file("key.pem", identity->private_key_pem)},
                        {}, authority->ca_pem());
  const HttpResult done = middleware.call(event_request());
  ASSERT_TRUE(done) << kernel::to_text(done.error());
  EXPECT_EQ(done->status, 200);
  EXPECT_EQ(apis.order, "EPS");
}

TEST(MiddlewareProgram, TakesThePortOfTheEnvironmentUnlessAFlagNamesOne) {
  Apis apis;
  const auto taken = serve(apis.loop, apis.erp);
  const std::string port = std::to_string(taken->port());
  const Folder folder;
  const std::string file = folder.file("m.yaml", apis.yaml());

  const Finished refused = finish({"--config", file, "--bind", "127.0.0.1"}, {{"PORT", port}});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_NE(refused.err.find("127.0.0.1:" + port + ": cannot listen"), std::string::npos) << refused.err;

  const Middleware by_flag(apis.loop, {"--port", "0"},
                           {{"PORT", port}, {"RELAYRIG_MIDDLEWARE_CONFIG", file}});
  EXPECT_NE(by_flag.port, taken->port());
}

TEST(MiddlewareProgram, SaysWhatIsWrongAndExitsWithTwo) {
  const Folder folder;
  const std::string good = folder.file("good.yaml", orders_yaml("http://h", "http://h", "http://h"));
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
    std::string message;
  };
  const Case cases[] = {
      {"unknown key",
       {"--config", folder.file("a.yaml", "apis: {}\nflow: []\n"), "--check"},
       "a.yaml:2:1: unknown key"},
      {"no url",
       {"--config", folder.file("b.yaml", orders_yaml("http://h", "", "http://h"))},
       "b.yaml:6:13: the api 'payments' has no url"},
      {"no url, checked",
       {"--config", folder.file("c.yaml", orders_yaml("http://h", "", "http://h")), "--check"},
       "c.yaml:6:13: the api 'payments' has no url"},
      {"url of another kind",
       {"--config", folder.file("d.yaml", orders_yaml("ftp://h", "http://h", "http://h"))},
       "d.yaml:5:14: the url of the api 'erp'"},
      {"no file", {"--config", folder.path() + "/none.yaml"}, "none.yaml: No such file"},
      {"no config", {}, "--config is required"},
      {"port", {"--config", good, "--port", "70000"}, "--port"},
      {"flag", {"--config", good, "--prot", "1"}, "did you mean '--port'"},
      {"half of TLS", {"--config", good, "--tls-cert", good}, "--tls-key"},
      {"certificate",
       {"--config", good, "--tls-cert", good, "--tls-key", good, "--check"},
       "holds no PEM certificate"},
      {"CA", {"--config", good, "--ca-file", good, "--check"}, "no CA certificate"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Finished got = finish(c.arguments);
    EXPECT_EQ(got.exit_code, 2);
    EXPECT_NE(got.err.find(c.message), std::string::npos) << got.err;
    EXPECT_EQ(got.out, "");
  }
}

TEST(MiddlewareProgram, ChecksWithoutServing) {
  const Folder folder;
  const std::string file =
      folder.file("m.yaml", orders_yaml("http://erp", "https://pay/v1", "http://ship:81"));
  const Finished got = finish({"--config", file, "--check"});
  EXPECT_EQ(got.exit_code, 0);
  EXPECT_EQ(
      got.out,
      "ok  api erp at http://erp\nok  api payments at https://pay/v1\nok  api shipping at http://ship:81\n"
      "ok  flow Order_Placed__e, steps: 3\nok  " +
          file + "\n");
  EXPECT_EQ(got.err, "");
}

TEST(MiddlewareProgram, TakesEventsOfTheTopicsThatItsFileLists) {
  Apis apis;
  const Folder folder;
  const std::string topic = "arn:aws:sns:us-east-1:123456789012:orders";
  const std::string file = folder.file("m.yaml", apis.yaml() + "sns: {topics: [\"" + topic + "\"]}\n");
  EXPECT_NE(finish({"--config", file, "--check"}).out.find("\nok  topic " + topic + "\n"), std::string::npos);
  Middleware middleware(apis.loop, {"--config", file, "--port", "0"});
  const std::string event = std::string(R"({"detail-type":"Order_Placed__e","detail":{"id":")") + kEvent +
                            R"(","payload":)" + kPayload + "}}";
  const std::string body =
      R"({"Type":"Notification","TopicArn":")" + topic + R"(","Message":)" + kernel::json_quoted(event) + "}";
  const HttpResult taken =
      middleware.call(live_tests::request("POST", "/sns", body, {{"x-amz-sns-topic-arn", topic}}));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->status, 200);
  EXPECT_EQ(apis.order, "EPS");
  const HttpResult other =
      middleware.call(live_tests::request("POST", "/sns", body, {{"x-amz-sns-topic-arn", topic + "2"}}));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->status, 403);
}

TEST(MiddlewareProgram, KnowsItsVersion) {
  const Finished got = finish({"--version"});
  EXPECT_EQ(got.exit_code, 0);
  EXPECT_TRUE(got.out.starts_with("relayrig-middleware ")) << got.out;
}

}  // namespace
}  // namespace program_tests
