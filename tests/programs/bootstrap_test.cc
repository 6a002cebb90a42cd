#include <algorithm>
#include <charconv>

#include "middleware/kernel/hop.h"
#include "tests/programs/program.h"

namespace program_tests {
namespace {

/// A Lambda Runtime API: hands out the invocations it was given, then lets the function wait.
class FakeRuntime final : public kernel::HttpHandler {
 public:
  struct Post {
    std::string target;
    kernel::Headers headers;
    std::string body;
  };

  explicit FakeRuntime(live::Loop& loop) : loop_(loop), came_(loop) {}

  kernel::Task<HttpReply> handle(HttpRequest request) override {
    if (request.target != "/2018-06-01/runtime/invocation/next") {
      posts.push_back({request.target, std::move(request.headers), std::move(request.body)});
      co_return HttpReply{{202, {}, R"({"status":"OK"})"}};
    }
    ++nexts;
    while (invocations_.empty()) co_await came_.wait();
    HttpReply reply{std::move(invocations_.front())};
    invocations_.erase(invocations_.begin());
    co_return reply;
  }

  /// Half a minute is left for it.
  void invoke(const std::string& id, std::string event) {
    const auto deadline = (loop_.wall_now() + 30s).time_since_epoch() / 1ms;
    invocations_.push_back({200,
                            {{"Lambda-Runtime-Aws-Request-Id", id},
                             {"Lambda-Runtime-Deadline-Ms", std::to_string(deadline)},
                             {"Lambda-Runtime-Trace-Id",
                              "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"}},
                            std::move(event)});
    came_.notify_all();
  }

  std::vector<Post> posts;
  int nexts = 0;

 private:
  live::Loop& loop_;
  kernel::Signal came_;
  std::vector<kernel::HttpResponse> invocations_;
};

std::string bus_event(const std::string& payload) {
  return std::string(
             R"({"version":"0","detail-type":"Order_Placed__e","source":"aws.partner/salesforce.com/x",)") +
         R"("time":"2026-01-05T09:00:00Z","detail":{"id":")" + kEvent + R"(","payload":)" + payload + "}}";
}

/// Both neighbours of the function, and the function.
class Chain {
 public:
  explicit Chain(int middleware_status = 200, const live::ServerConfig& config = {})
      : Chain(
            [middleware_status](const HttpRequest&) {
              return HttpReply{{middleware_status, {}, R"({"detail":"payments is down"})"}};
            },
            config) {}
  explicit Chain(ScriptedHandler::Script script, const live::ServerConfig& config = {})
      : middleware(std::move(script)), middleware_server(serve(loop, middleware, config)) {}

  /// `more` replaces what the function is told by default; a value of "" leaves it out.
  void start(const std::vector<std::pair<std::string, std::string>>& more = {}) {
    std::vector<std::pair<std::string, std::string>> variables{
        {"AWS_LAMBDA_RUNTIME_API", runtime_server->base_url().substr(7)},
        {"AWS_LAMBDA_FUNCTION_NAME", "orders-ingest"},
        {"LAMBDA_TASK_ROOT", folder.path()},
        {"MIDDLEWARE_URL", middleware_server->base_url()}};
    for (const auto& [name, value] : more) {
      std::erase_if(variables, [&n = name](const auto& v) { return v.first == n; });
      if (!value.empty()) variables.emplace_back(name, value);
    }
    program = std::make_unique<Program>("bootstrap", std::vector<std::string>{}, variables);
  }

  /// The report of the n-th invocation, or of the failed start.
  const FakeRuntime::Post& report(std::size_t n) {
    if (!run_until(loop, [this, n] { return runtime.posts.size() >= n; }))
      throw std::runtime_error("no report");
    return runtime.posts[n - 1];
  }

