#include "tests/emulator/platform/secrets/platform_support.h"

namespace platform_tests {
namespace {

/// "erp" with the value "one", and a function that does what rotation functions do.
struct RotatingRig : Rig {
  RotatingRig() {
    arn = secrets.create({.secret = "erp", .token = token(1), .text = "one"})->arn;
    rotator.on_step = [this](const std::string& payload) {
      if (payload.contains("createSecret")) {
        EXPECT_TRUE(secrets.put({.secret = arn, .token = token(2), .text = "two", .stages = {"AWSPENDING"}}));
      }
      if (payload.contains("finishSecret")) {
        EXPECT_TRUE(secrets.move_stage({arn, "AWSCURRENT", token(1), token(2)}));
      }
    };
  }
  sm::RotateRequest request(int number = 2) const {
    return {.secret = "erp",
            .token = token(number),
            .function = "arn:aws:lambda:us-east-1:123456789012:function:rotate"};
  }
  std::string current() { return secrets.read({.secret = "erp"})->version.value->bytes; }
  std::string asked_for(const std::string& time, const std::string& attempt, const std::string& step) const {
    return time + " " + attempt + R"( {"Step":")" + step + R"(","SecretId":")" + arn +
           R"(","ClientRequestToken":")" + token(2) + R"("})";
  }
  std::string arn;
};

TEST(Rotation, InvokesTheFunctionForFourStepsBehindTheAnswer) {
  RotatingRig rig;
  const auto answer = rig.secrets.rotate(rig.request());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->version, token(2));
  EXPECT_TRUE(rig.rotator.asked.empty());
  EXPECT_EQ(
      refused(rig.secrets.read({.secret = "erp", .stage = "AWSPENDING"})),
      "400 ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging "
      "label: AWSPENDING");
  rig.run_for(1s);
  EXPECT_EQ(rig.rotator.asked,
            (std::vector<std::string>{
                rig.asked_for("1ms", "1", "createSecret"), rig.asked_for("101ms", "1", "setSecret"),
                rig.asked_for("201ms", "1", "testSecret"), rig.asked_for("301ms", "1", "finishSecret")}));
  EXPECT_EQ(rig.current(), "two");
  const auto secret = rig.secrets.describe("erp");
  EXPECT_EQ((*secret)->labelled("AWSPREVIOUS")->id, token(1));
  EXPECT_EQ((*secret)->rotated, support::kWallStart + 401ms);
  EXPECT_EQ((*secret)->is_rotating, true);
}

TEST(Rotation, RepeatsTheWholeSequenceWhenAStepFails) {
  RotatingRig rig;
  rig.rotator.failures = 1;
  ASSERT_TRUE(rig.secrets.rotate(rig.request()));
  rig.run_for(1h);
  ASSERT_EQ(rig.rotator.asked.size(), 5U);
  EXPECT_EQ(rig.rotator.asked[1], rig.asked_for("1m101ms", "2", "createSecret"));
  EXPECT_EQ(rig.current(), "two");
}

TEST(Rotation, ThatFailsForGoodLeavesTheOldValueAndItsPendingLabel) {
  RotatingRig rig;
  rig.rotator.failures = 3;
  ASSERT_TRUE(rig.secrets.rotate(rig.request()));
  rig.run_for(1h);
  EXPECT_EQ(rig.rotator.asked.size(), 3U);
  EXPECT_EQ(rig.current(), "one");
  EXPECT_EQ(refused(rig.secrets.rotate(rig.request(3))),
            "400 InvalidRequestException: A previous rotation isn't complete. That rotation will be "
            "reattempted.");
  ASSERT_TRUE(rig.secrets.move_stage({"erp", "AWSPENDING", token(2), ""}));
  EXPECT_TRUE(rig.secrets.rotate(rig.request(3)));
}

TEST(Rotation, EndsWithTheSecretThatItIsOf) {
  for (const bool is_forced : {false, true}) {
    RotatingRig rig;
    ASSERT_TRUE(rig.secrets.rotate(rig.request()));
    rig.run_for(150ms);  // between createSecret and setSecret
    ASSERT_TRUE(rig.secrets.remove({.secret = "erp", .is_forced = is_forced}));
    rig.run_for(1h);
    EXPECT_EQ(rig.rotator.asked.size(), 2U);
  }
}

