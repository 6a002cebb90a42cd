// The plain decisions of a mapping: what is refused, how long messages stay hidden, scaling, backoff.
#include "tests/emulator/mappings/mapping_support.h"

namespace emulator::lambda {
namespace {

using kernel::at;

TEST(Mapping, RefusesWhatTheServiceRefuses) {
  struct Case {
    const char* name;
    MappingConfig config;
    queues::SourceQueue source;
    std::string error;
  };
  const queues::SourceQueue standard{.visibility = 30s};
  const queues::SourceQueue fifo{.is_fifo = true, .visibility = 30s};
  const Case cases[] = {
      {"defaults", {}, standard, ""},
      {"nothing",
       {.batch_max = 0},
       standard,
       "Batch size must be between 1 and 10000 for this event source."},
      {"too many",
       {.batch_max = 10'001, .window = 1s},
       standard,
       "Batch size must be between 1 and 10000 for this event source."},
      {"many without a window",
       {.batch_max = 11},
       standard,
       "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"},
      {"many with one", {.batch_max = 10'000, .window = 1s}, standard, ""},
      {"the longest window", {.window = 300s}, standard, ""},
      {"a longer one",
       {.window = 301s},
       standard,
       "Maximum batch window in seconds must be between 0 and 300"},
      {"FIFO", {}, fifo, ""},
      {"FIFO, eleven", {.batch_max = 11}, fifo, "Batch size must be between 1 and 10 for this event source."},
      {"FIFO with a window", {.window = 1s}, fifo, "Batching window is not supported for FIFO queues"},
      {"one at once", {.concurrency_max = 1}, standard, "MaximumConcurrency must be between 2 and 1000"},
      {"two at once", {.concurrency_max = 2}, standard, ""},
      {"a thousand and one",
       {.concurrency_max = 1001},
       standard,
       "MaximumConcurrency must be between 2 and 1000"},
      {"visible too soon",
       {},
       {.visibility = 9s},
       "Queue visibility timeout: 9 seconds is less than Function timeout: 10 seconds"},
      {"just not", {}, {.visibility = 10s}, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto error = refuse(c.config, 10s, c.source);
    EXPECT_EQ(error ? error->message : "", c.error);
    if (error) EXPECT_EQ(error->code, "InvalidParameterValueException");
  }
  const auto no_function = refuse({.function = "other"}, std::nullopt, standard);
  EXPECT_EQ(no_function->status, 404);
  EXPECT_EQ(no_function->message, "Function not found: arn:aws:lambda:us-east-1:123456789012:function:other");
  EXPECT_EQ(refuse({}, 10s, std::unexpected(queues::errors::queue_does_not_exist()))->message,
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error "
            "Message: The specified queue does not exist.");
}

TEST(Mapping, LengthensTheVisibilityForALongWindow) {
  struct Case {
    kernel::Duration window;
    kernel::Duration timeout;
    kernel::Duration visibility;
    kernel::Duration effective;
  };
  const Case cases[] = {
      {0s, 30s, 30s, 30s}, {20s, 10s, 30s, 30s}, {21s, 10s, 30s, 61s}, {300s, 60s, 60s, 390s}};
  for (const Case& c : cases)
    EXPECT_EQ(effective_visibility({.window = c.window}, c.timeout, {.visibility = c.visibility}),
              c.effective);
}

TEST(PollerScaling, GrowsByThreeHundredAMinuteWhileThereIsABacklog) {
  PollerScaling scaling({}, std::nullopt, false);
  EXPECT_EQ(scaling.allowed(at(0s)), 5);
  EXPECT_EQ(scaling.allowed(at(1h)), 5) << "not by itself";
  EXPECT_EQ(scaling.wait_for_place(at(1h)), at(1h + 200ms));
  EXPECT_EQ(scaling.allowed(at(1h + 200ms - 1ns)), 5);
  EXPECT_EQ(scaling.allowed(at(1h + 200ms)), 6);
  EXPECT_EQ(scaling.allowed(at(1h + 1min)), 305);
  EXPECT_EQ(scaling.allowed(at(1h + 10min)), 1000);
  EXPECT_EQ(scaling.wait_for_place(at(1h + 10min)), std::nullopt);
  scaling.caught_up();
  EXPECT_EQ(scaling.allowed(at(2h)), 1000);
  scaling.idle();
  EXPECT_EQ(scaling.allowed(at(2h)), 5);
}

TEST(PollerScaling, StopsGrowingWhenItHasCaughtUp) {
  PollerScaling scaling({}, std::nullopt, false);
  scaling.wait_for_place(at(0s));
  EXPECT_EQ(scaling.allowed(at(1s)), 10);
  scaling.caught_up();
  EXPECT_EQ(scaling.allowed(at(1min)), 10);
  EXPECT_EQ(scaling.wait_for_place(at(1min)), at(1min + 200ms));
}

TEST(PollerScaling, KeepsToItsOwnLimit) {
  PollerScaling two({}, 2, false);
  EXPECT_EQ(two.allowed(at(0s)), 2);
  EXPECT_EQ(two.wait_for_place(at(0s)), std::nullopt);
  PollerScaling seven({}, 7, false);
  seven.wait_for_place(at(0s));
  EXPECT_EQ(seven.allowed(at(1h)), 7);
}

TEST(PollerScaling, ShrinksWithFailuresAndRecovers) {
  PollerScaling scaling({}, std::nullopt, false);
  for (const int left : {4, 3, 2, 2}) {
    scaling.failed(at(0s));
    EXPECT_EQ(scaling.allowed(at(0s)), left);
  }
  for (const int again : {3, 4, 5, 5}) {
    scaling.succeeded();
    EXPECT_EQ(scaling.allowed(at(0s)), again);
  }
}

TEST(PollerScaling, LeavesFifoToItsGroups) {
  PollerScaling scaling({}, std::nullopt, true);
  EXPECT_EQ(scaling.allowed(at(0s)), 1000);
  scaling.failed(at(0s));
  scaling.idle();
  EXPECT_EQ(scaling.allowed(at(0s)), 1000);
  EXPECT_EQ(PollerScaling({}, 3, true).allowed(at(0s)), 3);
}

TEST(ThrottleBackoff, DoublesUntilTheMessagesAreVisibleAgain) {
  const ThrottleBackoff backoff;
  struct Case {
    int throttles;
    kernel::Duration left;
    std::optional<kernel::Duration> wait;
  };
  const Case cases[] = {{1, 1h, 1s},   {2, 1h, 2s},       {5, 1h, 16s},          {6, 1h, 30s},
                        {99, 1h, 30s}, {3, 4s + 1ns, 4s}, {3, 4s, std::nullopt}, {1, 0s, std::nullopt}};
  for (const Case& c : cases)
    EXPECT_EQ(backoff.wait_after(c.throttles, at(1min), at(1min + c.left)), c.wait) << c.throttles;
}

}  // namespace
}  // namespace emulator::lambda
