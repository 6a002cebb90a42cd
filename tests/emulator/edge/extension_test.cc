#include "emulator/edge/extension.h"

#include "emulator/platform/access/gatekeeper.h"
#include "emulator/platform/parameters/parameter_store.h"
#include "emulator/platform/secrets/secrets_manager.h"
#include "middleware/kernel/wait.h"
#include "tests/emulator/boxes/recording_journal.h"
#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

using namespace std::chrono_literals;
namespace access = emulator::access;
using emulator::RecordingJournal;
using emulator::edge::ExtensionConfig;

class NoFunctions final : public emulator::lambda::FunctionInvoker {
 public:
  kernel::Task<emulator::lambda::InvokeResult> invoke(emulator::lambda::Invocation) override {
    co_return emulator::lambda::InvokeResult{.status = 404};
  }
  std::optional<kernel::Duration> timeout_of(std::string_view) const override { return std::nullopt; }
};

struct ExtensionRig {
  explicit ExtensionRig(ExtensionConfig config = {})
      : extension(config, "ingest", "token",
                  {secrets, secrets_gate, parameters, parameters_gate, scheduler, journal}) {
    secrets.set("orders/erp", "s3cr3t-one");
    EXPECT_TRUE(parameters.put({.name = "/a/b", .value = "s3cr3t-two", .type = "SecureString"}));
  }
  /// Status, and the value or the error.
  std::string get(const std::string& target, const std::string& token = "token") {
    HttpRequest request{.host = "localhost:2773", .target = target};
    if (!token.empty()) request.headers.set("x-aws-parameters-secrets-token", token);
    const HttpResponse response = support::run(scheduler, extension.handle(std::move(request))).response;
    const Json body = Json::parse(response.body);
    for (const char* pointer : {"/SecretString", "/Parameter/Value", "/__type"}) {
      if (body.contains(Json::json_pointer(pointer)))
        return std::to_string(response.status) + " " + kernel::json_text_at(body, pointer);
    }
    return std::to_string(response.status) + " " + response.body;
  }
  void pass(kernel::Duration duration) {
    const auto sleep = [](emulator::sim::VirtualScheduler& clock,
                          kernel::Duration time) -> kernel::Task<int> {
      co_await kernel::sleep_until(clock, clock.now() + time);
      co_return 0;
    };
    support::run(scheduler, sleep(scheduler, duration));
  }

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  RecordingJournal journal{scheduler};
  NoFunctions functions;
  emulator::secrets_manager::SecretsManager secrets{{}, 1, scheduler, journal, functions};
  emulator::parameters::ParameterStore parameters{1, scheduler};
  access::Gatekeeper secrets_gate{
      {.service = "secretsmanager", .internal_error = "InternalServiceError"}, {}, scheduler, journal};
  access::Gatekeeper parameters_gate{
      {.service = "ssm", .internal_error = "InternalServerError"}, {}, scheduler, journal};
  emulator::edge::Extension extension;
};

const std::string kSecret = "/secretsmanager/get?secretId=orders%2Ferp";
const std::string kParameter = "/systemsmanager/parameters/get?name=%2Fa%2Fb";

TEST(Extension, AnswersAsTheServicesDo) {
  struct Case {
    const char* name;
    std::string target;
    const char* token;
    const char* answer;
  };
  const Case cases[] = {
      {"a secret", kSecret, "token", "200 s3cr3t-one"},
      {"by its label", kSecret + "&versionStage=AWSCURRENT", "token", "200 s3cr3t-one"},
      {"by another label", kSecret + "&versionStage=AWSPREVIOUS", "token", "400 ResourceNotFoundException"},
      {"a parameter", kParameter + "&withDecryption=true", "token", "200 s3cr3t-two"},
      {"by version", kParameter + "&version=1&withDecryption=true", "token", "200 s3cr3t-two"},
      {"by a version that is not there", kParameter + "&version=7", "token", "400 ParameterVersionNotFound"},
      {"one that is not there", "/systemsmanager/parameters/get?name=x", "token", "400 ParameterNotFound"},
      {"without the token", kSecret, "", "401 Unauthorized"},
      {"with another", kSecret, "nonsense", "401 Unauthorized"},
      {"without a name", "/secretsmanager/get", "token", "400 BadRequest"},
      {"what only the agent knows", kSecret + "&refreshNow=true", "token", "400 BadRequest"},
      {"elsewhere", "/", "token", "400 BadRequest"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ExtensionRig rig;
    EXPECT_EQ(rig.get(c.target, c.token), c.answer);
    for (const RecordingJournal::Hop& hop : rig.journal.hops) EXPECT_EQ(hop.response, "");
  }
}

TEST(Extension, KeepsAValueForItsTimeWhateverHappensToIt) {
  ExtensionRig rig({.secrets_ttl = 60s});
  EXPECT_EQ(rig.get(kSecret), "200 s3cr3t-one");
  rig.secrets.set("orders/erp", "s3cr3t-new");
  rig.pass(59999ms);
  EXPECT_EQ(rig.get(kSecret), "200 s3cr3t-one");
  rig.pass(1ms);
  EXPECT_EQ(rig.get(kSecret), "200 s3cr3t-new");
  EXPECT_EQ(rig.journal.hops.size(), 2U);
}

TEST(Extension, AsksEachTimeWithoutACacheOrRoomInIt) {
  for (const ExtensionConfig& config : {ExtensionConfig{.is_cached = false}, ExtensionConfig{.cache_size = 0},
                                        ExtensionConfig{.secrets_ttl = 0s, .parameters_ttl = 0s}}) {
    ExtensionRig rig(config);
    rig.get(kSecret);
    rig.get(kSecret);
    EXPECT_EQ(rig.journal.hops.size(), 2U);
  }
}

TEST(Extension, LetsTheValueGoThatWasUsedLeastRecently) {
  ExtensionRig rig({.cache_size = 2});
  rig.get(kSecret);
  rig.get(kParameter);
  rig.get(kSecret);
  rig.get(kParameter + "&version=1");  // the parameter without a version leaves
  EXPECT_EQ(rig.journal.hops.size(), 3U);
  rig.get(kSecret);
  EXPECT_EQ(rig.journal.hops.size(), 3U);
  rig.get(kParameter);
  EXPECT_EQ(rig.journal.hops.size(), 4U);
}

TEST(Extension, GivesUpAtItsTimeoutAndKeepsNoError) {
  ExtensionRig rig({.secrets_timeout = 500ms});
  rig.secrets_gate.disturb({.name = "slow", .trouble = access::Trouble::Slow, .delay = 2s});
  EXPECT_EQ(rig.get(kSecret), "500 InternalServerError");
  EXPECT_EQ(rig.scheduler.now(), kernel::at(500ms));
  rig.secrets_gate.lift("slow");
  rig.secrets_gate.disturb({.name = "denied", .trouble = access::Trouble::Denied});
  EXPECT_EQ(rig.get(kSecret), "400 AccessDeniedException");
  rig.secrets_gate.lift("denied");
  EXPECT_EQ(rig.get(kSecret), "200 s3cr3t-one");
}

}  // namespace
}  // namespace edge_tests
