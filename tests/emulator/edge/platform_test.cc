#include "emulator/edge/masked.h"
#include "emulator/edge/secrets_manager.h"
#include "emulator/edge/ssm.h"
#include "emulator/platform/access/gatekeeper.h"
#include "emulator/platform/parameters/parameter_store.h"
#include "emulator/platform/secrets/secrets_manager.h"
#include "tests/emulator/boxes/recording_journal.h"
#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

namespace access = emulator::access;
using emulator::RecordingJournal;

/// No function is known: nothing rotates here.
class NoFunctions final : public emulator::lambda::FunctionInvoker {
 public:
  kernel::Task<emulator::lambda::InvokeResult> invoke(emulator::lambda::Invocation) override {
    co_return emulator::lambda::InvokeResult{.status = 404};
  }
  std::optional<kernel::Duration> timeout_of(std::string_view) const override { return std::nullopt; }
};

struct PlatformRig {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  RecordingJournal journal{scheduler};
  NoFunctions functions;
  emulator::secrets_manager::SecretsManager secrets{{}, 1, scheduler, journal, functions};
  emulator::parameters::ParameterStore parameters{1, scheduler};
  access::Gatekeeper secrets_gate{
      {.service = "secretsmanager", .internal_error = "InternalServiceError"}, {}, scheduler, journal};
  access::Gatekeeper parameters_gate{{.service = "ssm", .internal_error = "InternalServerError"},
                                     {{{"GetParameter"}, 1}},
                                     scheduler,
                                     journal};
  emulator::edge::Edge edge{{}, 1, scheduler, journal};

  PlatformRig() {
    edge.add(std::make_unique<emulator::edge::SecretsManager>(secrets, secrets_gate));
    edge.add(std::make_unique<emulator::edge::Ssm>(parameters, parameters_gate));
  }
  HttpResponse send(std::string_view target, std::string_view body) {
    const std::string_view service = target.starts_with("AmazonSSM") ? "ssm" : "secretsmanager";
    return support::run(scheduler, edge.handle(js_json(service, target, body))).response;
  }
  /// Status and body.
  std::string ask(std::string_view target, std::string_view body) {
    const HttpResponse response = send(target, body);
    return std::to_string(response.status) + " " + response.body;
  }
};

const std::string kToken = "00000000-0000-4000-8000-000000000001";
const std::string kCreate =
    R"({"Name":"erp","ClientRequestToken":")" + kToken + R"(","SecretString":"s3cr3t-one"})";

TEST(SecretsManagerEdge, AnswersInTheFormThatClientsRead) {
  PlatformRig rig;
  const Json created = Json::parse(rig.send("secretsmanager.CreateSecret", kCreate).body);
  const std::string arn = created["ARN"];
  EXPECT_EQ(created, (Json{{"ARN", arn}, {"Name", "erp"}, {"VersionId", kToken}}));
  const std::string start = "1767603600.0";
  EXPECT_EQ(rig.ask("secretsmanager.GetSecretValue", R"({"SecretId":"erp"})"),
            R"(200 {"ARN":")" + arn + R"(","Name":"erp","VersionId":")" + kToken +
                R"(","SecretString":"s3cr3t-one","VersionStages":["AWSCURRENT"],"CreatedDate":)" + start +
                "}");
  EXPECT_EQ(rig.ask("secretsmanager.DescribeSecret", R"({"SecretId":"erp"})"),
            R"(200 {"ARN":")" + arn + R"(","Name":"erp","LastChangedDate":)" + start +
                R"(,"LastAccessedDate":1767571200.0,"VersionIdsToStages":{")" + kToken +
                R"(":["AWSCURRENT"]},"CreatedDate":)" + start + "}");
  EXPECT_EQ(rig.ask("secretsmanager.ListSecretVersionIds", R"({"SecretId":"erp"})"),
            R"(200 {"ARN":")" + arn + R"(","Name":"erp","Versions":[{"VersionId":")" + kToken +
                R"(","VersionStages":["AWSCURRENT"],"LastAccessedDate":1767571200.0,"CreatedDate":)" + start +
                R"(,"KmsKeyIds":["DefaultEncryptionKey"]}]})");
}

TEST(SecretsManagerEdge, NamesAnErrorInBodyAndHeader) {
  PlatformRig rig;
  const HttpResponse response = rig.send("secretsmanager.GetSecretValue", R"({"SecretId":"erp"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            R"({"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified )"
            R"(secret."})");
  EXPECT_EQ(header(response, "x-amzn-ErrorType"), "ResourceNotFoundException");
}

TEST(SecretsManagerEdge, RefusesByNameWhatItDoesNotDo) {
  PlatformRig rig;
  EXPECT_EQ(
      rig.ask("secretsmanager.PutResourcePolicy", R"({"SecretId":"erp"})"),
      R"(400 {"__type":"NotImplemented","message":"Secrets Manager PutResourcePolicy is not emulated by )"
      R"(relayrig"})");
  EXPECT_EQ(rig.ask("secretsmanager.CreateSecret",
                    R"({"Name":"erp","AddReplicaRegions":[{"Region":"eu-west-1"}]})"),
            R"(400 {"__type":"NotImplemented","message":"Secrets Manager CreateSecret: the parameter )"
            R"(AddReplicaRegions is not emulated by relayrig"})");
}

