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
      "inbox: {store: {sqlite: a.db}, answer: accepted, running: 3, waiting: 9, parking: {first: 2s, max: "
      "1m}}\n",
      "    ordering: {key: \"${/Id__c}\"}\n    dead_letter: {after: 7}\n");
  ASSERT_TRUE(file) << file.error().error().text();
  EXPECT_EQ(file->store.sqlite, "a.db");
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
      {"store", "inbox: {store: disk}\n", "", "'store' wants"},
      {"no path", "inbox: {store: {sqlite: ''}}\n", "", "'sqlite'"},
      {"engine", "inbox: {store: {postgres: x}}\n", "", "'postgres' is not emulated yet"},
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
