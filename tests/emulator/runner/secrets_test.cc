// What a run knows to be secret stands nowhere in its run file, and whoever let it out is named.
#include "emulator/runner/known_secrets.h"
#include "emulator/runner/redacting_journal.h"
#include "middleware/kernel/base64.h"
#include "tests/emulator/boxes/recording_journal.h"
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

constexpr const char* kSecret = "s3cr3t-of-the-erp";

/// A project whose flow sends `body` to `path`.
struct Project {
  explicit Project(const std::string& body, const std::string& path = "/orders",
                   const std::string& secret = kSecret) {
    put(folder / "middleware.yaml",
        "apis: {erp: {}}\nflows: [{event: Order__e, steps: [{name: book, api: erp, "
        "path: '" +
            path + "', body: " + body + "}]}]\n");
    file = put(
        folder / "s.yaml",
        std::string("name: s\nwhy: It says something.\ngiven:\n"
                    "  salesforce: {events: {Order__e: {key: Number__c}}}\n"
                    "  bus: {rules: [{name: orders, pattern: {detail-type: [Order__e]}, target: {lambda: "
                    "ingest}, dead_letter: dlq}]}\n"
                    "  lambda: {ingest: {}}\n"
                    "  compute: {middleware: middleware.yaml}\n"
                    "  apis: {erp: {operations: [{method: POST, path: /orders, respond: {status: 201}}]}}\n"
                    "  secrets: {'env:ERP_TOKEN': ") +
            secret +
            "}\n"
            "timeline: [{at: 0s, publish: Order__e, fields: {Number__c: SO-1}}]\n"
            "expect: [{every: event, ends: delivered}]\n");
  }
  TempDir folder;
  std::string file;
};

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string check_of(const Ran& ran) {
  return ran.ask("SELECT verdict, found FROM checks WHERE name = 'no_secret_leaks'");
}

TEST(Secrets, OfAScenarioStandNowhereInItsRunFile) {
  const Project project("{number: '${/Number__c}'}");
  const Ran ran(scenario_of(project.file), {.verify = true});
  EXPECT_EQ(ran.result.verdict, "passed");
  EXPECT_EQ(check_of(ran), "passed|as expected\n");
  EXPECT_EQ(bytes_of(ran.result.path).find(kSecret), std::string::npos);
  EXPECT_NE(ran.ask("SELECT text FROM runs").find("'env:ERP_TOKEN': [redacted]"), std::string::npos);
}

TEST(Secrets, GivenOnTheCommandLineAreRedactedInWhatReproducesTheRun) {
  const Project project("{number: 1}", "/orders", "to be given");
  const Ran ran(scenario_of(project.file, {R"(given.secrets={"env:ERP_TOKEN": s3cr3t-by-hand})"}));
  EXPECT_EQ(bytes_of(ran.result.path).find("s3cr3t-by-hand"), std::string::npos);
  EXPECT_NE(ran.ask("SELECT arguments FROM runs").find("[redacted]"), std::string::npos);
}

