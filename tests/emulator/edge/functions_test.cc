// What clients set of functions, and what an invocation answers beside its payload.
#include "emulator/edge/functions.h"

#include <algorithm>

#include "emulator/lambda/event_source_mappings.h"
#include "emulator/lambda/lambda.h"
#include "emulator/queues/queues.h"
#include "middleware/kernel/base64.h"
#include "tests/emulator/boxes/recording_journal.h"
#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

namespace edge = emulator::edge;
namespace lambda = emulator::lambda;
using namespace std::chrono_literals;

class Echo final : public lambda::FunctionCode {
 public:
  kernel::Task<lambda::CodeResult> run(lambda::CodeInvocation invocation) override {
    co_return *invocation.payload;
  }
};

struct FunctionsRig {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  emulator::RecordingJournal journal{scheduler};
  emulator::queues::Queues queues{{}, 7, scheduler, journal};
  Echo code;
  lambda::Lambda functions{7, scheduler, journal, queues, {.concurrency = 500}};
  lambda::EventSourceMappings mappings{7, {scheduler, journal, queues, functions}};
  edge::Edge edge{{.version = "0.1.0"}, 1, scheduler, journal};

  FunctionsRig() {
    functions.add({.name = "ingest", .concurrency = 100, .cold_start = 0s}, code);
    edge.add(std::make_unique<edge::Functions>(
        edge::LambdaPorts{functions, functions, functions, mappings, scheduler},
        edge::LambdaPlace{"us-east-1", "123456789012"}, 7, journal));
  }
  HttpResponse send(std::string method, std::string target, std::string body = {},
                    kernel::Headers headers = {}) {
    headers.add("authorization", signed_for("lambda"));
    return support::run(scheduler, edge.handle({.method = std::move(method),
                                                .host = "127.0.0.1:4570",
                                                .target = std::move(target),
                                                .headers = std::move(headers),
                                                .body = std::move(body)}))
        .response;
  }
};

const std::string kConfig = "/2019-09-25/functions/ingest/event-invoke-config";

TEST(Functions, KeepBothDestinationsThatAreSet) {
  FunctionsRig rig;
  const std::string wanted =
      R"({"OnSuccess":{"Destination":"arn:aws:sns:us-east-1:123456789012:done"},)"
      R"("OnFailure":{"Destination":"arn:aws:events:us-east-1:123456789012:event-bus/default"}})";
  const HttpResponse put = rig.send("PUT", kConfig, R"({"DestinationConfig":)" + wanted + "}");
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(Json::parse(put.body)["DestinationConfig"], Json::parse(wanted));
  EXPECT_EQ(Json::parse(rig.send("GET", kConfig).body)["DestinationConfig"], Json::parse(wanted));
  const HttpResponse one = rig.send(
      "POST", kConfig,
      R"({"DestinationConfig":{"OnFailure":{"Destination":"arn:aws:sqs:us-east-1:123456789012:failed"}}})");
  EXPECT_EQ(Json::parse(one.body)["DestinationConfig"].dump(),
            R"({"OnSuccess":{},"OnFailure":{"Destination":"arn:aws:sqs:us-east-1:123456789012:failed"}})");
}

TEST(Functions, RefuseADestinationThatIsNone) {
  FunctionsRig rig;
  struct Case {
    const char* arn;
    const char* message;
  };
  const Case cases[] = {
      {"arn:aws:lambda:us-east-1:123456789012:function:ingest",
       "You can't specify the function as a destination for itself."},
      {"arn:aws:sqs:us-east-1:123456789012:q.fifo",
       "The destination ARN arn:aws:sqs:us-east-1:123456789012:q.fifo is invalid: FIFO is not supported."},
      {"arn:aws:s3:::bucket", "arn:aws:s3:::bucket"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.arn);
    const HttpResponse put =
        rig.send("PUT", kConfig,
                 R"({"DestinationConfig":{"OnSuccess":{"Destination":")" + std::string(c.arn) + R"("}}})");
    EXPECT_EQ(put.status, 400);
    EXPECT_NE(put.body.find(c.message), std::string::npos) << put.body;
  }
}

TEST(Functions, SayWhatTheAccountHas) {
  FunctionsRig rig;
  EXPECT_EQ(Json::parse(rig.send("GET", "/2016-08-19/account-settings").body)["AccountLimit"].dump(),
            R"({"ConcurrentExecutions":500,"UnreservedConcurrentExecutions":400})");
}

