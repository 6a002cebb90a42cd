#include <gtest/gtest.h>

#include <string>

#include "middleware/config/middleware_file.h"

namespace config {
namespace {

std::string problems(const std::string& flow) {
  const auto tree = read_tree("apis: {erp: {}, payments: {}}\nflows:\n" + flow, "m.yaml");
  if (!tree) return tree.error().text();
  const auto file = read_middleware(*tree);
  return file ? "" : file.error().text();
}

/// As the only flow's only step but one.
std::string step_problems(const std::string& step) {
  return problems("- event: E\n  steps:\n  - {name: first, api: erp, path: /f}\n  - " + step + "\n");
}

TEST(FlowShapes, AcceptWhatTheyAreFor) {
  EXPECT_EQ(step_problems("{name: a, api: erp, path: '/x/${first/id}', when: '/A > 1 and exists(first/id)'}"),
            "");
  EXPECT_EQ(step_problems(
                "{name: a, api: erp, path: /x, for_each: json(/Lines), body: ['${item}', '${each/index}']}"),
            "");
  EXPECT_EQ(
      step_problems(
          "{name: a, api: erp, path: /x, undo: {path: '/y/${answer/id}'}, output: {id: '${answer/id}'}}"),
      "");
  EXPECT_EQ(step_problems("{parallel: [{name: a, api: erp, path: /a}, {name: b, api: payments, path: /b}]}"),
            "");
  EXPECT_EQ(step_problems("{name: a, handler: parcels, with: {lines: '${/Lines}', quantity_max: 4}}"), "");
}

TEST(FlowShapes, NameWhatIsWrongAndWhere) {
  struct Case {
    const char* step;
    const char* problem;
  };
  const Case cases[] = {
      {"{name: a, api: erp, path: /x, body: {deep: ['${uper(/N)}']}}",
       "m.yaml:6:49: 'body': '${uper(/N)}': there is no function 'uper'; did you mean 'upper'?"},
      {"{name: a, api: erp, path: /x, when: '/A >'}",
       "m.yaml:6:41: 'when': an expression is missing at its end"},
      {"{name: a, api: erp, path: /x, when: 'exists(frst/id)'}",
       "m.yaml:6:5: step 'a' reads the answer of 'frst', which is no earlier step; did you mean 'first'?"},
      {"{name: a, api: erp, path: /x, for_each: {in: /L, as: first}}",
       "m.yaml:6:5: step 'a' calls its item 'first', which is a step"},
      {"{name: a, api: erp, path: /x, for_each: {in: /L, at_once: 0}}",
       "m.yaml:6:63: 'at_once' wants a whole number from 1 to 64, found the number 0"},
      {"{name: a, path: /x}",
       "m.yaml:6:6: 'name' in a step needs 'api' or 'handler' beside it\nm.yaml:6:15: 'path' in a step needs "
       "'api' "
       "beside it"},
      {"{name: a, handler: parsels}",
       "m.yaml:6:5: step 'a' names the unknown handler 'parsels'; did you mean 'parcels'? (there are: "
       "parcels)"},
      {"{name: a, handler: parcels, undo: {path: /x}}",
       "m.yaml:6:5: step 'a' is done by a handler: its undo needs 'api'"},
      {"{name: a, api: erp, path: /x, undo: {api: epr, path: /x}}",
       "m.yaml:6:5: step 'a' calls the unknown api 'epr'; did you mean 'erp'?"},
      {"{name: a, api: erp, path: /x, undo: {method: DELETE}}", "m.yaml:6:41: an undo needs 'path'"},
      {"{name: a, api: erp, path: /x, pivot: true}",
       "m.yaml:6:5: step 'a' is the pivot, and no step before it has an undo"},
      {"{name: 'a[1]', api: erp, path: /x}",
       "m.yaml:6:5: step 'a[1]' has a bracket in its name: those name items in the journal"},
      {"{name: answer, api: erp, path: /x}",
       "m.yaml:6:5: step 'answer' has a name that templates need for something else"},
      {"{name: first, api: erp, path: /x}", "m.yaml:6:5: there is a step 'first' already"},
      {"{parallel: [{name: a, api: erp, path: /a}, {name: b, api: erp, path: '/${a/id}'}]}",
       "m.yaml:6:48: step 'b' reads the answer of 'a', which is no earlier step"},
  };
  for (const Case& c : cases) EXPECT_EQ(step_problems(c.step), c.problem) << c.step;
}

TEST(FlowShapes, RefuseSettingsThatSayNothing) {
  const std::string steps = "  steps: [{name: a, api: erp, path: /x}]\n";
  EXPECT_EQ(problems("- event: E\n  undo_deadline: 1m\n" + steps),
            "m.yaml:3:3: 'undo_deadline' says nothing: no step has an undo");
  EXPECT_EQ(problems("- event: E\n  when_late: undo\n" + steps),
            "m.yaml:3:3: 'when_late' says nothing: no step has an undo");
  EXPECT_EQ(problems("- event: E\n  when: a/id = 1\n" + steps),
            "m.yaml:3:3: the flow's 'when' reads the answer of 'a', and no step has run");
}

TEST(FlowShapes, ReadTheTwoFlowsThatComeAlong) {
  for (const char* name : {"order_to_cash", "account_sync"}) {
    const auto file = read_middleware_file(std::string(RELAYRIG_SOURCE_DIR "/scenarios/stacks/") + name +
                                           ".middleware.yaml");
    ASSERT_TRUE(file) << file.error().text();
    ASSERT_EQ(file->service.flows.size(), 1U);
  }
}

TEST(FlowShapes, GiveAnUndoItsStepsApi) {
  const auto file =
      read_middleware_file(RELAYRIG_SOURCE_DIR "/scenarios/stacks/order_to_cash.middleware.yaml");
  const auto& steps = file->service.flows[0].steps;
  EXPECT_EQ(steps[0].undo->api, "erp");
  EXPECT_EQ(steps[3].for_each->as, "parcel");
  EXPECT_TRUE(steps[4].pivot);
  EXPECT_FALSE(file->service.flows[0].late_is_undone);
}

}  // namespace
}  // namespace config
