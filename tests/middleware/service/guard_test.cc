#include "middleware/service/guard.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/json.h"
#include "middleware/secrets/authorizing_client.h"
#include "middleware/secrets/sigv4.h"
#include "tests/support/run_task.h"

namespace service {
namespace {

using namespace std::chrono_literals;
using emulator::sim::VirtualScheduler;

/// Values that a test sets; a reference it does not hold cannot be had.
class FakeProvider final : public secrets::Provider {
 public:
  kernel::Task<kernel::Result<std::string>> get(std::string reference) override {
    const auto found = values.find(reference);
    if (found == values.end()) co_return kernel::infrastructure("not there", reference);
    co_return found->second;
  }
  void forget(const std::string& reference) override {
    forgotten.push_back(reference);
    if (rotated.contains(reference)) values[reference] = rotated[reference];
  }
  std::map<std::string, std::string> values;
  std::map<std::string, std::string> rotated;  ///< what the source holds now
  std::vector<std::string> forgotten;
};

class Echo final : public kernel::HttpHandler {
 public:
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override {
    asked.push_back(std::move(request));
    co_return kernel::HttpReply{};
  }
  std::vector<kernel::HttpRequest> asked;
};

struct Door {
  explicit Door(SecurityConfig config) : guard(std::move(config), 8, provider, scheduler, echo) {}
  kernel::HttpResponse send(std::string target, const std::string& authorization, std::string body = "{}") {
    kernel::HttpRequest request{.method = "POST", .target = std::move(target), .body = std::move(body)};
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    return send(std::move(request));
  }
  kernel::HttpResponse send(kernel::HttpRequest request) {
    return support::run(scheduler, guard.handle(std::move(request))).response;
  }
  VirtualScheduler scheduler{support::kWallStart};
  FakeProvider provider;
  Echo echo;
  Guard guard;
};

const SecurityConfig kTokens = {.callers = {.bearer = {"env:NOW", "env:BEFORE"}}};

TEST(Guard, AdmitsTheCurrentAndThePreviousTokenAndNoOther) {
  struct Case {
    const char* name;
    const char* target;
    std::string authorization;
    int status;
  };
  const Case cases[] = {
      {"current", "/events", "Bearer s3cr3t-now", 200},
      {"previous", "/events", "Bearer s3cr3t-before", 200},
      {"schemes have no case", "/events", "bearer s3cr3t-now", 200},
      {"another", "/events", "Bearer s3cr3t-new", 401},
      {"a part", "/events", "Bearer s3cr3t", 401},
      {"nothing", "/events", "", 401},
      {"no token", "/events", "Bearer ", 401},
      {"Basic", "/events", "Basic " + kernel::base64("sns:s3cr3t-now"), 401},
      {"Basic of SNS", "/sns", "Basic " + kernel::base64("sns:s3cr3t-now"), 200},
      {"SNS without", "/sns", "", 401},
      {"health", "/health", "", 200},
      {"readiness", "/ready", "", 200},
      {"metrics are for callers", "/metrics", "", 401},
      {"metrics with a token", "/metrics", "Bearer s3cr3t-now", 200},
      {"there is no admin", "/admin/breakers", "Bearer s3cr3t-now", 404},
      {"everything else is behind the door", "/nowhere", "", 401},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Door door(kTokens);
    door.provider.values = {{"env:NOW", "s3cr3t-now"}, {"env:BEFORE", "s3cr3t-before"}};
    const kernel::HttpResponse response = door.send(c.target, c.authorization);
    EXPECT_EQ(response.status, c.status);
    EXPECT_EQ(door.echo.asked.size(), c.status == 200 ? 1U : 0U);
    EXPECT_EQ(response.headers.has("WWW-Authenticate"), c.status == 401);
    EXPECT_EQ(response.body.find("s3cr3t"), std::string::npos);
    if (c.status == 200 && !c.authorization.empty()) {
      EXPECT_FALSE(door.echo.asked[0].headers.has("Authorization"));
    }
  }
}

TEST(Guard, HasRulesOfTheirOwnForMetricsAndAdmin) {
  SecurityConfig config = kTokens;
  config.metrics = CallerRules{};
  config.admin = CallerRules{.bearer = {"env:ADMIN"}};
  Door door(config);
  door.provider.values = {{"env:NOW", "s3cr3t-now"}, {"env:ADMIN", "s3cr3t-admin"}};
  EXPECT_EQ(door.send("/metrics", "").status, 200);
  EXPECT_EQ(door.send("/admin/breakers", "Bearer s3cr3t-now").status, 401);
  EXPECT_EQ(door.send("/admin/breakers", "Bearer s3cr3t-admin").status, 200);
  EXPECT_EQ(door.send("/events", "Bearer s3cr3t-admin").status, 401);
}

TEST(Guard, AsksForTheSecretsAgainWhenATokenIsNewButNotForEveryStranger) {
  Door door(kTokens);
  door.provider.values = {{"env:NOW", "s3cr3t-now"}};
  door.provider.rotated = {{"env:NOW", "s3cr3t-new"}};
  EXPECT_EQ(door.send("/events", "Bearer s3cr3t-new").status, 200);
  const std::size_t once = door.provider.forgotten.size();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(door.send("/events", "Bearer wrong").status, 401);
  EXPECT_EQ(door.provider.forgotten.size(), once);
  door.scheduler.run_until(door.scheduler.now() + 5s);
  door.send("/events", "Bearer wrong");
  EXPECT_EQ(door.provider.forgotten.size(), 2 * once);
  door.scheduler.run_until(door.scheduler.now() + 5s);
  door.send("/events", "");  // says nothing that could be new
  EXPECT_EQ(door.provider.forgotten.size(), 2 * once);
}

TEST(Guard, KnowsNobodyWithoutItsSecrets) {
  Door door(kTokens);
  const kernel::HttpResponse response = door.send("/events", "Bearer s3cr3t-now");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.get("Retry-After"), "1");
  EXPECT_FALSE(support::run(door.scheduler, door.guard.callers().is_ready()));
  door.provider.values = {{"env:BEFORE", "s3cr3t-before"}};
  EXPECT_TRUE(support::run(door.scheduler, door.guard.callers().is_ready()));
}

TEST(Guard, AdmitsWhatIsSignedWithAKnownPairAtAboutThisTime) {
  Door door({.callers = {.sigv4 = {{"env:ID", "env:KEY"}, {"env:OLD_ID", "env:OLD_KEY"}}}});
  door.provider.values = {
      {"env:ID", "AKNOW"}, {"env:KEY", "s3cr3t-now"}, {"env:OLD_ID", "AKOLD"}, {"env:OLD_KEY", "s3cr3t-old"}};
  struct Case {
    const char* name;
    secrets::SigningKeys keys;
    const char* service;
    kernel::Duration late;
    int status;
  };
  const Case cases[] = {
      {"current", {"AKNOW", "s3cr3t-now", ""}, kSigningService, 0s, 200},
      {"previous", {"AKOLD", "s3cr3t-old", ""}, kSigningService, 0s, 200},
      {"five minutes old", {"AKNOW", "s3cr3t-now", ""}, kSigningService, 5min, 200},
      {"older", {"AKNOW", "s3cr3t-now", ""}, kSigningService, 5min + 1s, 401},
      {"of tomorrow", {"AKNOW", "s3cr3t-now", ""}, kSigningService, -5min - 1s, 401},
      {"the id of one and the key of the other", {"AKNOW", "s3cr3t-old", ""}, kSigningService, 0s, 401},
      {"for another service", {"AKNOW", "s3cr3t-now", ""}, "ssm", 0s, 401},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    kernel::HttpRequest request{
        .method = "POST", .target = "/events", .headers = {{"Host", "m"}}, .body = "{}"};
    secrets::sign(request, c.keys, {"us-east-1", c.service}, door.scheduler.wall_now() - c.late);
    EXPECT_EQ(door.send(request).status, c.status);
    if (c.status == 200) {
      request.body = "[]";
      EXPECT_EQ(door.send(std::move(request)).status, 401);
    }
  }
  EXPECT_EQ(door.send("/events", "Bearer s3cr3t-now").status, 401);
  EXPECT_EQ(door.send("/events", "AWS4-HMAC-SHA256 nonsense").status, 401);
}

TEST(Guard, RefusesWhatIsNestedTooDeeply) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  Door door({});
  EXPECT_EQ(door.send("/events", "", nested(8)).status, 200);
  EXPECT_EQ(door.send("/events", "", nested(9)).status, 422);
  EXPECT_EQ(door.send("/events", "", nested(1000)).status, 422);
  EXPECT_EQ(door.send("/events", "", R"({"a":"[[[[[[[[[[[[[[\"[[[["})").status, 200);
  // The event of an SNS notification is a text.
  EXPECT_EQ(door.send("/sns", "", R"({"Message":"{\"a\":[[[[[[[[[]]]]]]]]]}"})").status, 422);
}

TEST(JsonDepth, CountsBrackets) {
  EXPECT_EQ(json_depth(""), 0U);
  EXPECT_EQ(json_depth("1"), 0U);
  EXPECT_EQ(json_depth("{}[]"), 1U);
  EXPECT_EQ(json_depth(R"({"a":[1,{"b":"}]"}]})"), 3U);
  EXPECT_EQ(json_depth("]]]]["), 1U);
}

/// A middleware that knows one token.
class OneToken final : public kernel::HttpClient {
 public:
  kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp) override {
    shown.emplace_back(request.headers.get("Authorization"));
    co_return kernel::HttpResponse{.status = shown.back() == "Bearer " + token ? 200 : 401};
  }
  std::string token;
  std::vector<std::string> shown;
};

TEST(AuthorizingClient, ShowsANewTokenOnceWhenTheOldOneIsRefused) {
  struct Case {
    const char* name;
    const char* known_there;
    int status;
    std::vector<std::string> shown;
  };
  const Case cases[] = {
      {"as cached", "s3cr3t-one", 200, {"Bearer s3cr3t-one"}},
      {"rotated", "s3cr3t-two", 200, {"Bearer s3cr3t-one", "Bearer s3cr3t-two"}},
      {"refused for good", "s3cr3t-three", 401, {"Bearer s3cr3t-one", "Bearer s3cr3t-two"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    VirtualScheduler scheduler(support::kWallStart);
    FakeProvider provider;
    provider.values = {{"env:TOKEN", "s3cr3t-one"}};
    provider.rotated = {{"env:TOKEN", "s3cr3t-two"}};
    OneToken network;
    network.token = c.known_there;
    secrets::AuthorizingClient client({.host = "middleware", .token = "env:TOKEN"}, provider, scheduler,
                                      network);
    const auto answer = support::run(scheduler, client.send({.host = "middleware"}, scheduler.now() + 1s));
    EXPECT_EQ(answer->status, c.status);
    EXPECT_EQ(network.shown, c.shown);
  }
}

TEST(AuthorizingClient, ShowsNothingToOthersAndSendsNothingWithoutItsSecret) {
  VirtualScheduler scheduler(support::kWallStart);
  FakeProvider provider;
  OneToken network;
  secrets::AuthorizingClient client({.host = "middleware", .token = "env:TOKEN"}, provider, scheduler,
                                    network);
  std::string missing;
  client.on_missing([&missing](const kernel::Error& error) { missing = error.text(); });
  EXPECT_FALSE(support::run(scheduler, client.send({.host = "middleware"}, scheduler.now() + 1s)));
  EXPECT_EQ(missing, "env:TOKEN: not there");
  EXPECT_TRUE(network.shown.empty());
  support::run(scheduler, client.send({.host = "runtime"}, scheduler.now() + 1s));
  EXPECT_EQ(network.shown, std::vector<std::string>{""});
}

}  // namespace
}  // namespace service
