#include "emulator/lambda/batch_outcome.h"

#include <gtest/gtest.h>

namespace emulator::lambda {
namespace {

std::string text_of(const BatchOutcome& outcome) {
  std::string text;
  for (const bool done : outcome.done) text += done ? 'd' : '-';
  return text;
}

TEST(BatchOutcome, FollowsTheWholeTruthTable) {
  struct Case {
    const char* name;
    std::string payload;
    std::string reporting;  ///< what is done of the messages a, b, c when the mapping asks for failures
  };
  const Case cases[] = {
      // Complete success.
      {"nothing returned", "null", "ddd"},
      {"an empty object", "{}", "ddd"},
      {"an empty list", R"({"batchItemFailures":[]})", "ddd"},
      {"no list", R"({"batchItemFailures":null})", "ddd"},
      {"something else", R"({"status":200})", "ddd"},
      // Partial failure.
      {"one failed", R"({"batchItemFailures":[{"itemIdentifier":"b"}]})", "d-d"},
      {"two failed", R"({"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"}]})", "-d-"},
      {"one named twice", R"({"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]})", "d-d"},
      {"more beside it", R"({"batchItemFailures":[{"itemIdentifier":"b","why":1}],"n":1})", "d-d"},
      // A FIFO handler stops at the first failure and reports it and all that it has not processed.
      {"the first failure and what follows",
       R"({"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"c"}]})", "d--"},
      {"all failed",
       R"({"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"},{"itemIdentifier":"c"}]})",
       "---"},
      // Complete failure.
      {"no bytes", "", "---"},
      {"no JSON", "done", "---"},
      {"a text", R"("done")", "---"},
      {"a number", "5", "---"},
      {"a list", "[]", "---"},
      {"false", "false", "---"},
      {"the failures are a text", R"({"batchItemFailures":"b"})", "---"},
      {"the failures are an object", R"({"batchItemFailures":{"itemIdentifier":"b"}})", "---"},
      {"an entry is a text", R"({"batchItemFailures":["b"]})", "---"},
      {"an entry is null", R"({"batchItemFailures":[null]})", "---"},
      {"an empty entry", R"({"batchItemFailures":[{}]})", "---"},
      {"another key", R"({"batchItemFailures":[{"foo":"b"}]})", "---"},
      {"an empty id", R"({"batchItemFailures":[{"itemIdentifier":""}]})", "---"},
      {"a null id", R"({"batchItemFailures":[{"itemIdentifier":null}]})", "---"},
      {"a number as id", R"({"batchItemFailures":[{"itemIdentifier":2}]})", "---"},
      {"an id that is not in the batch", R"({"batchItemFailures":[{"itemIdentifier":"x"}]})", "---"},
      {"a good entry and a bad one", R"({"batchItemFailures":[{"itemIdentifier":"b"},{"foo":"c"}]})", "---"},
  };
  const std::vector<std::string> ids = {"a", "b", "c"};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const BatchOutcome reporting = judge_batch({.payload = c.payload}, ids, true);
    EXPECT_EQ(text_of(reporting), c.reporting);
    const bool is_malformed = c.reporting == "---" && std::string_view(c.name) != "all failed";
    EXPECT_EQ(!reporting.problem.empty(), is_malformed) << reporting.problem;
    EXPECT_EQ(text_of(judge_batch({.payload = c.payload}, ids, false)), "ddd")
        << "whatever it says, unless the mapping asks";
  }
}

TEST(BatchOutcome, OfAnInvocationThatDidNotSucceedIsThatNothingIsDone) {
  const InvokeResult results[] = {{.payload = R"({"batchItemFailures":[]})", .function_error = "Unhandled"},
                                  {.status = 404, .error_code = "ResourceNotFoundException"}};
  for (const InvokeResult& result : results) {
    EXPECT_EQ(text_of(judge_batch(result, {"a", "b"}, true)), "--");
    EXPECT_EQ(text_of(judge_batch(result, {"a", "b"}, false)), "--");
  }
}

TEST(BatchOutcome, SaysWhenFailuresAreReportedInVain) {
  const InvokeResult result{.payload = R"({"batchItemFailures":[{"itemIdentifier":"b"}]})"};
  EXPECT_TRUE(judge_batch(result, {"a", "b"}, false).problem.starts_with("the function reported failures"));
  EXPECT_EQ(judge_batch({.payload = R"({"batchItemFailures":[]})"}, {"a"}, false).problem, "");
  EXPECT_EQ(judge_batch({.payload = "no JSON"}, {"a"}, false).problem, "");
}

}  // namespace
}  // namespace emulator::lambda
