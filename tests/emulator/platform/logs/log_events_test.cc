#include "tests/emulator/platform/logs/logs_support.h"

namespace logs_tests {
namespace {

constexpr Milliseconds kHour = 3'600'000;

struct PutRig : Rig {
  PutRig() {
    EXPECT_EQ(refused(logs.create_group("app", {})), "");
    EXPECT_EQ(refused(logs.create_stream("app", "one")), "");
  }
};

TEST(LogEvents, ABatchIsRefusedAsAWhole) {
  PutRig rig;
  const Milliseconds now = Rig::at(0s);
  struct Case {
    const char* name;
    std::vector<InputEvent> events;
    const char* answer;
  };
  const std::string large(1'048'550, 'x');
  const Case cases[] = {
      {"none",
       {},
       "400 InvalidParameterException: 1 validation error detected: Value '0 events' at 'logEvents' failed "
       "to "
       "satisfy constraint: Member must have length from 1 to 10000"},
      {"too many", std::vector<InputEvent>(10'001, {now, "x"}),
       "400 InvalidParameterException: 1 validation error detected: Value '10001 events' at 'logEvents' "
       "failed "
       "to satisfy constraint: Member must have length from 1 to 10000"},
      {"as many as there may be", std::vector<InputEvent>(10'000, {now, "x"}), ""},
      {"as large as it may be", {{now, large}}, ""},
      {"an event is too large",
       {{now, large + "x"}},
       "400 InvalidParameterException: Log event too large: 1048577 bytes exceeds limit of 1048576"},
      {"together too large",
       {{now, large}, {now, "x"}},
       "400 InvalidParameterException: Upload too large: 1048603 bytes exceeds limit of 1048576"},
      {"out of order",
       {{now, "a"}, {now - 1, "b"}},
       "400 InvalidParameterException: Log events in a single PutLogEvents request must be in chronological "
       "order."},
      {"a day", {{now - 24 * kHour, "a"}, {now, "b"}}, ""},
      {"more than a day",
       {{now - 24 * kHour - 1, "a"}, {now, "b"}},
       "400 InvalidParameterException: The batch of log events in a single PutLogEvents request cannot span "
       "more than 24 hours."},
      {"empty",
       {{now, "a"}, {now, ""}},
       "400 InvalidParameterException: 1 validation error detected: Value '' at 'logEvents.2.member.message' "
       "failed to satisfy constraint: Member must have length from 1"},
  };
  for (const Case& c : cases) EXPECT_EQ(rig.put(c.events), c.answer) << c.name;
  EXPECT_EQ(rig.put({{now, "x"}}, "other"),
            "400 ResourceNotFoundException: The specified log group does not exist.");
  EXPECT_EQ(rig.put({{now, "x"}}, "app", "two"),
            "400 ResourceNotFoundException: The specified log stream does not exist.");
}

TEST(LogEvents, WhatIsTooNewOrTooOldIsNamedAndTheRestIsTaken) {
  PutRig rig;
  ASSERT_TRUE(rig.logs.retain("app", 7));
  rig.run_until(1h);
  const Milliseconds now = Rig::at(1h);
  struct Case {
    const char* name;
    std::vector<InputEvent> events;
    Rejected rejected;
    const char* taken;
  };
  const Case cases[] = {
      {"two hours ahead is not too new", {{now + 2 * kHour, "a"}}, {}, "a"},
      {"a millisecond more is",
       {{now, "b"}, {now + 2 * kHour + 1, "c"}, {now + 2 * kHour + 2, "d"}},
       {.too_new_from = 1},
       "b"},
      {"as old as the retention", {{now - 7 * kDay, "e"}}, {}, "e"},
      {"older than that", {{now - 7 * kDay - 1, "f"}, {now - 7 * kDay, "g"}}, {.expired_until = 1}, "g"},
      {"two weeks", {{now - 14 * kDay, "h"}}, {.expired_until = 1}, ""},
      {"older than two weeks",
       {{now - 14 * kDay - 2, "i"}, {now - 14 * kDay - 1, "j"}, {now - 14 * kDay, "k"}},
       {.too_old_until = 2, .expired_until = 3},
       ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ASSERT_TRUE(rig.logs.delete_stream("app", "one"));
    ASSERT_TRUE(rig.logs.create_stream("app", "one"));
    const auto put = rig.logs.put("app", "one", c.events);
    ASSERT_TRUE(put);
    EXPECT_EQ(put->rejected, c.rejected);
    EXPECT_EQ(rig.found(""), c.taken);
  }
}

TEST(LogEvents, AreReadFromEitherEndUntilTheTokenStaysTheSame) {
  PutRig rig;
  const Milliseconds now = Rig::at(0s);
  ASSERT_EQ(rig.put({{now, "1"}, {now, "2"}, {now + 1, "3"}, {now + 2, "4"}, {now + 2, "5"}}), "");
  const auto get = [&rig](GetRequest request) {
    request.group = "app";
    request.stream = "one";
    return *rig.logs.get(request);
  };
  EventPage page = get({.limit = 2, .from_head = true});
  EXPECT_EQ(Rig::text_of(page.events), "1 | 2");
  page = get({.limit = 2, .token = page.forward});
  EXPECT_EQ(Rig::text_of(page.events), "3 | 4");
  page = get({.limit = 2, .token = page.forward});
  EXPECT_EQ(Rig::text_of(page.events), "5");
  const std::string end = page.forward;
  page = get({.limit = 2, .token = end});
  EXPECT_EQ(Rig::text_of(page.events), "");
  EXPECT_EQ(page.forward, end);
  ASSERT_EQ(rig.put({{now + 3, "6"}}), "");
  EXPECT_EQ(Rig::text_of(get({.token = end}).events), "6");

  page = get({.limit = 2});
  EXPECT_EQ(Rig::text_of(page.events), "5 | 6");
  page = get({.limit = 3, .token = page.backward});
  EXPECT_EQ(Rig::text_of(page.events), "2 | 3 | 4");
  page = get({.limit = 3, .token = page.backward});
  EXPECT_EQ(Rig::text_of(page.events), "1");
  const std::string begin = page.backward;
  page = get({.limit = 3, .token = begin});
  EXPECT_EQ(Rig::text_of(page.events), "");
  EXPECT_EQ(page.backward, begin);
  EXPECT_EQ(Rig::text_of(get({.limit = 2, .token = page.forward}).events), "1 | 2");

  EXPECT_EQ(Rig::text_of(get({.from = now + 1, .until = now + 2}).events), "3");
  EXPECT_EQ(refused(rig.logs.get({.group = "app", .stream = "one", .token = "x/1/1"})),
            "400 InvalidParameterException: The specified nextToken is invalid.");
  EXPECT_EQ(refused(rig.logs.get({.group = "app", .stream = "one", .limit = 10'001})),
            "400 InvalidParameterException: 1 validation error detected: Value '10001' at 'limit' failed to "
            "satisfy constraint: Member must be from 1 to 10000");
}

TEST(LogEvents, OfManyStreamsComeInTheOrderOfTime) {
  Rig rig;
  rig.say("a1", "app", "a");
  rig.say("b1", "app", "b");
  rig.run_until(1s);
  rig.say("b2", "app", "b");
  rig.say("a2", "app", "a");
  rig.say("other", "else", "a");
  EXPECT_EQ(rig.found(""), "a1 | b1 | b2 | a2");
  const auto text = [&rig](FilterRequest request) {
    request.group = "app";
    const auto page = rig.logs.filter(request);
    return page ? Rig::text_of(page->events) + (page->next.empty() ? "" : " ...") : refused(page);
  };
  EXPECT_EQ(text({.streams = {"a"}}), "a1 | a2");
  EXPECT_EQ(text({.stream_prefix = "b"}), "b1 | b2");
  EXPECT_EQ(text({.from = Rig::at(1s)}), "b2 | a2");
  EXPECT_EQ(text({.until = Rig::at(1s)}), "a1 | b1");
  EXPECT_EQ(text({.limit = 3}), "a1 | b1 | b2 ...");
  EXPECT_EQ(text({.limit = 3, .token = rig.logs.filter({.group = "app", .limit = 3})->next}), "a2");
  EXPECT_EQ(text({.pattern = "2", .limit = 1}), "b2 ...");
  EXPECT_EQ(text({.streams = {"c"}}),
            "400 ResourceNotFoundException: The specified log stream does not exist.");
  EXPECT_EQ(text({.pattern = "{ broken"}),
            "400 InvalidParameterException: Invalid filter pattern: a selector such as $.level is missing at "
            "character 3");
}

TEST(LogEvents, GoWhenTheirRetentionIsOver) {
  Rig rig;
  rig.say("old");
  ASSERT_TRUE(rig.logs.retain("app", 1));
  rig.run_until(1h);
  rig.say("young");
  rig.run_until(24h);
  EXPECT_EQ(rig.found(""), "old | young");
  EXPECT_EQ(rig.logs.groups({})->items[0].stored_bytes, 3 + 5 + 2 * 26);
  rig.run_until(24h + 1ms);
  EXPECT_EQ(rig.found(""), "young");
  EXPECT_EQ(rig.logs.groups({})->items[0].stored_bytes, 5 + 26);
  ASSERT_TRUE(rig.logs.retain("app", std::nullopt));
  rig.run_until(1000h);
  EXPECT_EQ(rig.found(""), "young");
}

TEST(LogEvents, ThatAreTooManyGoTheOldestFirstWhichIsSaidOnce) {
  Rig rig({.bytes_max = 3 * 27});
  for (const char* text : {"1", "2", "3"}) rig.say(text);
  EXPECT_EQ(rig.found(""), "1 | 2 | 3");
  EXPECT_TRUE(rig.journal.logs.empty());
  rig.say("4", "app", "two");
  rig.say("5", "else");
  EXPECT_EQ(rig.found(""), "3 | 4");
  EXPECT_EQ(rig.logs.dropped(), 2U);
  ASSERT_EQ(rig.journal.logs.size(), 1U);
  EXPECT_EQ(rig.journal.logs[0],
            "0s logs: more than 81 bytes of log events: from now on the oldest go ('keep' in given.logs says "
            "how much "
            "is kept)");
  // What was taken away does not count.
  ASSERT_TRUE(rig.logs.delete_group("app"));
  rig.say("6", "else");
  rig.say("7", "else");
  EXPECT_EQ(rig.found("", "else"), "5 | 6 | 7");
  EXPECT_EQ(rig.logs.dropped(), 2U);
}

TEST(LogEvents, OfBoxesAreLinesWithoutTheirEndAndNoLongerThanAnEvent) {
  Rig rig({.event_bytes_max = 26 + 4});
  rig.say("abc\r\n");
  rig.say("");
  rig.say("\n");
  rig.say("12345678x");
  EXPECT_EQ(rig.found(""), "abc | 1234 | 5678 | x");
}

TEST(LogEvents, AreCountedAsTheyComeIn) {
  Rig rig;
  rig.say("abc");
  rig.say("de");
  rig.say("x", "else");
  const auto came = rig.logs.end_minute(0);
  ASSERT_EQ(came.size(), 2U);
  EXPECT_EQ(came[0].group + " " + std::to_string(came[0].events) + " " + std::to_string(came[0].bytes),
            "app 2 57");
  EXPECT_EQ(came[1].group, "else");
  EXPECT_TRUE(rig.logs.end_minute(60).empty());
}

TEST(LogEvents, AreWatchedForAPattern) {
  Rig rig;
  rig.say("ERROR before");
  std::vector<kernel::Duration> found;
  rig.logs.watch("app", *FilterPattern::parse("ERROR"),
                 [&] { found.push_back(rig.scheduler.now().time_since_epoch()); });
  rig.run_until(5s);
  rig.say("ERROR after");
  rig.say("fine");
  rig.say("ERROR", "else");
  EXPECT_EQ(found, (std::vector<kernel::Duration>{0s, 5s}));
}

}  // namespace
}  // namespace logs_tests
