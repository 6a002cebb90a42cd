#include "emulator/platform/secrets/stages.h"

#include "tests/emulator/platform/secrets/platform_support.h"

namespace platform_tests {
namespace {

using sm::Secret;
using sm::Version;

/// "1[AWSPREVIOUS] 2[AWSCURRENT AWSPENDING]"
std::string versions_text(const Secret& secret) {
  std::string text;
  for (const Version& version : secret.versions) {
    text += (text.empty() ? "" : " ") + version.id + "[";
    for (const std::string& stage : version.stages) text += (text.ends_with('[') ? "" : " ") + stage;
    text += "]";
  }
  return text;
}

Secret made_of(std::vector<Version> versions) {
  Secret secret{.name = "erp", .arn = "arn"};
  for (Version& version : versions) version.value = sm::SecretValue{"value of " + version.id};
  secret.versions = std::move(versions);
  return secret;
}

TEST(Stages, MoveAtAPutAsTheyDoOnAws) {
  struct Case {
    const char* name;
    std::vector<Version> before;
    const char* token;
    const char* value;
    std::vector<std::string> stages;
    const char* after;
    const char* code;
  };
  const Case cases[] = {
      {"the first is current", {}, "1", "a", {}, "1[AWSCURRENT]", ""},
      {"the first is current whatever is asked", {}, "1", "a", {"mine"}, "1[mine AWSCURRENT]", ""},
      {"the second makes the first previous",
       {{.id = "1", .stages = {"AWSCURRENT"}}},
       "2",
       "b",
       {},
       "1[AWSPREVIOUS] 2[AWSCURRENT]",
       ""},
      {"the third leaves the first without a label",
       {{.id = "1", .stages = {"AWSPREVIOUS"}}, {.id = "2", .stages = {"AWSCURRENT"}}},
       "3",
       "c",
       {},
       "1[] 2[AWSPREVIOUS] 3[AWSCURRENT]",
       ""},
      {"a pending one leaves the current alone",
       {{.id = "1", .stages = {"AWSCURRENT"}}},
       "2",
       "b",
       {"AWSPENDING"},
       "1[AWSCURRENT] 2[AWSPENDING]",
       ""},
      {"a label of one's own moves",
       {{.id = "1", .stages = {"AWSCURRENT", "mine"}}},
       "2",
       "b",
       {"mine"},
       "1[AWSCURRENT] 2[mine]",
       ""},
      {"equal token and value change nothing",
       {{.id = "1", .stages = {"AWSPREVIOUS"}}, {.id = "2", .stages = {"AWSCURRENT"}}},
       "1",
       "value of 1",
       {},
       "1[AWSPREVIOUS] 2[AWSCURRENT]",
       ""},
      {"equal token and another value are refused",
       {{.id = "1", .stages = {"AWSCURRENT"}}},
       "1",
       "other",
       {},
       "1[AWSCURRENT]",
       "ResourceExistsException"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Secret secret = made_of(c.before);
    const auto put = sm::put_version(secret, c.token, {c.value}, c.stages, support::kWallStart);
    EXPECT_EQ(put ? "" : put.error().code, c.code);
    EXPECT_EQ(versions_text(secret), c.after);
  }
}

TEST(Stages, MoveByHandOnlyFromWhereTheyAre) {
  struct Case {
    const char* name;
    sm::StageMove move;
    const char* after;
    const char* refusal;
  };
  const std::string unchanged = "1[AWSPREVIOUS] 2[AWSCURRENT mine] 3[AWSPENDING]";
  const Case cases[] = {
      {"finishSecret",
       {"erp", "AWSCURRENT", "2", "3"},
       "1[] 2[mine AWSPREVIOUS] 3[AWSPENDING AWSCURRENT]",
       ""},
      {"back to the previous",
       {"erp", "AWSCURRENT", "2", "1"},
       "1[AWSCURRENT] 2[mine AWSPREVIOUS] 3[AWSPENDING]",
       ""},
      {"a new label needs nobody to lose it",
       {"erp", "blue", "", "1"},
       "1[AWSPREVIOUS blue] 2[AWSCURRENT mine] 3[AWSPENDING]",
       ""},
      {"taken away", {"erp", "mine", "2", ""}, "1[AWSPREVIOUS] 2[AWSCURRENT] 3[AWSPENDING]", ""},
      {"where it is already", {"erp", "AWSCURRENT", "", "2"}, unchanged.c_str(), ""},
      {"without naming who has it",
       {"erp", "AWSCURRENT", "", "3"},
       unchanged.c_str(),
       "400 InvalidParameterException: The parameter RemoveFromVersionId can't be empty. Staging label "
       "AWSCURRENT is currently attached to version 2, so you must explicitly reference that version in "
       "RemoveFromVersionId."},
      {"naming another",
       {"erp", "AWSCURRENT", "1", "3"},
       unchanged.c_str(),
       "400 InvalidParameterException: The parameter RemoveFromVersionId can't be 1. Staging label "
       "AWSCURRENT "
       "isn't attached to that version."},
      {"to a version that is not there",
       {"erp", "mine", "2", "9"},
       unchanged.c_str(),
       "400 ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: "
       "9"},
      {"taking the current away",
       {"erp", "AWSCURRENT", "2", ""},
       unchanged.c_str(),
       "400 InvalidParameterException: You can only move staging label AWSCURRENT to a different secret "
       "version. It can't be completely removed."},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Secret secret = made_of({{.id = "1", .stages = {"AWSPREVIOUS"}},
                             {.id = "2", .stages = {"AWSCURRENT", "mine"}},
                             {.id = "3", .stages = {"AWSPENDING"}}});
    EXPECT_EQ(refused(sm::move_stage(secret, c.move)), c.refusal);
    EXPECT_EQ(versions_text(secret), c.after);
  }
}

TEST(Stages, KeepAHundredVersionsAndDropOnlyOldOnes) {
  Secret secret{.name = "erp", .arn = "arn"};
  for (int i = 0; i < 120; ++i) {
    ASSERT_TRUE(sm::put_version(secret, token(i), {"v"}, {}, support::kWallStart));
  }
  EXPECT_EQ(secret.versions.size(), 120U);  // all of today
  ASSERT_TRUE(sm::put_version(secret, token(120), {"v"}, {}, support::kWallStart + 25h));
  EXPECT_EQ(secret.versions.size(), 100U);
  EXPECT_EQ(secret.versions.front().id, token(21));
  EXPECT_EQ(secret.labelled(sm::kPrevious)->id, token(119));
}

}  // namespace
}  // namespace platform_tests