TEST(Secrets, ThatTheFlowLetsOutFailTheRunAndNameTheHop) {
  struct Case {
    const char* name;
    std::string body;
    std::string path;
    std::string found;
  };
  const Case cases[] = {
      {"in a body", std::string("{token: ") + kSecret + "}", "/orders", "the request held env:ERP_TOKEN"},
      {"in a Basic header's form", "{basic: " + kernel::base64("erp:" + std::string(kSecret)) + "}",
       "/orders", "the request held env:ERP_TOKEN"},
      {"in a path", "{number: 1}", std::string("/orders?token=") + kSecret,
       "the operation held env:ERP_TOKEN"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Project project(c.body, c.path);
    const Ran ran(scenario_of(project.file), {.verify = true});
    EXPECT_EQ(ran.result.verdict, "failed");
    EXPECT_EQ(ran.ask("SELECT verdict FROM checks WHERE name = 'same_seed_same_run'"), "passed\n");
    const std::string found = check_of(ran);
    EXPECT_NE(found.find(c.found + " at hop "), std::string::npos) << found;
    EXPECT_NE(found.find("(api erp POST /orders"), std::string::npos) << found;
    EXPECT_EQ(ran.ask("SELECT e.ordering_key FROM checks c JOIN events e ON e.uuid = c.example_event "
                      "WHERE c.name = 'no_secret_leaks'"),
              "SO-1\n");
    EXPECT_EQ(bytes_of(ran.result.path).find(kSecret), std::string::npos);
  }
}

TEST(Secrets, MayBeLetOutOnPurpose) {
  const Project project(std::string("{token: ") + kSecret + "}");
  const Ran ran(scenario_of(project.file, {"invariants={no_secret_leaks: {off: the ERP wants it so}}"}));
  EXPECT_EQ(ran.result.verdict, "passed");
  EXPECT_TRUE(check_of(ran).starts_with("off|switched off: the ERP wants it so (failed: ")) << check_of(ran);
}

TEST(Secrets, ThatALoginTakesAndGivesStandNowhereInARunFile) {
  const Ran ran(scenario_of(shipped("an_order_is_written_back_and_its_echo_is_known")));
  EXPECT_EQ(check_of(ran), "passed|as expected\n");
  const std::string bytes = bytes_of(ran.result.path);
  EXPECT_EQ(bytes.find("s3cr3t-"), std::string::npos);
  EXPECT_EQ(leaks::Known().find_in(bytes), std::nullopt) << "tokens are known by their form";
}

TEST(RedactingJournal, LetsNoTextOfASecretPass) {
  sim::VirtualScheduler scheduler{kernel::WallTime{}};
  RecordingJournal written(scheduler);
  KnownSecrets secrets;
  secrets.learn("env:A", kSecret);
  RedactingJournal journal(written, secrets);
  const std::string text = std::string("<") + kSecret + ">";
  const kernel::HopId hop = journal.open({.operation = text});
  journal.close(hop, {.error = text, .request = text, .response = text});
  journal.published({.uuid = "u", .ordering_key = text, .payload = text});
  journal.log({.source = "mine", .message = text, .event = "u", .fields = text});
  journal.effect({.api = "erp", .operation = "book", .business_key = text});
  journal.check_log_event(text, "/aws/lambda/ingest");
  journal.check_log_event("nothing of it", "/aws/lambda/ingest");
  secrets.learn("later", "the-next-token");
  journal.close(journal.open({}), {.response = "the-next-token"});

  EXPECT_EQ(written.hops[0].operation, "<[redacted]>");
  EXPECT_EQ(written.hops[0].error, "<[redacted]>");
  EXPECT_EQ(written.hops[0].response, "<[redacted]>");
  EXPECT_EQ(written.hops[1].response, "[redacted]");
  EXPECT_EQ(written.events[0].payload, "<[redacted]>");
  EXPECT_EQ(written.events[0].ordering_key, "<[redacted]>");
  std::string told;
  for (const judge::Leak& leak : journal.leaks())
    told += std::to_string(leak.hop) + " " + leak.event + " " + leak.text + "\n";
  EXPECT_EQ(told,
            "1  the operation held env:A\n1  the error held env:A\n1  the request held env:A\n"
            "1  the response held env:A\n0 u the ordering key of an event held env:A\n"
            "0 u the payload of an event held env:A\n0 u a log line of mine held env:A\n"
            "0 u the fields of a log line of mine held env:A\n0  a business key of erp held env:A\n"
            "0  an event of the log group /aws/lambda/ingest held env:A\n"
            "2  the response held later\n");
}

TEST(KnownSecrets, AreThoseOfTheDeploymentAndVariablesThatAreCalledSo) {
  Given given;
  given.secrets = {{"env:A", "alpha-value"}, {"env:B", "abc"}};
  given.salesforce.apps = {{.name = "shop", .consumer_key = "k", .consumer_secret = "value-of-app"}};
  FunctionGiven function;
  function.name = "mine";
  function.process.emplace().variables = {{"db_password", "value-of-db"}, {"ORDER_NUMBER", "value-of-none"}};
  given.functions.push_back(function);
  const KnownSecrets secrets(given);
  const auto named = [&secrets](const char* text) { return secrets.first_in(text).value_or("none"); };
  EXPECT_EQ(named("x alpha-value y"), "env:A");
  EXPECT_EQ(named("value-of-app"), "the secret of the app shop");
  EXPECT_EQ(named("value-of-db"), "the variable db_password of mine");
  EXPECT_EQ(named("value-of-none"), "none");
  EXPECT_EQ(named("abc"), "none") << "too short to be looked for";
}

}  // namespace
}  // namespace emulator::runner