TEST(SecretsManagerEdge, GetsManyWithTheErrorsOfEach) {
  PlatformRig rig;
  rig.send("secretsmanager.CreateSecret", kCreate);
  rig.secrets.set("crm", "s3cr3t-two");
  rig.secrets_gate.disturb({.name = "denied", .trouble = access::Trouble::Denied, .resource = "crm"});
  const Json many = Json::parse(
      rig.send("secretsmanager.BatchGetSecretValue", R"({"SecretIdList":["erp","crm","gone"]})").body);
  ASSERT_EQ(many["SecretValues"].size(), 1U);
  EXPECT_EQ(many["SecretValues"][0]["SecretString"], "s3cr3t-one");
  ASSERT_EQ(many["Errors"].size(), 2U);
  EXPECT_EQ(many["Errors"][0]["ErrorCode"], "AccessDeniedException");
  EXPECT_EQ(many["Errors"][1]["ErrorCode"], "ResourceNotFoundException");
}

TEST(SecretsManagerEdge, MakesPasswordsOfTheKindsThatWereAskedFor) {
  PlatformRig rig;
  const Json made = Json::parse(
      rig.send(
             "secretsmanager.GetRandomPassword",
             R"({"PasswordLength":40,"ExcludePunctuation":true,"ExcludeUppercase":true,"ExcludeCharacters":"abc"})")
          .body);
  const std::string password = made["RandomPassword"];
  EXPECT_EQ(password.size(), 40U);
  EXPECT_EQ(password.find_first_not_of("defghijklmnopqrstuvwxyz0123456789"), std::string::npos) << password;
  EXPECT_NE(password.find_first_of("0123456789"), std::string::npos) << password;
  EXPECT_TRUE(rig.ask("secretsmanager.GetRandomPassword", R"({"PasswordLength":3})")
                  .starts_with(R"(400 {"__type":"InvalidParameterException")"));
}

TEST(SsmEdge, AnswersInTheFormThatClientsRead) {
  PlatformRig rig;
  EXPECT_EQ(rig.ask("AmazonSSM.PutParameter",
                    R"({"Name":"/erp/token","Value":"s3cr3t-one","Type":"SecureString"})"),
            R"(200 {"Version":1,"Tier":"Standard"})");
  EXPECT_EQ(rig.ask("AmazonSSM.GetParameter", R"({"Name":"/erp/token:1","WithDecryption":true})"),
            R"(200 {"Parameter":{"Name":"/erp/token","Type":"SecureString","Value":"s3cr3t-one","Version":1,)"
            R"("Selector":":1","LastModifiedDate":1767603600.0,)"
            R"("ARN":"arn:aws:ssm:us-east-1:123456789012:parameter/erp/token","DataType":"text"}})");
  EXPECT_EQ(rig.ask("AmazonSSM.GetParameter", R"({"Name":"/erp/token"})"),
            R"(400 {"__type":"ThrottlingException","message":"Rate exceeded"})");
  EXPECT_EQ(rig.ask("AmazonSSM.GetParameters", R"({"Names":["/gone"]})"),
            R"(200 {"Parameters":[],"InvalidParameters":["/gone"]})");
  EXPECT_EQ(rig.ask("AmazonSSM.DeleteParameter", R"({"Name":"/gone"})"),
            R"(400 {"__type":"ParameterNotFound","message":""})");
  EXPECT_EQ(rig.ask("AmazonSSM.SendCommand", "{}"),
            R"(400 {"__type":"NotImplemented","message":"Systems Manager SendCommand is not emulated by )"
            R"(relayrig"})");
}

TEST(PlatformEdge, HidesValuesInTheRecordAndNowhereElse) {
  PlatformRig rig;
  rig.send("secretsmanager.CreateSecret", kCreate);
  rig.send("secretsmanager.GetSecretValue", R"({"SecretId":"erp"})");
  rig.send("AmazonSSM.PutParameter", R"({"Name":"/token","Value":"s3cr3t-one","Type":"SecureString"})");
  rig.send("AmazonSSM.GetParameter", R"({"Name":"/token","WithDecryption":true})");
  rig.send("secretsmanager.PutSecretValue", R"({"SecretString":"s3cr3t-one)");
  ASSERT_EQ(rig.journal.hops.size(), 5U);
  for (const RecordingJournal::Hop& hop : rig.journal.hops)
    EXPECT_FALSE(hop.response.contains("s3cr3t-one")) << hop.operation << ": " << hop.response;
  EXPECT_TRUE(rig.journal.hops[1].response.contains(R"("SecretString":"[redacted]")"));
}

TEST(PlatformEdge, MasksByNameAndType) {
  const emulator::edge::Mask mask{{"Value", "SecretString"}, {"String"}};
  struct Case {
    const char* body;
    const char* masked;
  };
  const Case cases[] = {
      {"", ""},
      {R"({"a": 1})", R"({"a":1})"},
      {R"({"SecretString":"x","Name":"erp"})", R"({"SecretString":"[redacted]","Name":"erp"})"},
      {R"({"P":[{"Type":"String","Value":"x"},{"Type":"SecureString","Value":"y"}]})",
       R"({"P":[{"Type":"String","Value":"x"},{"Type":"SecureString","Value":"[redacted]"}]})"},
      {R"({"Value":"x")", "[redacted]"},
  };
  for (const Case& c : cases) EXPECT_EQ(emulator::edge::masked(c.body, mask), c.masked) << c.body;
}

}  // namespace
}  // namespace edge_tests
