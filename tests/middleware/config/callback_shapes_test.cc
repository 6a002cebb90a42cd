#include "middleware/config/callback_shapes.h"

#include <gtest/gtest.h>

#include <string>

#include "middleware/config/middleware_file.h"

namespace config {
namespace {

using service::EventEnd;

constexpr const char* kAccepted = "inbox: {answer: accepted}\n";

std::expected<MiddlewareFile, Problems> read(const std::string& callback, const std::string& head = kAccepted,
                                             const std::string& step = "name: book, api: erp, path: /b") {
  const auto tree =
      read_tree(head + "apis: {erp: {}, crm: {}, mute: {idempotency_key: off}}\nflows:\n" +
                    "- event: E\n  steps: [{" + step + "}]\n  callbacks:\n  - " + callback + "\n",
                "m.yaml");
  if (!tree) return std::unexpected(Problems(tree.error()));
  return read_middleware(*tree);
}

std::string problems(const std::string& callback, const std::string& head = kAccepted,
                     const std::string& step = "name: book, api: erp, path: /b") {
  const auto file = read(callback, head, step);
  return file ? "" : file.error().text();
}

TEST(CallbackShapes, AreReadWithTheirDefaults) {
  const auto file = read("{name: tell, api: crm, path: /told}");
  ASSERT_TRUE(file) << file.error().text();
  const service::FlowConfig& flow = file->service.flows.at(0);
  ASSERT_EQ(flow.callbacks.size(), 1U);
  EXPECT_EQ(flow.callbacks[0].name, "tell");
  EXPECT_EQ(flow.callbacks[0].api, "crm");
  EXPECT_EQ(flow.callbacks[0].method, "POST");
  EXPECT_EQ(flow.callbacks[0].on, std::vector{EventEnd::Done});
  EXPECT_FALSE(is_plain(flow)) << "its payload is needed at its end";
  EXPECT_EQ(file->service.outbox.deliveries_max, 10);
  EXPECT_EQ(file->service.outbox.running_max, 16);
}

TEST(CallbackShapes, AcceptWhatTheyAreFor) {
  EXPECT_EQ(problems("{name: tell, on: [done, dead], api: crm, method: PUT, path: '/o/${book/id}', headers: "
                     "{X-State: '${end/state}'}, body: {no: '${upper(/No)}', why: '${end/error}'}, expect: "
                     "[200, 204], when: 'exists(book/id)', key: '${/Customer}'}"),
            "");
  EXPECT_EQ(problems("{name: tell, on: [compensated, compensation_failed], api: crm, path: /told}", "",
                     "name: book, api: erp, path: /b, undo: {path: /u}"),
            "");
  const auto file = read("{name: tell, api: crm, path: /told}",
                         "outbox: {running: 2, waiting: 3, deadline: 4s, deliveries: 5, parking: {first: 6s, "
                         "max: 7s}}\n");
  ASSERT_TRUE(file) << file.error().text();
  const service::OutboxConfig& outbox = file->service.outbox;
  EXPECT_EQ(outbox.running_max, 2);
  EXPECT_EQ(outbox.waiting_max, 3);
  EXPECT_EQ(outbox.deadline, std::chrono::seconds{4});
  EXPECT_EQ(outbox.deliveries_max, 5);
  EXPECT_EQ(outbox.parking.wait_first, std::chrono::seconds{6});
  EXPECT_EQ(outbox.parking.wait_max, std::chrono::seconds{7});
}

TEST(CallbackShapes, NameWhatIsWrongAndWhere) {
  struct Case {
    const char* callback;
    const char* problem;
  };
  const Case cases[] = {
      {"{name: tell, api: cmr, path: /t}",
       "m.yaml:7:5: callback 'tell' calls the unknown api 'cmr'; did you mean 'crm'?"},
      {"{name: tell, api: mute, path: /t}",
       "m.yaml:7:5: callback 'tell' calls the api 'mute', which gets no idempotency key: a callback may be "
       "delivered more than once, and by the key its receiver knows it again"},
      {"{name: tell, api: crm, path: '/${bok/id}'}",
       "m.yaml:7:5: callback 'tell' reads the answer of 'bok', which is no step; did you mean 'book'?"},
      {"{name: tell, api: crm, path: /t, body: {a: '${uper(/N)}'}}",
       "m.yaml:7:48: 'body': '${uper(/N)}': there is no function 'uper'; did you mean 'upper'?"},
      {"{name: tell, on: compensated, api: crm, path: /t}",
       "m.yaml:7:5: callback 'tell' waits for 'compensated', and no step has an undo"},
      {"{name: tell, on: [done, done], api: crm, path: /t}",
       "m.yaml:7:5: callback 'tell' names 'done' twice in 'on'"},
      {"{name: tell, on: [], api: crm, path: /t}",
       "m.yaml:7:5: callback 'tell' waits for no end: 'on' is empty"},
      {"{name: tell, api: crm, path: /t}\n  - {name: tell, api: crm, path: /u}",
       "m.yaml:8:5: there is a callback 'tell' already"},
  };
  for (const Case& c : cases) EXPECT_EQ(problems(c.callback), c.problem) << c.callback;
}

TEST(CallbackShapes, TakeNothingThatTheyDoNotKnow) {
  struct Case {
    const char* callback;
    const char* problem;
  };
  const Case cases[] = {
      {"{name: tell, on: finished, api: crm, path: /t}",
       "'on' wants done, compensated, compensation_failed or dead, found the text 'finished'"},
      {"{name: tell, api: crm, path: /t, key: x}", "reads nothing of the event"},
      {"{name: tell, api: crm}", "'path'"},
      {"{name: tell, api: crm, path: /t, timeout: 5s}", "unknown key 'timeout' in a callback"},
  };
  for (const Case& c : cases) {
    const std::string found = problems(c.callback);
    EXPECT_TRUE(found.starts_with("m.yaml:7:")) << found;
    EXPECT_NE(found.find(c.problem), std::string::npos) << found;
  }
}

TEST(CallbackShapes, TellOfTheDeadOnlyWhereTheMiddlewareGivesUp) {
  EXPECT_EQ(
      problems("{name: tell, on: dead, api: crm, path: /t}", ""),
      "m.yaml:6:5: callback 'tell' waits for 'dead', which needs 'inbox: {answer: accepted}': where the "
      "caller keeps the event, it is the caller that gives it up");
}

TEST(CallbackShapes, KeepTheNameOfTheEnd) {
  EXPECT_EQ(problems("{name: tell, api: crm, path: /t}", kAccepted, "name: end, api: erp, path: /b"),
            "m.yaml:5:11: step 'end' has the name by which callbacks read how the event ended");
}

}  // namespace
}  // namespace config
