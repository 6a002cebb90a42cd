#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "middleware/secrets/caching_provider.h"
#include "middleware/secrets/reference.h"
#include "middleware/secrets/setup.h"
#include "middleware/secrets/sigv4.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace {

using namespace std::chrono_literals;
using emulator::sim::VirtualScheduler;
using Answer = kernel::Result<std::string>;

/// Answers what it is told to after 20 ms, and counts.
class FakeSource final : public secrets::Source {
 public:
  FakeSource(kernel::Scheduler& scheduler, Answer& answer, int& asked)
      : scheduler_(scheduler), answer_(answer), asked_(asked) {}
  kernel::Task<Answer> fetch(secrets::Reference) override {
    ++asked_;
    co_await kernel::sleep_for_duration(scheduler_, 20ms);
    co_return answer_;
  }

 private:
  kernel::Scheduler& scheduler_;
  Answer& answer_;
  int& asked_;
};

struct Cache {
  VirtualScheduler scheduler{support::kWallStart};
  secrets::Redactor redactor;
  Answer answer = "s3cr3t-one";
  int asked = 0;
  secrets::CachingProvider provider{scheduler, redactor, sources()};

  secrets::CachingProvider::Sources sources() {
    secrets::CachingProvider::Sources all;
    all[secrets::SourceKind::SecretsManager] = std::make_unique<FakeSource>(scheduler, answer, asked);
    return all;
  }
  std::string get(const std::string& reference = "secretsmanager:orders/token") {
    const Answer got = support::run(scheduler, provider.get(reference));
    return got ? *got : "error: " + got.error().text();
  }
  void pass(kernel::Duration time) { scheduler.run_until(scheduler.now() + time); }
};

TEST(Secrets, ReferencesNameASourceAndNeverAValue) {
  struct Case {
    const char* text;
    secrets::SourceKind kind;
    const char* name;
    const char* stage;
    const char* pointer;
  };
  const Case cases[] = {
      {"env:TOKEN", secrets::SourceKind::Environment, "TOKEN", "", ""},
      {"file:/run/secrets/a#b", secrets::SourceKind::File, "/run/secrets/a#b", "", ""},
      {"secretsmanager:orders/erp", secrets::SourceKind::SecretsManager, "orders/erp", "", ""},
      {"secretsmanager:orders/erp#/a/b", secrets::SourceKind::SecretsManager, "orders/erp", "", "/a/b"},
      {"secretsmanager:erp?stage=AWSPREVIOUS#/key", secrets::SourceKind::SecretsManager, "erp", "AWSPREVIOUS",
       "/key"},
      {"ssm:/orders/token:3#/x", secrets::SourceKind::ParameterStore, "/orders/token:3", "", "/x"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto got = secrets::parse_reference(c.text);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->kind, c.kind);
    EXPECT_EQ(got->name, c.name);
    EXPECT_EQ(got->stage, c.stage);
    EXPECT_EQ(got->pointer, c.pointer);
  }
  for (const char* wrong : {"", "s3cr3t-value", "env:", "ssm:a#b", "vault:x"}) {
    const auto got = secrets::parse_reference(wrong);
    ASSERT_FALSE(got) << wrong;
    EXPECT_EQ(got.error().text().find("s3cr3t"), std::string::npos);
  }
}

TEST(CachingProvider, AsksAgainWhenItsTimeIsOver) {
  Cache cache;
  EXPECT_EQ(cache.get(), "s3cr3t-one");
  cache.answer = "s3cr3t-two";
  cache.pass(300s - 1ns);
  EXPECT_EQ(cache.get(), "s3cr3t-one");
  EXPECT_EQ(cache.asked, 1);
  cache.pass(1ns);
  EXPECT_EQ(cache.get(), "s3cr3t-two");
  EXPECT_EQ(cache.asked, 2);
}

kernel::Task<void> keep_text(secrets::Provider& provider, std::vector<std::string>& got) {
  auto value = co_await provider.get("secretsmanager:orders/token");
  got.push_back(value ? *value : value.error().message);
}

