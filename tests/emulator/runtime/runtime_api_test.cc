#include "emulator/runtime/runtime_api.h"

#include "emulator/runtime/posted_error.h"
#include "tests/emulator/runtime/runtime_support.h"

namespace emulator::runtime {
namespace {

constexpr const char* kWrongState = R"({"errorMessage":"State transition is not allowed: )"
                                    R"(%s does not come next","errorType":"InvalidStateTransition"})";
std::string wrong_state(const std::string& call) {
  std::string text = kWrongState;
  return text.replace(text.find("%s"), 2, call);
}
constexpr const char* kOk = R"({"status":"OK"})";
constexpr const char* kWrongId = R"({"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"})";

struct ApiBench {
  std::string call(HttpRequest request) {
    const HttpReply reply = support::run(scheduler, api.handle(std::move(request)));
    return std::to_string(reply.response.status) + " " + reply.response.body;
  }
  void offer(std::string id) {
    api.offer({.request_id = std::move(id),
               .headers = {{"Lambda-Runtime-Aws-Request-Id", "x"}},
               .payload = std::make_shared<const std::string>("{}")});
  }
  /// Up to an invocation that waits for its answer.
  void begin(std::string id) {
    std::optional<HttpReply> reply;
    scope.spawn(support::keep(api.handle(get_next()), reply));
    offer(std::move(id));
    while (!reply) scheduler.step();
  }

  sim::VirtualScheduler scheduler{support::kWallStart};
  RuntimeApi api{scheduler};
  kernel::TaskScope scope;
};

TEST(RuntimeApi, HandsOutWhatItWasOfferedAndTakesTheAnswer) {
  ApiBench bench;
  EXPECT_TRUE(bench.api.is_initialising());
  bench.begin("id-1");
  EXPECT_FALSE(bench.api.is_initialising());
  EXPECT_EQ(bench.call(post("invocation/id-1/response", "[1]")), std::string("202 ") + kOk);
  const auto result = bench.api.take_result();
  ASSERT_TRUE(result && *result);
  EXPECT_EQ(**result, "[1]");
  EXPECT_FALSE(bench.api.has_result());
}

TEST(RuntimeApi, AnswersEachCallByWhatCameBefore) {
  enum class Before { Nothing, Invoking, Answered, InitError };
  struct Case {
    const char* name;
    Before before;
    HttpRequest request;
    std::string answer;
  };
  const Case cases[] = {
      {"response before next", Before::Nothing, post("invocation/id-1/response", "1"),
       "403 " + wrong_state("response")},
      {"error before next", Before::Nothing, post("invocation/id-1/error", "{}"),
       "403 " + wrong_state("error")},
      {"init error", Before::Nothing, post("init/error", "{}"), std::string("202 ") + kOk},
      {"init error while invoking", Before::Invoking, post("init/error", "{}"),
       "403 " + wrong_state("init/error")},
      {"next before the answer", Before::Invoking, get_next(), "403 " + wrong_state("next")},
      {"another id", Before::Invoking, post("invocation/id-2/response", "1"), std::string("400 ") + kWrongId},
      {"error", Before::Invoking, post("invocation/id-1/error", "{}"), std::string("202 ") + kOk},
      {"answered already", Before::Answered, post("invocation/id-1/response", "1"),
       std::string("400 ") + kWrongId},
      {"next after an init error", Before::InitError, get_next(), "403 " + wrong_state("next")},
      {"a second init error", Before::InitError, post("init/error", "{}"),
       "403 " + wrong_state("init/error")},
      {"unknown path", Before::Nothing, post("invocation/id-1/stream", ""), "404 404 page not found\n"},
      {"unknown version",
       Before::Nothing,
       {.target = "/2020-01-01/runtime/invocation/next"},
       "404 404 page not found\n"},
      {"wrong method", Before::Nothing, post("invocation/next", ""), "405 "},
      {"streaming", Before::Invoking,
       post("invocation/id-1/response", "1", {{"Lambda-Runtime-Function-Response-Mode", "streaming"}}),
       R"(400 {"errorMessage":"Invalid response mode","errorType":"InvalidFunctionResponseMode"})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ApiBench bench;
    if (c.before == Before::Invoking || c.before == Before::Answered) bench.begin("id-1");
    if (c.before == Before::Answered) bench.call(post("invocation/id-1/response", "1"));
    if (c.before == Before::InitError) bench.call(post("init/error", "{}"));
    EXPECT_EQ(bench.call(c.request), c.answer);
  }
}

TEST(RuntimeApi, TakesNoResponseOverItsLimit) {
  for (const std::size_t size : {lambda::kResponseMax, lambda::kResponseMax + 1}) {
    ApiBench bench;
    bench.begin("id-1");
    const std::string answer = bench.call(post("invocation/id-1/response", std::string(size, 'x')));
    const auto result = bench.api.take_result();
    ASSERT_TRUE(result);
    if (size == lambda::kResponseMax) {
      EXPECT_EQ(answer, std::string("202 ") + kOk);
      EXPECT_TRUE(*result);
      continue;
    }
    EXPECT_EQ(answer, R"(413 {"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).",)"
                      R"("errorType":"RequestEntityTooLarge"})");
    ASSERT_FALSE(*result);
    EXPECT_EQ(result->error().type, "Function.ResponseSizeTooLarge");
    EXPECT_EQ(result->error().message,
              "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).");
    EXPECT_FALSE(result->error().ends_environment);
  }
}

