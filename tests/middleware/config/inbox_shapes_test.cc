#include "middleware/config/inbox_shapes.h"

#include <gtest/gtest.h>

#include "middleware/config/middleware_file.h"

namespace config {
namespace {

using namespace std::chrono_literals;

std::expected<MiddlewareFile, Problems> read(const std::string& inbox, const std::string& flow) {
  const std::string text = inbox + "apis: {erp: {}}\nflows:\n  - event: Order\n" + flow +
                           "    steps: [{name: book, api: erp, path: /}]\n";
  return read_middleware(*read_tree(text, "m.yaml"));
}
std::string complaint(const std::string& inbox, const std::string& flow) {
  const auto file = read(inbox, flow);
  return file ? "fine" : file.error().error().text();
}

TEST(InboxShapes, KeepNothingAndAnswerAtTheEndWhenTheySayNothing) {
  const auto file = read("", "");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->store.sqlite, "");
  EXPECT_EQ(file->service.answer, service::AnswerWhen::Sync);
  EXPECT_FALSE(file->service.works_off_store);
  EXPECT_FALSE(file->service.flows[0].ordering);
  EXPECT_EQ(file->service.flows[0].deliveries_max, 5);
}

TEST(InboxShapes, ReadWhatTheFileSays) {
  const auto file = read(
      "inbox: {store: {sqlite: a.db}, remember: 2h, answer: accepted, running: 3, waiting: 9, parking: "
      "{first: 2s, max: "
      "1m}}\n",
      "    ordering: {key: \"${/Id__c}\"}\n    dead_letter: {after: 7}\n");
  ASSERT_TRUE(file) << file.error().error().text();
  EXPECT_EQ(file->store.sqlite, "a.db");
  EXPECT_EQ(file->store.remember, std::chrono::hours{2});
  EXPECT_EQ(file->service.answer, service::AnswerWhen::Accepted);
  EXPECT_TRUE(file->service.works_off_store);
  EXPECT_EQ(file->service.inbox.running_max, 3);
  EXPECT_EQ(file->service.inbox.waiting_max, 9);
  EXPECT_EQ(file->service.inbox.parking.wait_first, 2s);
  EXPECT_EQ(file->service.inbox.parking.wait_max, 1min);
  ASSERT_TRUE(file->service.flows[0].ordering);
  EXPECT_TRUE(file->service.flows[0].ordering->version.empty());
  EXPECT_EQ(file->service.flows[0].deliveries_max, 7);
}

TEST(InboxShapes, NameADatabaseByAReferenceToItsUrl) {
  const auto brief = read("inbox: {store: {postgres: env:DB}}\n", "");
  ASSERT_TRUE(brief) << brief.error().error().text();
  ASSERT_TRUE(brief->store.postgres);
  EXPECT_EQ(brief->store.postgres->url, "env:DB");
  EXPECT_TRUE(brief->service.works_off_store) << "others may have left something";
  EXPECT_EQ(brief->service.inbox.look_every, 1s);
  const auto whole = read(
      "inbox: {store: {postgres: {url: 'secretsmanager:orders/db#/url', schema: orders, connections: 3, "
      "look: "
      "250ms, ca_file: rds.pem}}}\n",
      "");
  ASSERT_TRUE(whole) << whole.error().error().text();
  EXPECT_EQ(whole->store.identity(), "postgres secretsmanager:orders/db#/url orders 3 250ms 7d rds.pem");
  EXPECT_EQ(whole->service.outbox.look_every, 250ms);
}

TEST(InboxShapes, NeverQuoteAUrlThatStandsInThePlaceOfAReference) {
  EXPECT_EQ(complaint("inbox: {store: {postgres: 'postgres://u:hunter2@h/d'}}\n", "").find("hunter2"),
            std::string::npos);
}

TEST(InboxShapes, LetASyncFlowKeepVersions) {
  const auto file = read("", "    ordering: {key: \"${/Id__c}\", version: \"${/V__c}\"}\n");
  ASSERT_TRUE(file) << file.error().error().text();
  EXPECT_EQ(file->service.flows[0].ordering->version.size(), 1U);
}

TEST(InboxShapes, SayWhatIsWrong) {
  struct Case {
    const char* name;
    const char* inbox;
    const char* flow;
    const char* complaint;
  };
  const char* const accepted = "inbox: {answer: accepted}\n";
  const Case cases[] = {
      {"remember", "inbox: {remember: 59s}\n", "", "'remember' wants"},
      {"store", "inbox: {store: disk}\n", "", "'store' wants"},
      {"no path", "inbox: {store: {sqlite: ''}}\n", "", "'sqlite'"},
      {"two stores", "inbox: {store: {sqlite: a, postgres: env:DB}}\n", "", "'sqlite'"},
      {"a URL in the open", "inbox: {store: {postgres: 'postgres://u:hunter2@h/d'}}\n", "", "a reference"},
      {"no URL", "inbox: {store: {postgres: {schema: a}}}\n", "", "'url'"},
      {"schema", "inbox: {store: {postgres: {url: env:DB, schema: A b}}}\n", "", "no name of a schema"},
      {"connections", "inbox: {store: {postgres: {url: env:DB, connections: 0}}}\n", "", "'connections'"},
      {"look", "inbox: {store: {postgres: {url: env:DB, look: 1ms}}}\n", "", "'look'"},
      {"answer", "inbox: {answer: later}\n", "", "'answer' wants"},
      {"key", "inbox: {anwser: sync}\n", "", "did you mean 'answer'"},
      {"waits", "inbox: {parking: {first: 10m}}\n", "", "'first' is longer than 'max'"},
      {"ordering of a sync flow", "", "    ordering: {key: \"${/Id__c}\"}\n",
       "m.yaml:4:15: 'ordering' with a key alone needs 'inbox: {answer: accepted}'"},
      {"dead letter of a sync flow", "", "    dead_letter: {after: 3}\n",
       "'dead_letter' needs 'inbox: {answer: accepted}'"},
      {"a constant key", accepted, "    ordering: {key: all}\n", "reads nothing of the event"},
      {"a key of an answer", accepted, "    ordering: {key: \"${book/id}\"}\n", "reads an answer"},
      {"no deliveries", accepted, "    dead_letter: {after: 0}\n", "'after'"},
  };
  for (const Case& c : cases) {
    const std::string found = complaint(c.inbox, c.flow);
    EXPECT_NE(found.find(c.complaint), std::string::npos) << c.name << ": " << found;
  }
}

}  // namespace
}  // namespace config
