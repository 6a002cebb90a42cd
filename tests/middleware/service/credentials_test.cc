#include "middleware/service/credentials.h"

#include <gtest/gtest.h>

#include "middleware/service/api_caller.h"
#include "tests/support/fake_secrets.h"
#include "tests/support/recorded_hops.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace service {
namespace {

using kernel::at;
using kernel::HttpResponse;
using kernel::NoAnswer;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

HttpResponse token(std::string_view value, std::string_view more = "") {
  return {.body = R"({"access_token":")" + std::string(value) + R"(","token_type":"Bearer")" +
                  std::string(more) + "}"};
}

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() { secrets.values = {{"env:ID", "id"}, {"env:SECRET", "a&b"}, {"env:KEY", "key 1"}}; }
  Credentials make(AuthConfig config) {
    return Credentials(std::move(config), "salesforce", {scheduler, api, hops, secrets, "instance 1"});
  }
  static ClientCredentials oauth() { return {.client_id = "env:ID", .client_secret = "env:SECRET"}; }
  Credential get(Credentials& credentials, kernel::Timestamp deadline = at(100s)) {
    return support::run(scheduler, credentials.get({"event", 7}, deadline));
  }

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi api{scheduler};
  support::RecordedHops hops{scheduler};
  support::FakeSecrets secrets;
};

TEST_F(CredentialsTest, MakeAHeaderOfASecret) {
  Credentials key = make(SecretHeader{.name = "X-Api-Key", .secret = "env:KEY"});
  const Credential found = get(key);
  EXPECT_EQ(found.name + ": " + found.value, "X-Api-Key: key 1");
  EXPECT_EQ(get(key).value, "key 1");
  EXPECT_EQ(secrets.asked, Texts{"env:KEY"}) << "once";
  secrets.values["env:KEY"] = "key 2";
  key.refused(found.version);
  EXPECT_EQ(secrets.forgotten, Texts{"env:KEY"});
  EXPECT_EQ(get(key).value, "key 2") << "rotated";
}

TEST_F(CredentialsTest, MakeALoginOfTwo) {
  Credentials login = make(BasicLogin{.user = "env:ID", .password = "env:SECRET"});
  EXPECT_EQ(get(login).value, "Basic aWQ6YSZi");
}

TEST_F(CredentialsTest, TradeTheSecretsForATokenOnceForAllThatWait) {
  api.then(token("t1"), 200ms);
  Credentials credentials = make(oauth());
  kernel::TaskScope scope;
  std::optional<Credential> first;
  std::optional<Credential> second;
  scope.spawn(support::keep(credentials.get({"event", 7}, at(1s)), first));
  scope.spawn(support::keep(credentials.get({"another", 8}, at(1s)), second));
  EXPECT_EQ(get(credentials).value, "Bearer t1");
  EXPECT_EQ(scheduler.now(), at(200ms));
  EXPECT_EQ(first->value, "Bearer t1");
  EXPECT_EQ(second->value, "Bearer t1");
  ASSERT_EQ(api.asked.size(), 1U);
  const kernel::HttpRequest& request = api.asked[0].request;
  EXPECT_EQ(request.host + request.target, "salesforce/services/oauth2/token");
  EXPECT_EQ(request.body, "grant_type=client_credentials&client_id=id&client_secret=a%26b");
  EXPECT_EQ(api.asked[0].deadline, at(10s));
  EXPECT_EQ(hops.lines(), Texts{"api salesforce POST /services/oauth2/token #1 under 7 0..200 ok 200"});
}

TEST_F(CredentialsTest, KeepATokenUntilItIsRefused) {
  api.then(token("t1")).then(token("t2"));
  Credentials credentials = make(oauth());
  const Credential first = get(credentials);
  scheduler.run_until(at(24h));
  EXPECT_EQ(get(credentials, at(25h)).value, "Bearer t1") << "Salesforce does not say when a token ends";
  credentials.refused(first.version);
  const Credential second = get(credentials, at(25h));
  EXPECT_EQ(second.value, "Bearer t2");
  credentials.refused(first.version);
  EXPECT_EQ(get(credentials, at(25h)).version, second.version) << "a late refusal of the old one";
  EXPECT_EQ(secrets.forgotten, Texts{}) << "the secrets made a new token";
}

