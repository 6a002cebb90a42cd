// What a deployment says of secrets lies in Secrets Manager and Parameter Store, and programs fetch it there.
#include "emulator/runner/vaults.h"

#include "emulator/runner/known_secrets.h"
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

using namespace std::chrono_literals;

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A project with a flow that shows the ERP a secret; `more` are further keys of its scenario.
struct Project {
  explicit Project(const std::string& reference, const std::string& secrets, const std::string& timeline) {
    put(folder / "middleware.yaml", "apis: {erp: {auth: {bearer: '" + reference +
                                        "'}}}\nflows: [{event: Order__e, steps: [{name: book, api: erp, "
                                        "path: /orders, body: {n: 1}}]}]\n");
    file = put(folder / "s.yaml",
               "name: s\nwhy: It says something.\ngiven:\n"
               "  salesforce: {events: {Order__e: {key: Number__c}}}\n"
               "  bus: {rules: [{name: orders, pattern: {detail-type: [Order__e]}, target: {lambda: ingest}, "
               "dead_letter: dlq}]}\n"
               "  lambda: {ingest: {}}\n"
               "  compute: {middleware: middleware.yaml}\n"
               "  apis: {erp: {operations: [{method: POST, path: /orders, respond: {status: 201}}]}}\n"
               "  secrets: " +
                   secrets + "\ntimeline: [" + timeline + "]\nexpect: [{every: event, ends: delivered}]\n");
  }
  TempDir folder;
  std::string file;
};

const std::string kPublish = "{at: 0s, publish: Order__e, fields: {Number__c: SO-1}}";

TEST(Vaults, HoldWhatIsGivenAndProgramsFetchItThere) {
  struct Case {
    const char* name;
    std::string reference;
    std::string secrets;
    std::string fetches;
  };
  const Case cases[] = {
      {"a secret", "secretsmanager:erp", "{'secretsmanager:erp': s3cr3t-whole}",
       "secretsmanager|GetSecretValue|ok\n"},
      {"one value of a secret", "secretsmanager:erp#/login/token",
       "{'secretsmanager:erp#/login/token': s3cr3t-part, 'secretsmanager:erp#/login/user': s3cr3t-user}",
       "secretsmanager|GetSecretValue|ok\n"},
      {"the one before", "secretsmanager:erp?stage=AWSPREVIOUS",
       "{'secretsmanager:erp?stage=AWSPREVIOUS': s3cr3t-old, 'secretsmanager:erp': s3cr3t-new}",
       "secretsmanager|GetSecretValue|ok\n"},
      {"a parameter", "ssm:/erp/token", "{'ssm:/erp/token': s3cr3t-parameter}", "ssm|GetParameter|ok\n"},
      {"a variable is nobody's but the deployment's", "env:ERP", "{'env:ERP': s3cr3t-variable}", ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Project project(c.reference, c.secrets, kPublish);
    const Ran ran(scenario_of(project.file), {.verify = true});
    EXPECT_EQ(ran.result.verdict, "passed") << ran.ask("SELECT name, verdict, found FROM checks");
    EXPECT_EQ(ran.ask("SELECT target, operation, outcome FROM hops WHERE stage = 'client'"), c.fetches);
    EXPECT_EQ(bytes_of(ran.result.path).find("s3cr3t-"), std::string::npos);
  }
}

TEST(Vaults, RefuseWhatTheyCannotHold) {
  struct Case {
    const char* name;
    std::string secrets;
    std::string line;
    std::string complaint;
  };
  const std::string erp = "{'secretsmanager:erp': s3cr3t-whole}";
  const Case cases[] = {
      {"whole and by pointer", "{'secretsmanager:erp': s3cr3t-whole, 'secretsmanager:erp#/token': x}", "",
       "secretsmanager:erp: its value is given more than once, whole or by pointers that do not fit "
       "together"},
      {"no current value", "{'secretsmanager:erp': s, 'secretsmanager:crm?stage=AWSPREVIOUS': x}", "",
       "secretsmanager:crm: the secret has no current value"},
      {"a name that AWS does not take", "{'secretsmanager:erp': s, 'ssm:/aws/x': x}", "",
       "ssm:/aws/x: Parameter name: can't be prefixed with"},
      {"a secret that is not given", erp, "{at: 1s, secret: {of: 'secretsmanager:crm', rotate: x}}",
       "the secret is 'secretsmanager:crm', which is not given"},
      {"a rotation with an end", erp, "{at: 1s, for: 1s, secret: {of: 'secretsmanager:erp', rotate: x}}",
       "'for' does not go with a rotation"},
      {"a rotated service", erp, "{at: 1s, secret: {of: ssm, rotate: x}}",
       "'rotate' wants one secret, and not a whole service"},
      {"a variable", erp, "{at: 1s, secret: {of: 'env:ERP', answer: denied}}",
       "'of' wants secretsmanager:NAME or ssm:NAME"},
      {"nothing happens", erp, "{at: 1s, secret: {of: ssm}}", "rotate"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Project project("secretsmanager:erp", c.secrets, kPublish + (c.line.empty() ? "" : ", ") + c.line);
    const auto scenario = read_scenario(project.file, {});
    ASSERT_FALSE(scenario);
    EXPECT_NE(scenario.error().text().find(c.complaint), std::string::npos) << scenario.error().text();
  }
}

TEST(Vaults, GiveARotatedSecretToWhoIsRefusedOnBothClocks) {
  for (const char* clock : {"virtual", "real"}) {
    SCOPED_TRACE(clock);
    const Project project(
        "secretsmanager:erp", "{'secretsmanager:erp': s3cr3t-first}",
        kPublish +
            ", {at: 2s, secret: {of: 'secretsmanager:erp', rotate: s3cr3t-second}}, "
            "{at: 2s, fault: erp, only: {header: {Authorization: Bearer s3cr3t-first}}, respond: 401}, "
            "{at: 3s, publish: Order__e, fields: {Number__c: SO-2}}");
    support::register_secret("s3cr3t-second");
    const Ran ran(scenario_of(project.file), {.clock = *parse_clock(clock)});
    EXPECT_EQ(ran.result.verdict, "passed") << ran.ask("SELECT name, verdict, found FROM checks");
    EXPECT_EQ(ran.ask("SELECT status FROM hops WHERE stage = 'api' ORDER BY start_ns"), "201\n401\n201\n");
    EXPECT_EQ(ran.ask("SELECT count(*) FROM hops WHERE operation = 'GetSecretValue'"), "2\n");
    EXPECT_EQ(ran.ask("SELECT target FROM faults WHERE rule LIKE 'secret@%'"), "secretsmanager:erp\n");
    EXPECT_EQ(bytes_of(ran.result.path).find("s3cr3t-"), std::string::npos);
  }
}

TEST(KnownSecrets, LearnOfASecretInJsonWhatIsSecretByItsKey) {
  KnownSecrets secrets;
  secrets.learn_stored("secretsmanager:erp", R"({"host":"erp.example","login":{"password":"s3cr3t-word"}})");
  EXPECT_EQ(secrets.first_in("it is s3cr3t-word"), "secretsmanager:erp#/login/password");
  EXPECT_FALSE(secrets.finds_any("https://erp.example/"));
  EXPECT_EQ(secrets.redacted("{\"a\":\"s3cr3t-word\"}"), "{\"a\":\"[redacted]\"}");
}

}  // namespace
}  // namespace emulator::runner
