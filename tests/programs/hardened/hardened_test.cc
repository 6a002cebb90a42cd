// Callers, secrets, operations and reload of the deployed service.
#include "tests/programs/running_middleware.h"

namespace program_tests {
namespace {

HttpRequest with_token(HttpRequest request, const std::string& token, const std::string& event = kEvent) {
  request.headers.set("ce-id", event);
  request.headers.add("Authorization", "Bearer " + token);
  return request;
}

constexpr const char* kCallers =
    "security: {callers: {bearer: [env:TOKEN, env:TOKEN_BEFORE]}, admin: {bearer: "
    "[env:ADMIN]}}\n";

TEST(Callers, AreKnownByTheCurrentAndThePreviousToken) {
  Apis apis;
  const Folder folder;
  Middleware middleware(
      apis.loop, {"--config", folder.file("m.yaml", apis.yaml() + kCallers), "--port", "0"},
      {{"TOKEN", "s3cr3t-now"}, {"TOKEN_BEFORE", "s3cr3t-before"}, {"ADMIN", "s3cr3t-admin"}});
  struct Case {
    const char* name;
    HttpRequest request;
    int status;
  };
  const auto get = [](const char* path) { return live_tests::request("GET", path); };
  const Case cases[] = {
      {"nobody", event_request(), 401},
      {"a stranger", with_token(event_request(), "s3cr3t-wrong"), 401},
      {"current", with_token(event_request(), "s3cr3t-now", "e1"), 200},
      {"previous", with_token(event_request(), "s3cr3t-before", "e2"), 200},
      {"health", get("/health"), 200},
      {"readiness", get("/ready"), 200},
      {"metrics without", get("/metrics"), 401},
      {"metrics with", with_token(get("/metrics"), "s3cr3t-now"), 200},
      {"admin as a caller", with_token(get("/admin/breakers"), "s3cr3t-now"), 401},
      {"admin", with_token(get("/admin/breakers"), "s3cr3t-admin"), 200},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const HttpResult got = middleware.call(c.request);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->status, c.status) << got->body;
    EXPECT_EQ(got->body.find("s3cr3t"), std::string::npos);
  }
  middleware.program.send_term();
  EXPECT_EQ(middleware.program.wait(), 0);
  EXPECT_EQ(middleware.program.rest_of_stdout().find("s3cr3t"), std::string::npos);
}

TEST(Callers, ATokenThatSecretsManagerRotatedIsTakenAtOnce) {
  Apis apis;
  std::string secret = "s3cr3t-one";
  std::vector<std::string> targets;
  ScriptedHandler aws([&](const HttpRequest& request) {
    targets.emplace_back(request.headers.get("X-Amz-Target"));
    EXPECT_TRUE(request.headers.get("Authorization").starts_with("AWS4-HMAC-SHA256 Credential=AKID/"));
    return HttpReply{{200, {}, R"({"SecretString":"{\"token\":\")" + secret + R"(\"}"})"}};
  });
  const auto server = serve(apis.loop, aws);
  const Folder folder;
  Middleware middleware(
      apis.loop,
      {"--config",
       folder.file("m.yaml",
                   apis.yaml() + "security: {callers: {bearer: [\"secretsmanager:orders/token#/token\"]}}\n"),
       "--port", "0"},
      {{"AWS_REGION", "eu-central-1"},
       {"AWS_ACCESS_KEY_ID", "AKID"},
       {"AWS_SECRET_ACCESS_KEY", "s3cr3t-key-of-aws"},
       {"AWS_ENDPOINT_URL_SECRETS_MANAGER", server->base_url()}});
  EXPECT_EQ(middleware.call(with_token(event_request(), "s3cr3t-one", "e1"))->status, 200);
  EXPECT_EQ(middleware.call(with_token(event_request(), "s3cr3t-one", "e2"))->status, 200);
  EXPECT_EQ(targets, std::vector<std::string>{"secretsmanager.GetSecretValue"});
  // A value that was fetched a second ago is not asked for again: wait until it is older.
  bool is_older = false;
  apis.loop.call_at(apis.loop.now() + 1100ms, [&is_older] { is_older = true; });
  ASSERT_TRUE(run_until(apis.loop, [&is_older] { return is_older; }));
  secret = "s3cr3t-two";
  EXPECT_EQ(middleware.call(with_token(event_request(), "s3cr3t-two", "e3"))->status, 200);
  EXPECT_EQ(middleware.call(with_token(event_request(), "s3cr3t-one", "e4"))->status, 401);
  EXPECT_EQ(targets.size(), 2U);
}

TEST(Callers, WithoutItsSecretsTheServiceIsNotReadyAndTellsNobodyApart) {
  Apis apis;
  const Folder folder;
  Middleware middleware(apis.loop,
                        {"--config", folder.file("m.yaml", apis.yaml() + kCallers), "--port", "0"});
  EXPECT_EQ(middleware.call(live_tests::request("GET", "/health"))->status, 200);
  EXPECT_EQ(middleware.call(live_tests::request("GET", "/ready"))->status, 503);
  EXPECT_EQ(middleware.call(with_token(event_request(), "s3cr3t-now"))->status, 503);
}

TEST(Operators, ForceABreakerAndSeeItInEverythingThatTellsOfIt) {
  Apis apis;
  const Folder folder;
  Middleware middleware(apis.loop, {"--config", folder.file("m.yaml", apis.yaml()), "--port", "0"});
  EXPECT_EQ(middleware.call(live_tests::request("POST", "/admin/breakers/erp/force-open"))->status, 200);
  EXPECT_EQ(middleware.call(event_request())->status, 503);
  EXPECT_EQ(apis.order, "");
  const HttpResult ready = middleware.call(live_tests::request("GET", "/ready"));
  EXPECT_EQ(ready->status, 200);
  EXPECT_EQ(kernel::json_text_at(*kernel::parse_json(ready->body), "/status"), "warn");
  EXPECT_EQ(middleware.call(live_tests::request("POST", "/admin/breakers/erp/reset"))->status, 200);
  EXPECT_EQ(middleware.call(event_request())->status, 200);
  EXPECT_EQ(apis.order, "EPS");
}

TEST(Reload, TakesTheNewFileAndKeepsTheOldOneWhenThatIsWrong) {
  Apis apis;
  live_tests::HeldHandler held(apis.loop);
  const auto held_server = serve(apis.loop, held);
  const Folder folder;
  const std::string url = held_server->base_url();
  const std::string file = folder.file("m.yaml", orders_yaml(url, url, url));
  Middleware middleware(apis.loop, {"--config", file, "--port", "0"});
  middleware.begin(event_request());
  ASSERT_TRUE(run_until(apis.loop, [&held] { return held.started == 1; }));

  folder.file("m.yaml", apis.yaml() + "server: {connections: 77}\n");
  middleware.program.send(SIGHUP);
  EXPECT_FALSE(middleware.program.log_line("reloaded ").is_null());
  EXPECT_NE(
      kernel::json_text_at(middleware.program.log_line("these stay"), "/message").find("server.connections"),
      std::string::npos);
  HttpRequest next = event_request();
  next.headers.set("ce-id", "event-2");
  middleware.begin(std::move(next));
  ASSERT_TRUE(run_until(apis.loop, [&middleware] { return middleware.results.size() == 1; }));
  EXPECT_EQ(middleware.results[0]->status, 200);  // the new one, while the old one still runs
  EXPECT_EQ(apis.order, "EPS");

  held.let_go();
  ASSERT_TRUE(run_until(apis.loop, [&middleware] { return middleware.results.size() == 2; }));
  EXPECT_EQ(middleware.results[1]->status, 200);
  EXPECT_EQ(held.ended, 3);
  EXPECT_EQ(apis.order, "EPS");  // the old one ended under the old file

  folder.file("m.yaml", "apis: {}\nflow: []\n");
  middleware.program.send(SIGHUP);
  const kernel::Json refused = middleware.program.log_line("not reloaded");
  EXPECT_NE(kernel::json_text_at(refused, "/message").find("m.yaml:2:1"), std::string::npos);
  HttpRequest last = event_request();
  last.headers.set("ce-id", "event-3");
  EXPECT_EQ(middleware.call(std::move(last))->status, 200);
}

}  // namespace
}  // namespace program_tests