TEST(RuntimeApi, GivesTheInvocationToTheLatestNext) {
  ApiBench bench;
  std::optional<HttpReply> first;
  std::optional<HttpReply> second;
  bench.scope.spawn(support::keep(bench.api.handle(get_next()), first));
  bench.scope.spawn(support::keep(bench.api.handle(get_next()), second));
  bench.offer("id-1");
  while (!first || !second) bench.scheduler.step();
  EXPECT_EQ(first->response.status, 403);
  EXPECT_EQ(second->response.status, 200);
}

TEST(PostedError, IsReadAsTheServiceDoes) {
  struct Case {
    const char* name;
    kernel::Headers headers;
    const char* body;
    const char* type;
    const char* message;
    const char* payload;
  };
  const kernel::Headers cause = {{"Content-Type", "application/vnd.aws.lambda.error.cause+json"}};
  const Case cases[] = {
      {"Node",
       {},
       R"({"errorType":"TypeError","errorMessage":"x is undefined","trace":["a"]})",
       "TypeError",
       "x is undefined",
       R"({"errorType":"TypeError","errorMessage":"x is undefined","trace":["a"]})"},
      {"no JSON", {}, "oops", "Function.Unknown", "oops", ""},
      {"no type", {}, R"({"errorMessage":"m"})", "Function.Unknown", "m", R"({"errorMessage":"m"})"},
      {"type in the header",
       {{"Lambda-Runtime-Function-Error-Type", "Runtime.ImportModuleError"}},
       R"({"errorMessage":"m"})",
       "Runtime.ImportModuleError",
       "m",
       R"({"errorMessage":"m"})"},
      {"a header of another form",
       {{"Lambda-Runtime-Function-Error-Type", "Mine"}},
       "",
       "Function.Unknown",
       "",
       ""},
      {"digits in the header",
       {{"Lambda-Runtime-Function-Error-Type", "Function.E2"}},
       "",
       "Function.Unknown",
       "",
       ""},
      {"cause", cause, R"({"errorMessage":"m","errorType":"E","stackTrace":[],"errorCause":{"a":1}})", "E",
       "m", R"({"errorMessage":"m","errorType":"E","stackTrace":[]})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const lambda::CodeError error = posted_error(post("x", c.body, c.headers), "Function");
    EXPECT_EQ(error.type, c.type);
    EXPECT_EQ(error.message, c.message);
    EXPECT_EQ(error.payload, c.payload);
  }
}

TEST(ProcessFunction, TellsTheProcessItsMemory) {
  const Variables all = variables_of({.name = "ingest", .memory_mb = 512}, "127.0.0.1:9001", "s");
  const std::pair<std::string, std::string> expected("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
  EXPECT_EQ(std::count(all.begin(), all.end(), expected), 1);
}

TEST(ProcessFunction, SetsTheVariablesThatRuntimesRead) {
  const ProcessFunction function{.name = "ingest",
                                 .region = "us-east-1",
                                 .folder = "/task",
                                 .handler = "index.handler",
                                 .variables = {{"TZ", ":Europe/Berlin"}, {"LOG", "debug"}}};
  const Variables all = variables_of(function, "127.0.0.1:9001", "2026/01/05/[$LATEST]ab");
  const auto value = [&all](const char* name) {
    std::string text = "not there";
    for (const auto& [key, found] : all) {
      if (key == name) text = found;
    }
    return text;
  };
  EXPECT_EQ(value("AWS_LAMBDA_RUNTIME_API"), "127.0.0.1:9001");
  EXPECT_EQ(value("_HANDLER"), "index.handler");
  EXPECT_EQ(value("AWS_LAMBDA_FUNCTION_NAME"), "ingest");
  EXPECT_EQ(value("AWS_LAMBDA_FUNCTION_VERSION"), "$LATEST");
  EXPECT_EQ(value("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), "128");
  EXPECT_EQ(value("AWS_LAMBDA_LOG_GROUP_NAME"), "/aws/lambda/ingest");
  EXPECT_EQ(value("AWS_LAMBDA_LOG_STREAM_NAME"), "2026/01/05/[$LATEST]ab");
  EXPECT_EQ(value("AWS_LAMBDA_INITIALIZATION_TYPE"), "on-demand");
  EXPECT_EQ(value("AWS_REGION"), "us-east-1");
  EXPECT_EQ(value("LAMBDA_TASK_ROOT"), "/task");
  EXPECT_EQ(value("TZ"), ":Europe/Berlin");
  EXPECT_EQ(value("LOG"), "debug");
  EXPECT_EQ(value("AWS_EXECUTION_ENV"), "not there");
}

TEST(ProcessFunction, RefusesVariablesThatSayWhichEnvironmentItIs) {
  EXPECT_EQ(refuse_variable("LOG"), std::nullopt);
  EXPECT_EQ(refuse_variable("AWS_ENDPOINT_URL"), std::nullopt);
  EXPECT_EQ(refuse_variable("AWS_LAMBDA_RUNTIME_API"),
            "'AWS_LAMBDA_RUNTIME_API' is reserved: Lambda sets it");
  EXPECT_EQ(refuse_variable("A=B"), "'A=B' is no name of a variable");
}

}  // namespace
}  // namespace emulator::runtime