TEST(CachingProvider, ManyWhoWantOneValueMakeOneRequest) {
  Cache cache;
  std::vector<std::string> got;
  kernel::TaskScope scope;
  for (int i = 0; i < 1000; ++i) scope.spawn(keep_text(cache.provider, got));
  cache.pass(20ms);
  EXPECT_EQ(cache.asked, 1);
  EXPECT_EQ(got, std::vector<std::string>(1000, "s3cr3t-one"));
}

TEST(CachingProvider, WhoGoesAwayLeavesTheFetchToTheNext) {
  Cache cache;
  std::vector<std::string> got;
  auto first = std::make_unique<kernel::TaskScope>();
  first->spawn(keep_text(cache.provider, got));
  kernel::TaskScope second;
  second.spawn(keep_text(cache.provider, got));
  cache.pass(10ms);
  first.reset();
  cache.pass(20ms);
  EXPECT_EQ(cache.asked, 2);
  EXPECT_EQ(got, std::vector<std::string>{"s3cr3t-one"});
}

TEST(CachingProvider, KeepsTheOldValueWhileTheSourceFails) {
  Cache cache;
  cache.get();
  cache.pass(300s);
  cache.answer = kernel::infrastructure("ThrottlingException: Rate exceeded");
  EXPECT_EQ(cache.get(), "s3cr3t-one");
  EXPECT_EQ(cache.get(), "s3cr3t-one");
  EXPECT_EQ(cache.asked, 2);  // not at every call
  cache.pass(1s);
  cache.answer = "s3cr3t-two";
  EXPECT_EQ(cache.get(), "s3cr3t-two");
}

TEST(CachingProvider, SaysWhyThereIsNoValueAndAsksOnceASecond) {
  Cache cache;
  cache.answer = kernel::infrastructure("ResourceNotFoundException");
  EXPECT_EQ(cache.get(), "error: secretsmanager:orders/token: ResourceNotFoundException");
  EXPECT_EQ(cache.get(), "error: secretsmanager:orders/token: ResourceNotFoundException");
  EXPECT_EQ(cache.asked, 1);
  cache.pass(1s);
  cache.answer = "s3cr3t-one";
  EXPECT_EQ(cache.get(), "s3cr3t-one");
}

TEST(CachingProvider, ARefusedValueIsAskedForAgainAndNotServedIfItCannotBe) {
  Cache cache;
  cache.get();
  cache.answer = "s3cr3t-two";
  cache.provider.forget("secretsmanager:orders/token");  // it is as new as can be
  EXPECT_EQ(cache.get(), "s3cr3t-one");
  cache.pass(1s);
  cache.provider.forget("secretsmanager:orders/token");
  EXPECT_EQ(cache.get(), "s3cr3t-two");
  EXPECT_EQ(cache.asked, 2);

  cache.pass(1s);
  cache.answer = kernel::infrastructure("no answer");
  cache.provider.forget("secretsmanager:orders/token");
  EXPECT_EQ(cache.get(), "error: secretsmanager:orders/token: no answer");
}

TEST(CachingProvider, TakesOneValueOutOfAJsonSecret) {
  Cache cache;
  cache.answer = R"({"user":"app","password":"s3cr3t-\"quoted\"","port":5432})";
  EXPECT_EQ(cache.get("secretsmanager:db#/password"), R"(s3cr3t-"quoted")");
  EXPECT_EQ(cache.get("secretsmanager:db#/port"), "5432");
  EXPECT_EQ(cache.asked, 1);
  EXPECT_EQ(cache.get("secretsmanager:db#/pass"),
            "error: secretsmanager:db: the secret has no value at /pass");
  cache.answer = "s3cr3t-bare";
  EXPECT_EQ(cache.get("secretsmanager:other#/x"), "error: secretsmanager:other: the secret is no JSON");
}