TEST(Rotation, AnswersTheSameTokenOnceMoreAndBeginsNothing) {
  RotatingRig rig;
  ASSERT_TRUE(rig.secrets.rotate(rig.request()));
  ASSERT_TRUE(rig.secrets.rotate(rig.request()));
  rig.run_for(1s);
  ASSERT_TRUE(rig.secrets.rotate(rig.request()));
  rig.run_for(1s);
  EXPECT_EQ(rig.rotator.asked.size(), 4U);
}

TEST(Rotation, ThatIsNotImmediateOnlyTests) {
  RotatingRig rig;
  sm::RotateRequest request = rig.request();
  request.is_immediate = false;
  request.rules = sm::RotationRules{.after_days = 30};
  ASSERT_TRUE(rig.secrets.rotate(request));
  rig.run_for(1s);
  EXPECT_EQ(rig.rotator.asked, (std::vector<std::string>{rig.asked_for("1ms", "1", "testSecret")}));
  EXPECT_EQ((*rig.secrets.describe("erp"))->versions.size(), 1U);
  EXPECT_EQ((*rig.secrets.describe("erp"))->next_rotation, support::kWallStart + 720h);
}

TEST(Rotation, ComesBackByItsScheduleUntilItIsCancelled) {
  RotatingRig rig;
  rig.rotator.on_step = [&rig](const std::string& payload) {
    const sm::Secret& secret = **rig.secrets.describe("erp");
    const std::string pending = secret.labelled("AWSPENDING")->id;
    const std::string current = secret.labelled("AWSCURRENT")->id;
    if (payload.contains("createSecret"))
      EXPECT_TRUE(
          rig.secrets.put({.secret = "erp", .token = pending, .text = pending, .stages = {"AWSPENDING"}}));
    if (payload.contains("finishSecret"))
      EXPECT_TRUE(rig.secrets.move_stage({"erp", "AWSCURRENT", current, pending}));
  };
  sm::RotateRequest request = rig.request();
  request.rules = sm::RotationRules{.schedule = "rate(10 days)"};
  ASSERT_TRUE(rig.secrets.rotate(request));
  rig.run_for(21 * 24h);
  EXPECT_EQ(rig.rotator.asked.size(), 12U);
  EXPECT_EQ((*rig.secrets.describe("erp"))->versions.size(), 4U);
  ASSERT_TRUE(rig.secrets.cancel_rotation("erp"));
  rig.run_for(100 * 24h);
  EXPECT_EQ(rig.rotator.asked.size(), 12U);
  EXPECT_EQ((*rig.secrets.describe("erp"))->is_rotating, false);
}

TEST(Rotation, NeedsAFunctionAndRulesThatItKnows) {
  struct Case {
    const char* name;
    std::string function;
    sm::RotationRules rules;
    const char* refusal;
  };
  const Case cases[] = {
      {"no function",
       "",
       {},
       "400 InvalidRequestException: No Lambda rotation function ARN is associated with this secret."},
      {"an unknown function",
       "gone",
       {},
       "400 AccessDeniedException: Secrets Manager cannot invoke the specified Lambda function. Ensure that "
       "the function policy grants access to the principal secretsmanager.amazonaws.com."},
      {"a schedule by calendar",
       "rotate",
       {.schedule = "cron(0 8 1 * ? *)"},
       "400 InvalidParameterException: The rotation schedule cron(...) is not emulated: use rate(N days)"},
      {"no day at all",
       "rotate",
       {.after_days = 0},
       "400 ValidationException: 1 validation error detected: Value at "
       "'rotationRules.automaticallyAfterDays' "
       "failed to satisfy constraint: Member must be from 1 to 1000"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RotatingRig rig;
    sm::RotateRequest request = rig.request();
    request.function = c.function;
    request.rules = c.rules;
    EXPECT_EQ(refused(rig.secrets.rotate(request)), c.refusal);
    EXPECT_EQ((*rig.secrets.describe("erp"))->versions.size(), 1U);
  }
}

}  // namespace
}  // namespace platform_tests
