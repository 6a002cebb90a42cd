#include "tests/emulator/platform/logs/logs_support.h"

namespace logs_tests {
namespace {

std::string names(const Answer<Page<GroupInfo>>& page) {
  if (!page) return refused(page);
  std::string all;
  for (const GroupInfo& group : page->items) all += group.name + " ";
  return all + (page->next.empty() ? "" : "...");
}

std::string names(const Answer<Page<StreamInfo>>& page) {
  if (!page) return refused(page);
  std::string all;
  for (const StreamInfo& stream : page->items) all += stream.name + " ";
  return all + (page->next.empty() ? "" : "...");
}

TEST(LogGroups, AreMadeOnceAndRefusedByTheirNames) {
  Rig rig;
  struct Case {
    const char* group;
    const char* answer;
  };
  const Case cases[] = {
      {"/aws/lambda/ingest", ""},
      {"/aws/lambda/ingest", "400 ResourceAlreadyExistsException: The specified log group already exists"},
      {"a b",
       "400 InvalidParameterException: 1 validation error detected: Value 'a b' at 'logGroupName' failed to "
       "satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"},
      {"aws/mine", "400 InvalidParameterException: Log groups starting with aws/ are reserved for AWS."},
      {"",
       "400 InvalidParameterException: 1 validation error detected: Value '' at 'logGroupName' failed to "
       "satisfy constraint: Member must have length from 1 to 512"},
  };
  for (const Case& c : cases) EXPECT_EQ(refused(rig.logs.create_group(c.group, {})), c.answer) << c.group;
  EXPECT_EQ(refused(rig.logs.create_stream("/aws/lambda/ingest", "one")), "");
  EXPECT_EQ(refused(rig.logs.create_stream("/aws/lambda/ingest", "one")),
            "400 ResourceAlreadyExistsException: The specified log stream already exists");
  EXPECT_EQ(
      refused(rig.logs.create_stream("/aws/lambda/ingest", "a:b")),
      "400 InvalidParameterException: 1 validation error detected: Value 'a:b' at 'logStreamName' failed "
      "to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*");
  EXPECT_EQ(refused(rig.logs.delete_stream("/aws/lambda/ingest", "two")),
            "400 ResourceNotFoundException: The specified log stream does not exist.");
  EXPECT_EQ(refused(rig.logs.delete_group("/aws/lambda/ingest")), "");
  EXPECT_EQ(refused(rig.logs.delete_group("/aws/lambda/ingest")),
            "400 ResourceNotFoundException: The specified log group does not exist.");
}

TEST(LogGroups, AreListedByNameInPages) {
  Rig rig;
  for (const char* name : {"b", "a", "/x/Orders", "/x/orders-2"})
    ASSERT_TRUE(rig.logs.create_group(name, {}));
  EXPECT_EQ(names(rig.logs.groups({})), "/x/Orders /x/orders-2 a b ");
  EXPECT_EQ(names(rig.logs.groups({.prefix = "/x"})), "/x/Orders /x/orders-2 ");
  EXPECT_EQ(names(rig.logs.groups({.pattern = "ORDERS"})), "/x/Orders /x/orders-2 ");
  EXPECT_EQ(names(rig.logs.groups({.limit = 3})), "/x/Orders /x/orders-2 a ...");
  EXPECT_EQ(names(rig.logs.groups({.limit = 3, .token = rig.logs.groups({.limit = 3})->next})), "b ");
  EXPECT_EQ(names(rig.logs.groups({.token = "?"})),
            "400 InvalidParameterException: The specified nextToken is invalid.");
}

TEST(LogStreams, AreListedByNameOrByTheirLastEvent) {
  Rig rig;
  rig.say("x", "app", "b");
  rig.run_until(1s);
  rig.say("x", "app", "c");
  rig.run_until(2s);
  rig.say("x", "app", "a");
  ASSERT_TRUE(rig.logs.create_stream("app", "empty"));
  const auto ask = [&rig](StreamsRequest request) {
    request.group = "app";
    return names(rig.logs.streams(request));
  };
  EXPECT_EQ(ask({}), "a b c empty ");
  EXPECT_EQ(ask({.descending = true}), "empty c b a ");
  EXPECT_EQ(ask({.order = StreamOrder::LastEventTime}), "empty b c a ");
  EXPECT_EQ(ask({.order = StreamOrder::LastEventTime, .descending = true, .limit = 3}), "a c b ...");
  const std::string next =
      rig.logs.streams({.group = "app", .order = StreamOrder::LastEventTime, .descending = true, .limit = 3})
          ->next;
  EXPECT_EQ(ask({.order = StreamOrder::LastEventTime, .descending = true, .limit = 3, .token = next}),
            "empty ");
  EXPECT_EQ(ask({.prefix = "e"}), "empty ");
  EXPECT_EQ(ask({.prefix = "e", .order = StreamOrder::LastEventTime}),
            "400 InvalidParameterException: Cannot order by LastEventTime with a logStreamNamePrefix.");
  const StreamInfo first = rig.logs.streams({.group = "app"})->items[0];
  EXPECT_EQ(first.first_event, Rig::at(2s));
  EXPECT_EQ(first.last_ingested, Rig::at(2s));
  EXPECT_EQ(first.created, Rig::at(2s));
}

TEST(LogGroups, KeepTagsAndRefuseOddRetentions) {
  Rig rig;
  ASSERT_TRUE(rig.logs.create_group("app", {{"team", "orders"}}));
  ASSERT_TRUE(rig.logs.tag("app", {{"team", "billing"}, {"stage", "test"}}));
  ASSERT_TRUE(rig.logs.untag("app", {"stage"}));
  EXPECT_EQ(*rig.logs.tags("app"), (Tags{{"team", "billing"}}));
  EXPECT_EQ(refused(rig.logs.retain("app", 30)), "");
  EXPECT_EQ(rig.logs.groups({})->items[0].retention_days, 30);
  EXPECT_TRUE(
      refused(rig.logs.retain("app", 2))
          .starts_with("400 InvalidParameterException: 1 validation error detected: Value '2' at "
                       "'retentionInDays' failed to satisfy constraint: Member must satisfy enum value "
                       "set: [1, 3, 5, 7, "));
}

TEST(LogGroups, AreNamedByTheirArnsAsWell) {
  EXPECT_EQ(group_arn("/aws/x"), "arn:aws:logs:us-east-1:123456789012:log-group:/aws/x");
  EXPECT_EQ(group_in(group_arn("/aws/x")), "/aws/x");
  EXPECT_EQ(group_in(group_arn("/aws/x") + ":*"), "/aws/x");
  EXPECT_EQ(group_in("/aws/x"), "/aws/x");
  EXPECT_EQ(stream_arn("g", "s"), "arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:s");
}

}  // namespace
}  // namespace logs_tests
