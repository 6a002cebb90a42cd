#include "emulator/platform/secrets/secrets_manager.h"

#include "tests/emulator/platform/secrets/platform_support.h"

namespace platform_tests {
namespace {

/// A rig with the secret "erp": "one".
struct ErpRig : Rig {
  ErpRig() { arn = secrets.create({.secret = "erp", .token = token(1), .text = "one"})->arn; }
  std::string value(sm::ReadRequest request) {
    const auto read = secrets.read(std::move(request));
    return read ? read->version.value->bytes : refused(read);
  }
  std::string arn;
};

TEST(SecretsManager, FindsASecretByNameAndByArnWithAndWithoutItsEnd) {
  ErpRig rig;
  EXPECT_TRUE(rig.arn.starts_with("arn:aws:secretsmanager:us-east-1:123456789012:secret:erp-")) << rig.arn;
  EXPECT_EQ(rig.arn.size(),
            std::string("arn:aws:secretsmanager:us-east-1:123456789012:secret:erp-").size() + 6);
  for (const std::string& id : {std::string("erp"), rig.arn, rig.arn.substr(0, rig.arn.size() - 7)})
    EXPECT_EQ(rig.value({.secret = id}), "one") << id;
  EXPECT_EQ(rig.secrets.name_of(rig.arn), "erp");
}

TEST(SecretsManager, ReadsTheVersionThatBothSelectorsMean) {
  ErpRig rig;
  ASSERT_TRUE(rig.secrets.put({.secret = "erp", .token = token(2), .text = "two"}));
  struct Case {
    sm::ReadRequest request;
    const char* answer;
  };
  const std::string one = token(1);
  const std::string two = token(2);
  const Case cases[] = {
      {{"erp"}, "two"},
      {{"erp", one}, "one"},
      {{"erp", "", "AWSPREVIOUS"}, "one"},
      {{"erp", two, "AWSCURRENT"}, "two"},
      {{"erp", one, "AWSCURRENT"},
       "400 InvalidRequestException: You provided a VersionStage that is not associated to the provided "
       "VersionId."},
      {{"erp", "", "AWSPENDING"},
       "400 ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging "
       "label: AWSPENDING"},
      {{"erp", "x"},
       "400 ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: "
       "x"},
      {{"crm"}, "400 ResourceNotFoundException: Secrets Manager can't find the specified secret."},
  };
  for (const Case& c : cases) EXPECT_EQ(rig.value(c.request), c.answer);
}

TEST(SecretsManager, RefusesToCreateWhatMayNotBe) {
  struct Case {
    const char* name;
    sm::WriteRequest request;
    const char* refusal;
  };
  const Case cases[] = {
      {"the same again", {.secret = "erp", .token = token(1), .text = "one"}, ""},
      {"the name is taken",
       {.secret = "erp", .token = token(2), .text = "one"},
       "400 ResourceExistsException: The operation failed because the secret erp already exists."},
      {"without a token",
       {.secret = "crm", .text = "x"},
       "400 InvalidRequestException: You must provide a ClientRequestToken value. We recommend a UUID-type "
       "value."},
      {"a short token",
       {.secret = "crm", .token = "1", .text = "x"},
       "400 ValidationException: 1 validation error detected: Value at 'clientRequestToken' failed to "
       "satisfy "
       "constraint: Member must have length greater than or equal to 32"},
      {"a name with a blank",
       {.secret = "my erp", .token = token(2), .text = "x"},
       "400 ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, or "
       "any "
       "of the following: -/_+=.@!"},
      {"two values",
       {.secret = "crm", .token = token(2), .text = "x", .binary = "y"},
       "400 InvalidParameterException: You can't specify both a binary secret value and a string secret "
       "value "
       "in the same secret."},
      {"a value that is too large",
       {.secret = "crm", .token = token(2), .text = std::string(65'537, 'x')},
       "400 ValidationException: 1 validation error detected: Value at 'secretString' failed to satisfy "
       "constraint: Member must have length less than or equal to 65536"},
      {"the largest value", {.secret = "crm", .token = token(2), .binary = std::string(65'536, 'x')}, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ErpRig rig;
    EXPECT_EQ(refused(rig.secrets.create(c.request)), c.refusal);
  }
}

TEST(SecretsManager, KeepsWhatIsDeletedForItsWindowAndNoLonger) {
  ErpRig rig;
  const std::string marked =
      "400 InvalidRequestException: You can't perform this operation on the secret because it was marked for "
      "deletion.";
  const auto deleted = rig.secrets.remove({.secret = "erp", .window_days = 7});
  ASSERT_TRUE(deleted);
  EXPECT_EQ(deleted->at, support::kWallStart + 168h);
  EXPECT_EQ(rig.value({.secret = "erp"}), marked);
  EXPECT_EQ(refused(rig.secrets.put({.secret = "erp", .token = token(3), .text = "x"})), marked);
  EXPECT_EQ(refused(rig.secrets.create({.secret = "erp", .token = token(3), .text = "x"})),
            "400 InvalidRequestException: You can't create this secret because a secret with this name is "
            "already scheduled for deletion.");
  EXPECT_EQ((*rig.secrets.describe("erp"))->deleted, support::kWallStart);
  EXPECT_EQ(rig.secrets.list({})->secrets.size(), 0U);
  EXPECT_EQ(rig.secrets.list({.with_deleted = true})->secrets.size(), 1U);

  rig.run_for(167h);
  ASSERT_TRUE(rig.secrets.restore("erp"));
  EXPECT_EQ(rig.value({.secret = "erp"}), "one");
  ASSERT_TRUE(rig.secrets.remove({.secret = "erp", .window_days = 7}));
  rig.run_for(168h);
  EXPECT_EQ(refused(rig.secrets.restore("erp")),
            "400 ResourceNotFoundException: Secrets Manager can't find the specified secret.");
  const auto again = rig.secrets.create({.secret = "erp", .token = token(1), .text = "one"});
  ASSERT_TRUE(again);
  EXPECT_NE(again->arn, rig.arn);
}

TEST(SecretsManager, DeletesWithoutAWindowAlsoWhatIsNotThere) {
  ErpRig rig;
  EXPECT_TRUE(rig.secrets.remove({.secret = "erp", .is_forced = true}));
  EXPECT_TRUE(rig.secrets.remove({.secret = "erp", .is_forced = true}));
  EXPECT_EQ(refused(rig.secrets.remove({.secret = "erp"})),
            "400 ResourceNotFoundException: Secrets Manager can't find the specified secret.");
  EXPECT_EQ(refused(rig.secrets.remove({.secret = "erp", .window_days = 7, .is_forced = true})),
            "400 InvalidParameterException: You can't use ForceDeleteWithoutRecovery in conjunction with "
            "RecoveryWindowInDays.");
  EXPECT_EQ(refused(rig.secrets.remove({.secret = "erp", .window_days = 6})),
            "400 InvalidParameterException: The RecoveryWindowInDays value must be between 7 and 30 days "
            "(inclusive).");
}

TEST(SecretsManager, ListsInPagesWhatFitsAllFilters) {
  Rig rig;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(rig.secrets.create({.secret = (i % 2 == 0 ? "erp/" : "crm/") + std::to_string(i),
                                    .token = token(i),
                                    .description = i == 3 ? "The Login of Sales" : "",
                                    .tags = {{"stage", i < 3 ? "test" : "production"}}}));
  }
  struct Case {
    const char* name;
    sm::ListRequest request;
    const char* names;
  };
  const Case cases[] = {
      {"all", {}, "erp/0 crm/1 erp/2 crm/3 erp/4"},
      {"the newest first", {.is_descending = true}, "erp/4 crm/3 erp/2 crm/1 erp/0"},
      {"by name", {.filters = {{"name", {"erp"}}}}, "erp/0 erp/2 erp/4"},
      {"not by name", {.filters = {{"name", {"!erp"}}}}, "crm/1 crm/3"},
      {"by a word", {.filters = {{"description", {"login"}}}}, "crm/3"},
      {"by two", {.filters = {{"name", {"erp"}}, {"tag-value", {"prod"}}}}, "erp/4"},
      {"by any", {.filters = {{"all", {"sales", "test"}}}}, "erp/0 crm/1 erp/2 crm/3"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    sm::ListRequest request = c.request;
    request.count = 2;
    std::string names;
    do {
      const auto page = rig.secrets.list(request);
      ASSERT_TRUE(page);
      ASSERT_LE(page->secrets.size(), 2U);
      for (const sm::Secret* secret : page->secrets) names += (names.empty() ? "" : " ") + secret->name;
      request.token = page->next;
    } while (!request.token.empty());
    EXPECT_EQ(names, c.names);
  }
  EXPECT_EQ(refused(rig.secrets.list({.token = "nonsense"})),
            "400 InvalidNextTokenException: Invalid next token.");
  EXPECT_EQ(rig.secrets.list({.filters = {{"colour", {"red"}}}}).error().code, "ValidationException");
}

TEST(SecretsManager, TellsEveryValueBeforeAnybodyCanReadIt) {
  Rig rig;
  std::vector<std::string> told;
  rig.secrets.tell_values([&](const std::string& name, std::string_view value) {
    told.push_back(name + "=" + std::string(value) + (rig.secrets.read({.secret = "erp"}) ? " late" : ""));
  });
  rig.secrets.set("crm", "zero");
  ASSERT_TRUE(rig.secrets.create({.secret = "erp", .token = token(1), .text = "one"}));
  EXPECT_EQ(told, (std::vector<std::string>{"secretsmanager:crm=zero", "secretsmanager:erp=one"}));
}

}  // namespace
}  // namespace platform_tests