  Folder folder;
  std::string file = folder.file("middleware.yaml", orders_yaml("", "", ""));
  live::Loop loop;
  FakeRuntime runtime{loop};
  ScriptedHandler middleware;
  std::unique_ptr<live::HttpServer> runtime_server = serve(loop, runtime);
  std::unique_ptr<live::HttpServer> middleware_server;
  std::unique_ptr<Program> program;
};

TEST(Bootstrap, HandsTheEventToTheMiddleware) {
  Chain chain;
  chain.start();
  chain.runtime.invoke("id-1", bus_event(kPayload));
  const FakeRuntime::Post& report = chain.report(1);
  EXPECT_EQ(report.target, "/2018-06-01/runtime/invocation/id-1/response");
  EXPECT_EQ(report.body, std::string(R"({"status":200,"eventId":")") + kEvent + R"("})");

  ASSERT_EQ(chain.middleware.asked.size(), 1U);
  const HttpRequest& asked = chain.middleware.asked.front();
  EXPECT_EQ(asked.method + " " + asked.target, "POST /events");
  EXPECT_EQ(asked.body, kPayload);
  EXPECT_EQ(asked.headers.get("ce-id"), kEvent);
  EXPECT_EQ(asked.headers.get("ce-type"), "Order_Placed__e");
  EXPECT_EQ(asked.headers.get("traceparent"), kernel::traceparent(kEvent, 0x53995c3f42cd8ad8));
  EXPECT_EQ(asked.headers.get("X-Amzn-Trace-Id"),
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
  const std::string left_ms(asked.headers.get("X-Deadline-Ms"));
  int left = 0;
  std::from_chars(left_ms.data(), left_ms.data() + left_ms.size(), left);
  EXPECT_GT(left, 0);
  EXPECT_LE(left, 29'500);  // half a second is kept for the answer

  const kernel::Json line = chain.program->log_line("invoke ingest: ok");
  ASSERT_FALSE(line.is_null());
  EXPECT_EQ(line.at("service"), "orders-ingest");
  EXPECT_EQ(line.at("requestId"), "id-1");
  EXPECT_EQ(line.at("eventId"), kEvent);
  EXPECT_EQ(line.at("operation"), "Order_Placed__e");
  EXPECT_EQ(line.at("parentSpanId"), "53995c3f42cd8ad8");
}

std::string record(const char* id, const std::string& body) {
  return R"({"messageId":")" + std::string(id) + R"(","eventSource":"aws:sqs","body":)" +
         kernel::json_quoted(body) + "}";
}

TEST(Bootstrap, NamesTheEventsOfABatchThatFailed) {
  Chain chain;
  chain.start();
  chain.runtime.invoke("id-1", R"({"Records":[)" + record("m-1", bus_event(kPayload)) + "," +
                                   record("m-2", "no event") + "]}");
  const FakeRuntime::Post& report = chain.report(1);
  EXPECT_EQ(report.target, "/2018-06-01/runtime/invocation/id-1/response");
  EXPECT_EQ(report.body, R"({"batchItemFailures":[{"itemIdentifier":"m-2"}]})");
  ASSERT_EQ(chain.middleware.asked.size(), 1U);
  EXPECT_EQ(chain.middleware.asked.front().headers.get("ce-id"), kEvent);
  const kernel::Json line = chain.program->log_line("ValidationError");
  ASSERT_FALSE(line.is_null());
  EXPECT_EQ(line.at("requestId"), "id-1");
  EXPECT_EQ(chain.program->log_line("invoke ingest: ok").at("operation"), "SQS batch");
}

TEST(Bootstrap, HandsABatchOverInOneRequest) {
  // The second of two events is busy; an audit goes to a destination of its own.
  Chain chain([](const HttpRequest& request) {
    const auto events = kernel::parse_json(request.body);
    if (request.target == "/intake")
      return HttpReply{
          {200, {}, R"([{"id":")" + kernel::json_text_at(*events, "/0/id") + R"(","status":202}])"}};
    return HttpReply{{200,
                      {},
                      R"([{"id":")" + std::string(kEvent) + R"(","status":202},{"id":")" +
                          kernel::json_text_at(*events, "/1/id") + R"(","status":503,"retryAfter":5}])"}};
  });
  chain.folder.file("middleware.yaml", orders_yaml("", "", "") + R"(batch: {max_events: 10}
enrich: {correlation_id: Order_Number__c}
destinations: {audit: {url: ")" + chain.middleware_server->base_url() +
                                           R"(", path: /intake}}
routes: [{when: {type: Audit__e}, to: audit}, {to: middleware}]
)");
  chain.start();
  const std::string other = "3ed6657d-e927-568b-95e1-2665a8aea6a2";
  std::string second = bus_event(kPayload);
  second.replace(second.find(kEvent), other.size(), other);
  const std::string audit = R"({"detail-type":"Audit__e","source":"s","detail":{"payload":{"a":1}}})";
  chain.runtime.invoke("id-1", R"({"Records":[)" + record("m-1", bus_event(kPayload)) + "," +
                                   record("m-2", second) + "," + record("m-3", audit) + "]}");
  EXPECT_EQ(chain.report(1).body, R"({"batchItemFailures":[{"itemIdentifier":"m-2"}]})");
  ASSERT_EQ(chain.middleware.asked.size(), 2U);
  std::ranges::sort(chain.middleware.asked, {}, &HttpRequest::target);
  const HttpRequest& batch = chain.middleware.asked.front();
  EXPECT_EQ(batch.method + " " + batch.target, "POST /events");
  EXPECT_EQ(batch.headers.get("Content-Type"), "application/cloudevents-batch+json");
  EXPECT_TRUE(batch.headers.has("X-Deadline-Ms"));
  const auto events = kernel::parse_json(batch.body);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ(kernel::json_text_at(*events, "/0/id"), kEvent);
  EXPECT_EQ(kernel::json_text_at(*events, "/0/type"), "Order_Placed__e");
  EXPECT_EQ(kernel::json_text_at(*events, "/1/id"), other);
  EXPECT_NE(kernel::json_text_at(*events, "/0/data/_enriched/correlation_id"), "");
  EXPECT_EQ(chain.middleware.asked.back().target, "/intake");
}

TEST(Bootstrap, ReportsWhyAnInvocationFailed) {
  struct Case {
    const char* name;
    std::string event;
    int middleware_status;
    std::size_t handed_over;
    const char* type;
    const char* message;
  };
  const Case cases[] = {
      {"a field is missing", bus_event(R"({"Amount__c":"4111-secret"})"), 200, 0, "ValidationError",
       "Order_Placed__e: Order_Number__c is missing"},
      {"no JSON", "{", 200, 0, "ValidationError", "not JSON: line 1"},
      {"middleware busy", bus_event(kPayload), 503, 1, "MiddlewareBusy", "the middleware answered 503"},
      {"middleware refuses", bus_event(kPayload), 422, 1, "MiddlewareRefused", "the middleware answered 422"},
      {"SQS without ids", R"({"Records":[{"eventSource":"aws:sqs","body":"{}"}]})", 200, 0, "ValidationError",
       "record 1 has no messageId or no body"},
      {"SNS without an event", R"({"Records":[{"EventSource":"aws:sns","Sns":{}}]})", 200, 0,
       "ValidationError", "the SNS record has no Message"},
      {"S3", R"({"Records":[{"eventSource":"aws:s3"}]})", 200, 0, "UnsupportedEvent",
       "Records of aws:s3 are not supported: this function takes an EventBridge event"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Chain chain(c.middleware_status);
    chain.start();
    chain.runtime.invoke("id-1", c.event);
    const FakeRuntime::Post& report = chain.report(1);
    EXPECT_EQ(report.target, "/2018-06-01/runtime/invocation/id-1/error");
    EXPECT_EQ(report.headers.get("Lambda-Runtime-Function-Error-Type"), std::string("Function.") + c.type);
    const auto body = kernel::parse_json(report.body);
    ASSERT_TRUE(body);
    EXPECT_EQ(kernel::json_text_at(*body, "/errorType"), c.type);
    EXPECT_NE(kernel::json_text_at(*body, "/errorMessage").find(c.message), std::string::npos) << report.body;
    EXPECT_EQ(chain.middleware.asked.size(), c.handed_over);

    ASSERT_TRUE(
        run_until(chain.loop, [&chain] { return chain.runtime.nexts == 2; }));  // the next one is asked for
    chain.program->send_term();
    EXPECT_EQ(chain.program->wait(), 0);
    const std::string log = chain.program->rest_of_stdout();
    EXPECT_NE(log.find(c.type), std::string::npos) << log;
    EXPECT_EQ(log.find("secret"), std::string::npos) << log;
  }
}

TEST(Bootstrap, KeepsItsConnectionsBetweenInvocations) {
  const auto authority = live::CertificateAuthority::create();
  ASSERT_TRUE(authority);
  const auto identity = authority->issue();
  ASSERT_TRUE(identity);
  Chain chain(200, {.tls = *identity});
  chain.start({{"MIDDLEWARE_CA_FILE", chain.folder.file("ca.pem", authority->ca_pem())}});
  chain.runtime.invoke("id-1", bus_event(kPayload));
  EXPECT_TRUE(chain.report(1).target.ends_with("/id-1/response")) << chain.report(1).body;

  // From here on only the connections that are open already lead anywhere.
  chain.middleware_server->stop_accepting();
  chain.runtime_server->stop_accepting();
  chain.runtime.invoke("id-2", bus_event(kPayload));
  EXPECT_TRUE(chain.report(2).target.ends_with("/id-2/response")) << chain.report(2).body;
}

TEST(Bootstrap, GivesUpAtOnceWhenItIsNotSetUp) {
  struct Case {
    const char* name;
    std::vector<std::pair<std::string, std::string>> variables;
    const char* type;
    const char* message;
  };
  const Case cases[] = {
      {"no URL", {{"MIDDLEWARE_URL", ""}}, "MissingVariable", "MIDDLEWARE_URL is not set"},
      {"URL", {{"MIDDLEWARE_URL", "middleware"}}, "InvalidVariable", "not a base URL"},
      {"CA", {{"MIDDLEWARE_CA_FILE", "/none.pem"}}, "InvalidVariable", "/none.pem"},
      {"no file",
       {{"RELAYRIG_MIDDLEWARE_CONFIG", "/none.yaml"}},
       "InvalidConfiguration",
       "/none.yaml: No such file"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Chain chain;
    chain.start(c.variables);
    const FakeRuntime::Post& report = chain.report(1);
    EXPECT_EQ(report.target, "/2018-06-01/runtime/init/error");
    EXPECT_EQ(report.headers.get("Lambda-Runtime-Function-Error-Type"), std::string("Runtime.") + c.type);
    EXPECT_NE(report.body.find(c.message), std::string::npos) << report.body;
    EXPECT_EQ(chain.program->wait(), 1);
    EXPECT_EQ(chain.runtime.nexts, 0);
  }
}

TEST(Bootstrap, EndsWhenTheRuntimeIsLost) {
  Chain chain;
  chain.start();
  ASSERT_TRUE(run_until(chain.loop, [&chain] { return chain.runtime.nexts == 1; }));
  chain.runtime_server->stop();
  EXPECT_EQ(chain.program->wait(), 1);
  EXPECT_FALSE(chain.program->log_line("no invocation").is_null());
}

TEST(Bootstrap, IsNothingToStartByHand) {
  Program program("bootstrap", {});
  EXPECT_EQ(program.wait(), 1);
  EXPECT_NE(program.rest_of_stderr().find("AWS_LAMBDA_RUNTIME_API is not set"), std::string::npos);
}

}  // namespace
}  // namespace program_tests