TEST(Functions, AnswerWithTheLogWhenItIsWanted) {
  FunctionsRig rig;
  const HttpResponse answer = rig.send("POST", "/2015-03-31/functions/ingest/invocations", R"({"n":1})",
                                       {{"X-Amz-Log-Type", "Tail"}});
  EXPECT_EQ(answer.body, R"({"n":1})");
  const std::string log = *kernel::from_base64(header(answer, "X-Amz-Log-Result"));
  EXPECT_EQ(log.substr(0, 17), "START RequestId: ");
  EXPECT_TRUE(
      log.ends_with("\tDuration: 0.00 ms\tBilled Duration: 0 ms\tMemory Size: 128 MB\t"
                    "Max Memory Used: 36 MB\t\n"))
      << log;
}

TEST(Functions, AreInvokedLaterByOldClientsWithUpToAQuarterOfAMegabyte) {
  FunctionsRig rig;
  const std::string path = "/2014-11-13/functions/ingest/invoke-async";
  const HttpResponse taken = rig.send("POST", path, '"' + std::string(262'142, 'x') + '"');
  EXPECT_EQ(taken.status, 202);
  EXPECT_EQ(taken.body, "");
  EXPECT_EQ(rig.journal.timeline(kernel::Stage::Invoke), std::vector<std::string>{"0s ingest #1 ok 200"});
  const HttpResponse large = rig.send("POST", path, '"' + std::string(262'143, 'x') + '"');
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(Json::parse(large.body)["message"],
            "262145 byte payload is too large for the Event invocation type (limit 262144 bytes)");
  EXPECT_EQ(rig.send("POST", path, "{").status, 400);
  EXPECT_EQ(rig.send("POST", "/2014-11-13/functions/other/invoke-async", "{}").status, 404);
}

TEST(Functions, RunNothingInADryRun) {
  FunctionsRig rig;
  const HttpResponse answer = rig.send("POST", "/2015-03-31/functions/ingest/invocations", "{}",
                                       {{"X-Amz-Invocation-Type", "DryRun"}});
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(rig.journal.timeline(kernel::Stage::Invoke).empty());
}

TEST(Functions, HaveMemoryAndALogFormat) {
  FunctionsRig rig;
  const std::string path = "/2015-03-31/functions/ingest/configuration";
  Json shown = Json::parse(rig.send("GET", path).body);
  EXPECT_EQ(shown["MemorySize"], 128);
  EXPECT_EQ(shown["LoggingConfig"].dump(), R"({"LogFormat":"Text","LogGroup":"/aws/lambda/ingest"})");
  const HttpResponse changed =
      rig.send("PUT", path, R"({"MemorySize":512,"LoggingConfig":{"LogFormat":"JSON"}})");
  shown = Json::parse(changed.body);
  EXPECT_EQ(shown["MemorySize"], 512);
  EXPECT_EQ(shown["LoggingConfig"]["LogFormat"], "JSON");
  rig.send("POST", "/2015-03-31/functions/ingest/invocations", "{}");
  std::string lines;
  for (const std::string& line : rig.journal.logs) {
    if (line.find("/aws/lambda/ingest: ") != std::string::npos) lines += line + "\n";
  }
  EXPECT_EQ(std::ranges::count(lines, '\n'), 4) << "from now on they are recorded";
  EXPECT_NE(lines.find(R"("memorySizeMB":512)"), std::string::npos) << lines;

  for (const char* body :
       {R"({"MemorySize":127})", R"({"MemorySize":10241})", R"({"LoggingConfig":{"LogFormat":"XML"}})",
        R"({"LoggingConfig":{"LogGroup":"mine"}})"}) {
    EXPECT_EQ(rig.send("PUT", path, body).status, 400) << body;
  }
}

TEST(Functions, StopACallThatIsPartOfALoop) {
  FunctionsRig rig;
  std::string header = lambda::trace_header_for({.payload = nullptr,
                                                 .request_id = "11111111-2222-4333-8444-555555555555",
                                                 .deadline = {},
                                                 .function = "ingest"});
  header.replace(header.rfind(':'), 2, ":16");
  const HttpResponse answer =
      rig.send("POST", "/2015-03-31/functions/ingest/invocations", "{}", {{"X-Amzn-Trace-Id", header}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.headers.get("x-amzn-ErrorType"), "RecursiveInvocationException");
}

}  // namespace
}  // namespace edge_tests