TEST(Redactor, HidesEveryValueThatWasGivenOut) {
  Cache cache;
  cache.answer = R"({"a":"s3cr3t-\"q\"","b":"s3cr3t-long","c":"s3cr3t-long-er","d":"abc"})";
  for (const char* pointer : {"a", "b", "c", "d"}) cache.get(std::string("secretsmanager:x#/") + pointer);
  struct Case {
    const char* text;
    const char* redacted;
  };
  const Case cases[] = {
      {R"(say s3cr3t-"q" twice: s3cr3t-"q")", "say [redacted] twice: [redacted]"},
      {R"({"m":"s3cr3t-\"q\""})", R"({"m":"[redacted]"})"},
      {"s3cr3t-long-er and s3cr3t-long", "[redacted] and [redacted]"},
      {"?key=s3cr3t-%22q%22", "?key=[redacted]"},
      {"Basic czNjcjN0LWxvbmc=", "Basic [redacted]"},
      {"Basic dTpzM2NyM3QtbG9uZw==", "Basic dTp[redacted]w=="},  // of u:s3cr3t-long
      {"abc is too short to be looked for", "abc is too short to be looked for"},
  };
  for (const Case& c : cases) EXPECT_EQ(cache.redactor.redacted(c.text), c.redacted);
  EXPECT_TRUE(cache.redactor.finds_any("x s3cr3t-long y"));
  EXPECT_FALSE(cache.redactor.finds_any("x secret-long y"));
}

/// The sources of a program, over a network with a script.
struct Sources {
  explicit Sources(std::map<std::string, std::string> variables) : variables_(std::move(variables)) {}
  std::string get(const std::string& reference) {
    const Answer got = support::run(scheduler, all.provider().get(reference));
    return got ? *got : "error: " + got.error().text();
  }

 private:
  std::map<std::string, std::string> variables_;

 public:
  secrets::Environment environment = [this](const std::string& name) -> std::optional<std::string> {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::nullopt : std::optional(found->second);
  };
  VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi network{scheduler};
  secrets::Redactor redactor;
  secrets::ProgramSecrets all{environment, scheduler, network, redactor, 7};
};