TEST_F(CredentialsTest, LeaveATokenBeforeItEnds) {
  struct Row {
    const char* expires_in;
    kernel::Duration usable;
  };
  for (const Row& row : {Row{"100", 90s}, Row{"3600", 3540s}}) {
    SCOPED_TRACE(row.expires_in);
    emulator::sim::VirtualScheduler clock{support::kWallStart};
    support::ScriptedApi server{clock};
    server.then(token("t1", std::string(R"(,"expires_in":)") + row.expires_in), 0s).then(token("t2"), 0s);
    support::RecordedHops recorded{clock};
    Credentials credentials(oauth(), "salesforce", {clock, server, recorded, secrets, "instance 1"});
    const auto value = [&] {
      return support::run(clock, credentials.get({"event", 7}, clock.now() + 1s)).value;
    };
    EXPECT_EQ(value(), "Bearer t1");
    clock.run_until(at(row.usable - 1ns));
    EXPECT_EQ(value(), "Bearer t1");
    clock.run_until(at(row.usable));
    EXPECT_EQ(value(), "Bearer t2");
  }
}

TEST_F(CredentialsTest, ReadSecretsAnewOnceWhenTheTokenServerRefusesThem) {
  api.then(401, 10ms, R"({"error":"invalid_client"})").then(token("t1"));
  Credentials credentials = make(oauth());
  EXPECT_EQ(get(credentials).value, "Bearer t1");
  EXPECT_EQ(secrets.forgotten, (Texts{"env:ID", "env:SECRET"}));
  EXPECT_EQ(secrets.asked, (Texts{"env:ID", "env:SECRET", "env:ID", "env:SECRET"}));
}

struct Failing {
  const char* name;
  kernel::HttpResult answer;
  int status;  ///< 0: none
  const char* says;
};

class CredentialsFail : public CredentialsTest, public testing::WithParamInterface<Failing> {};