const std::map<std::string, std::string> kAws = {{"AWS_REGION", "eu-central-1"},
                                                 {"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                                 {"AWS_SECRET_ACCESS_KEY", "s3cr3t-key"},
                                                 {"AWS_SESSION_TOKEN", "s3cr3t-session"}};

TEST(SecretSources, ReadVariablesAndFiles) {
  Sources sources({{"TOKEN", "s3cr3t-token"}, {"EMPTY", ""}});
  EXPECT_EQ(sources.get("env:TOKEN"), "s3cr3t-token");
  EXPECT_EQ(sources.get("env:NONE"), "error: env:NONE: the variable is not set");
  EXPECT_EQ(sources.get("env:EMPTY"), "error: env:EMPTY: the variable is not set");
  const std::string path = testing::TempDir() + "/relayrig_secret";
  std::ofstream(path) << "s3cr3t-of-a-file\r\n";
  EXPECT_EQ(sources.get("file:" + path), "s3cr3t-of-a-file");
  std::ofstream(path + "2") << "\n";
  EXPECT_EQ(sources.get("file:" + path + "2"), "error: file:" + path + "2: the file is empty");
  EXPECT_EQ(sources.get("file:/none"), "error: file:/none: the file cannot be read");
}

TEST(SecretSources, AskSecretsManagerAndParameterStoreWithSignedCalls) {
  Sources sources(kAws);
  sources.network.then(200, 5ms, R"({"Name":"orders","SecretString":"s3cr3t-of-aws"})")
      .then(200, 5ms, R"({"Name":"orders","SecretBinary":"czNjcjN0LWJpbg=="})")
      .then(200, 5ms, R"({"Parameter":{"Name":"/p","Value":"s3cr3t-parameter"}})");
  EXPECT_EQ(sources.get("secretsmanager:orders"), "s3cr3t-of-aws");
  EXPECT_EQ(sources.get("secretsmanager:orders?stage=AWSPREVIOUS"), "s3cr3t-bin");
  EXPECT_EQ(sources.get("ssm:/p"), "s3cr3t-parameter");
  struct Case {
    const char* host;
    const char* header_host;
    const char* target;
    const char* body;
    const char* service;
  };
  const Case cases[] = {
      {"secretsmanager", "secretsmanager.eu-central-1.amazonaws.com", "secretsmanager.GetSecretValue",
       R"({"SecretId":"orders"})", "secretsmanager"},
      {"secretsmanager", "secretsmanager.eu-central-1.amazonaws.com", "secretsmanager.GetSecretValue",
       R"({"SecretId":"orders","VersionStage":"AWSPREVIOUS"})", "secretsmanager"},
      {"ssm", "ssm.eu-central-1.amazonaws.com", "AmazonSSM.GetParameter",
       R"({"Name":"/p","WithDecryption":true})", "ssm"},
  };
  ASSERT_EQ(sources.network.asked.size(), std::size(cases));
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    SCOPED_TRACE(i);
    const kernel::HttpRequest& asked = sources.network.asked[i].request;
    EXPECT_EQ(asked.host, cases[i].host);
    EXPECT_EQ(asked.headers.get("Host"), cases[i].header_host);
    EXPECT_EQ(asked.headers.get("X-Amz-Target"), cases[i].target);
    EXPECT_EQ(asked.headers.get("Content-Type"), "application/x-amz-json-1.1");
    EXPECT_EQ(asked.headers.get("X-Amz-Security-Token"), "s3cr3t-session");
    EXPECT_EQ(asked.body, cases[i].body);
    const auto claim = secrets::read_claim(asked.headers.get("Authorization"));
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->scope.service, cases[i].service);
    EXPECT_EQ(claim->scope.region, "eu-central-1");
    EXPECT_TRUE(secrets::is_signature_right(asked, *claim, "s3cr3t-key"));
  }
}

TEST(SecretSources, RepeatWhatMayPassThreeTimesAndTellTheRest) {
  struct Case {
    const char* name;
    kernel::HttpResult answer;
    std::string error;
    std::size_t asked;
  };
  const auto refusal = [](int status, std::string body) {
    return kernel::HttpResult(kernel::HttpResponse{.status = status, .body = std::move(body)});
  };
  const Case cases[] = {
      {"throttled", refusal(400, R"({"__type":"ThrottlingException","message":"Rate exceeded"})"),
       "ThrottlingException: Rate exceeded", 3},
      {"their fault", refusal(500, R"({"__type":"InternalServiceError"})"), "InternalServiceError", 3},
      {"no answer", std::unexpected(kernel::NoAnswer::Reset), "no answer (reset)", 3},
      {"not there",
       refusal(400,
               R"({"__type":"aws#ResourceNotFoundException","Message":"Secrets Manager can't find it."})"),
       "ResourceNotFoundException: Secrets Manager can't find it.", 1},
      {"not allowed", refusal(403, ""), "status 403", 1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Sources sources(kAws);
    sources.network.then(c.answer, 5ms);
    EXPECT_EQ(sources.get("secretsmanager:orders"), "error: secretsmanager:orders: " + c.error);
    EXPECT_EQ(sources.network.asked.size(), c.asked);
  }
}

TEST(SecretSources, TakeTheKeysOfTheContainer) {
  Sources sources(
      {{"AWS_REGION", "us-east-1"}, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1?x=y"}});
  sources.network
      .then(
          200, 5ms,
          R"({"AccessKeyId":"ASIAX","SecretAccessKey":"s3cr3t-role","Token":"s3cr3t-session","Expiration":"2026-01-05T10:00:00Z"})")
      .then(200, 5ms, R"({"SecretString":"s3cr3t-1"})")
      .then(200, 5ms, R"({"SecretString":"s3cr3t-2"})");
  EXPECT_EQ(secrets::hosts_of(sources.environment).back(),
            (std::pair<std::string, std::string>("container-credentials", "http://169.254.170.2")));
  EXPECT_EQ(sources.get("secretsmanager:a"), "s3cr3t-1");
  EXPECT_EQ(sources.get("secretsmanager:b"), "s3cr3t-2");
  ASSERT_EQ(sources.network.asked.size(), 3U);  // the keys are kept
  EXPECT_EQ(sources.network.asked[0].request.target, "/v2/credentials/1?x=y");
  EXPECT_EQ(secrets::read_claim(sources.network.asked[2].request.headers.get("Authorization"))->access_key_id,
            "ASIAX");
  sources.scheduler.run_until(kernel::at(55min));
  sources.get("secretsmanager:c");
  EXPECT_EQ(sources.network.asked[3].request.host, "container-credentials");
}

TEST(SecretSources, AskTheExtensionInAFunction) {
  auto variables = kAws;
  variables["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:9001";
  variables["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"] = "2773";
  Sources sources(variables);
  sources.network.then(400, 5ms, "not ready to serve traffic, please wait")
      .then(200, 5ms, R"({"SecretString":"s3cr3t-ext"})")
      .then(200, 5ms, R"({"Parameter":{"Value":"s3cr3t-parameter"}})");
  EXPECT_EQ(sources.get("secretsmanager:a/b?stage=AWSPREVIOUS"), "s3cr3t-ext");
  EXPECT_EQ(sources.get("ssm:/a/b"), "s3cr3t-parameter");
  ASSERT_EQ(sources.network.asked.size(), 3U);
  const kernel::HttpRequest& secret = sources.network.asked[1].request;
  EXPECT_EQ(secret.host, "parameters-extension");
  EXPECT_EQ(secret.target, "/secretsmanager/get?secretId=a%2Fb&versionStage=AWSPREVIOUS");
  EXPECT_EQ(secret.headers.get("X-Aws-Parameters-Secrets-Token"), "s3cr3t-session");
  EXPECT_EQ(sources.network.asked[2].request.target,
            "/systemsmanager/parameters/get?name=%2Fa%2Fb&withDecryption=true");
}

TEST(SecretSources, FindTheirEndpointsInTheEnvironment) {
  using Hosts = std::vector<std::pair<std::string, std::string>>;
  struct Case {
    const char* name;
    std::map<std::string, std::string> variables;
    Hosts hosts;
  };
  const Case cases[] = {
      {"none without a region", {}, {}},
      {"the services' own",
       {{"AWS_DEFAULT_REGION", "cn-north-1"}},
       {{"secretsmanager", "https://secretsmanager.cn-north-1.amazonaws.com.cn"},
        {"ssm", "https://ssm.cn-north-1.amazonaws.com.cn"}}},
      {"elsewhere",
       {{"AWS_REGION", "us-east-1"},
        {"AWS_ENDPOINT_URL", "http://rig:4570"},
        {"AWS_ENDPOINT_URL_SSM", "http://ssm"}},
       {{"secretsmanager", "http://rig:4570"}, {"ssm", "http://ssm"}}},
      {"elsewhere, but not now",
       {{"AWS_REGION", "us-east-1"},
        {"AWS_ENDPOINT_URL", "http://rig:4570"},
        {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}},
       {{"secretsmanager", "https://secretsmanager.us-east-1.amazonaws.com"},
        {"ssm", "https://ssm.us-east-1.amazonaws.com"}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Sources sources(c.variables);
    EXPECT_EQ(secrets::hosts_of(sources.environment), c.hosts);
  }
  Sources bare({});
  EXPECT_EQ(bare.get("ssm:/x"), "error: ssm:/x: AWS_REGION is not set");
  Sources keyless({{"AWS_REGION", "us-east-1"}});
  EXPECT_TRUE(keyless.get("ssm:/x").starts_with("error: ssm:/x: there are no AWS credentials"));
}

}  // namespace