TEST_P(CredentialsFail, AsTheCallerCanTreatIt) {
  api.then(GetParam().answer, 10ms);
  Credentials credentials = make(oauth());
  const Credential credential = get(credentials);
  ASSERT_TRUE(credential.failure);
  const kernel::HttpResult& failure = *credential.failure;
  EXPECT_EQ(failure ? failure->status : 0, GetParam().status);
  const std::string text = failure ? failure->body : std::string(to_text(failure.error()));
  EXPECT_NE(text.find(GetParam().says), std::string::npos) << text;
  EXPECT_EQ(text.find("a&b"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CredentialsFail,
    testing::Values(Failing{"refused",
                            HttpResponse{.status = 400, .body = R"({"error":"invalid_client_id"})"}, 401,
                            "the token server answered 400, invalid_client_id"},
                    Failing{"down", HttpResponse{.status = 503, .body = "client_secret=a&b"}, 503, ""},
                    Failing{"no_token", HttpResponse{.body = R"({"token":"t"})"}, 502, "no access_token"},
                    Failing{"no_json", HttpResponse{.body = "<html>"}, 502, "no access_token"},
                    Failing{"reset", std::unexpected(NoAnswer::Reset), 0, "reset"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(CredentialsTest, SayWhichSecretIsNotThere) {
  Credentials key = make(SecretHeader{.secret = "env:NOBODY"});
  const Credential credential = get(key);
  ASSERT_TRUE(credential.failure && *credential.failure);
  EXPECT_EQ((*credential.failure)->status, 401);
  EXPECT_NE((*credential.failure)->body.find("no secret env:NOBODY"), std::string::npos);
}

TEST_F(CredentialsTest, WaitForATokenNoLongerThanTheCallMay) {
  api.then(token("t1"), 5s);
  Credentials credentials = make(oauth());
  const Credential credential = get(credentials, at(1s));
  EXPECT_EQ(scheduler.now(), at(1s));
  ASSERT_TRUE(credential.failure);
  EXPECT_EQ(credential.failure->error(), NoAnswer::Timeout);
  EXPECT_EQ(get(credentials).value, "Bearer t1") << "the token comes all the same";
  EXPECT_EQ(scheduler.now(), at(5s));
  EXPECT_EQ(api.asked.size(), 1U);
}

TEST_F(CredentialsTest, OfASourceThatIsDownAreToBeAskedForLater) {
  const AuthConfig kinds[] = {SecretHeader{.secret = "env:KEY"},
                              BasicLogin{.user = "env:ID", .password = "env:SECRET"}, oauth()};
  for (const AuthConfig& kind : kinds) {
    Credentials credentials = make(kind);
    secrets.is_down = true;
    const Credential credential = get(credentials);
    ASSERT_TRUE(credential.failure && *credential.failure);
    EXPECT_EQ((*credential.failure)->status, 503);
    EXPECT_NE((*credential.failure)->body.find("503 ServiceUnavailable"), std::string::npos);
    secrets.is_down = false;
    if (std::holds_alternative<ClientCredentials>(kind)) api.then(token("t1"));
    EXPECT_FALSE(get(credentials).failure) << "the next call asks anew";
  }
}

class AuthorizedCallTest : public CredentialsTest {
 protected:
  CallEnd call() {
    const Surroundings around{
        .scheduler = scheduler, .client = api, .hops = hops, .instance = "instance 1", .secrets = &secrets};
    ApiConfig config{.name = "salesforce", .auth = oauth()};
    config.retry.attempts_max = 1;
    ApiCaller caller(config, around);
    return support::run(scheduler, caller.call({.request = {.method = "PATCH", .host = "salesforce"},
                                                .event = "2ed6657d-e927-568b-95e1-2665a8aea6a2",
                                                .idempotency_key = "key",
                                                .step = 5,
                                                .deadline = at(20s)},
                                               {}));
  }
  static int status(const CallEnd& end) {
    const auto* response = std::get_if<HttpResponse>(&end.result);
    return response != nullptr ? response->status : -std::get<CallFailure>(end.result).last.status;
  }
};

TEST_F(AuthorizedCallTest, IsMadeOnceMoreWithANewTokenAfterA401) {
  api.then(token("t1")).then(401).then(token("t2")).then(204);
  const CallEnd end = call();
  EXPECT_EQ(status(end), 204);
  EXPECT_EQ(end.attempts, 2);
  EXPECT_EQ(api.asked_with("Authorization"), (Texts{"", "Bearer t1", "", "Bearer t2"}));
  EXPECT_EQ(hops.lines(), (Texts{"api salesforce PATCH / #1 under 5 0..60 rejected 401",
                                 "api salesforce POST /services/oauth2/token #1 under 1 0..30 ok 200",
                                 "api salesforce PATCH / #2 under 5 60..120 ok 204",
                                 "api salesforce POST /services/oauth2/token #1 under 3 60..90 ok 200"}));
}

TEST_F(AuthorizedCallTest, FailsAtTheSecond401) {
  api.then(token("t1")).then(401).then(token("t2")).then(401);
  const CallEnd end = call();
  EXPECT_EQ(status(end), -401);
  EXPECT_EQ(api.asked.size(), 4U);
  EXPECT_EQ(std::get<CallFailure>(end.result).failure, core::FailureClass::Permanent);
}

TEST_F(AuthorizedCallTest, ThatHasNoSecretNowMaySucceedLater) {
  secrets.is_down = true;
  const CallEnd end = call();
  EXPECT_EQ(status(end), -503);
  EXPECT_EQ(std::get<CallFailure>(end.result).failure, core::FailureClass::Transient);
  EXPECT_TRUE(api.asked.empty());
}

TEST_F(AuthorizedCallTest, IsNotMadeWithoutAToken) {
  api.then(400, 10ms, R"({"error":"invalid_client_id"})");
  const CallEnd end = call();
  EXPECT_EQ(status(end), -401);
  EXPECT_EQ(api.asked_with("Authorization"), (Texts{"", ""})) << "twice for a token, and never without";
}

}  // namespace
}  // namespace service
