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
       "m.yaml:6:6: 'name' in a step needs 'api', 'handler' or 'steps' beside it\nm.yaml:6:15: 'path' in a "
       "step needs "
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
  for (const auto& [name, flows] : {std::pair("order_to_cash", 1U), std::pair("account_sync", 3U)}) {
    const auto file = read_middleware_file(std::string(RELAYRIG_SOURCE_DIR "/scenarios/stacks/") + name +
                                           ".middleware.yaml");
    ASSERT_TRUE(file) << file.error().text();
    ASSERT_EQ(file->service.flows.size(), flows);
    EXPECT_EQ(file->ingest.types.size(), 1U);
  }
}

TEST(FlowShapes, LetSeveralFlowsStartFromOneEvent) {
  struct Case {
    const char* name;
    const char* second;  ///< of two; the first is `{event: E, when: /A = 1, ...}`
    const char* problem;
  };
  const Case cases[] = {
      {"the last takes the rest", "{event: E, steps: [{name: b, api: erp, path: /b}]}", ""},
      {"another condition", "{event: E, when: /A = 2, skip: not ours}", ""},
      {"another event", "{event: F, when: /A = 1, skip: not ours}", ""},
      {"the same condition", "{event: E, when: /A = 1, skip: not ours}",
       "m.yaml:4:3: this flow for 'E' is never run: the one at line 3 has the same 'when'"},
      {"neither steps nor skip", "{event: E, when: /A = 2}",
       "m.yaml:4:3: a flow needs one of the keys 'steps' or 'skip'"},
      {"both", "{event: E, skip: x, steps: [{name: b, api: erp, path: /b}]}",
       "m.yaml:4:23: 'steps' cannot stand next to 'skip' in a flow"},
      {"what only steps have", "{event: E, skip: x, deadline: 5s}",
       "m.yaml:4:23: 'deadline' in a flow needs 'steps' beside it"},
  };
  const std::string first = "- {event: E, when: /A = 1, steps: [{name: a, api: erp, path: /a}]}\n- ";
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(problems(first + c.second + "\n"), c.problem);
  }
  EXPECT_EQ(
      problems("- {event: E, skip: x}\n- {event: E, when: /A = 1, skip: y}\n"),
      "m.yaml:4:3: this flow for 'E' is never run: the one at line 3 has no 'when' and takes all of them");
}

TEST(FlowShapes, GiveUpAnEventAfterAsManyDeliveriesWhicheverFlowItStarts) {
  const auto flows = [](const std::string& more) {
    const auto tree = read_tree(
        "inbox: {answer: accepted}\napis: {erp: {}}\nflows:\n"
        "- {event: E, when: /A = 1, skip: not ours}\n"
        "- {event: E, when: /A = 2, dead_letter: {after: 9}, steps: [{name: a, api: erp, path: /a}]}\n"
        "- {event: E, steps: [{name: b, api: erp, path: /b}]" +
            more + "}\n",
        "m.yaml");
    return read_middleware(tree.value());
  };
  const auto file = flows("");
  ASSERT_TRUE(file) << file.error().text();
  for (const service::FlowConfig& flow : file->service.flows) EXPECT_EQ(flow.deliveries_max, 9);
  EXPECT_TRUE(flows(", dead_letter: {after: 9}"));
  EXPECT_EQ(flows(", dead_letter: {after: 8}").error().text(),
            "m.yaml:6:67: 'dead_letter' of 'E' is said otherwise at line 5: all flows of an event share it");
}

TEST(FlowShapes, KnowWhatABlockMaySay) {
  const auto block = [](const std::string& more, const std::string& inner = "path: '/b/${item}'") {
    return "{name: a, for_each: /L, steps: [{name: b, api: erp, " + inner + "}]" + more + "}";
  };
  const std::string ordering = ", ordering: {key: '${item}', version: '${/V}'}";
  struct Case {
    const char* name;
    std::string step;
    const char* problem;
  };
  const Case cases[] = {
      {"a block", block(""), ""},
      {"with versions", block(ordering, "path: /b, when: not ordering/late"), ""},
      {"a version of two parts",
       block(", ordering: {key: '${item}', version: ['${/V}', '${/W}'], late: run}"), ""},
      {"an earlier answer", block("", "path: '/b/${first/id}/${each/index}'"), ""},
      {"a later one", block("", "path: '/b/${b/id}'"),
       "m.yaml:6:37: step 'b' reads the answer of 'b', which is no earlier step"},
      {"ordering without any", block("", "path: /b, when: not ordering/late"),
       "m.yaml:6:37: step 'b' reads the answer of 'ordering', which is no earlier step"},
      {"no version", block(", ordering: {key: '${item}'}"), "m.yaml:6:89: ordering needs the key 'version'"},
      {"an empty version", block(", ordering: {key: '${item}', version: []}"),
       "m.yaml:6:115: 'version': an empty list says nothing"},
      {"one record for all", block(", ordering: {key: '${/Id}', version: '${/V}'}"),
       "m.yaml:6:5: step 'a' has an 'ordering' whose key does not read 'item': all its items would be one "
       "record"},
      {"an undo within", block("", "path: /b, undo: {path: /u}"),
       "m.yaml:6:37: step 'b' stands in the block 'a': it takes no undo and is no pivot"},
      {"an api beside steps", block(", api: erp, path: /x"),
       "m.yaml:6:79: 'api' cannot stand next to 'steps' in a step"},
      {"an undo of it", block(", undo: {path: /u}"),
       "m.yaml:6:79: 'undo' in a step needs 'api' or 'handler' beside it"},
      {"ordering without steps", "{name: a, api: erp, path: /x" + ordering + "}",
       "m.yaml:6:35: 'ordering' in a step needs 'steps' beside it"},
      {"a block in a block", "{name: a, steps: [{name: b, steps: [{name: c, api: erp, path: /c}]}]}",
       "m.yaml:6:23: step 'b' is a block within the block 'a'"},
      {"a name that is taken", "{name: a, steps: [{name: first, api: erp, path: /c}]}",
       "m.yaml:6:23: there is a step 'first' already"},
      {"an item called each", "{name: a, api: erp, path: /x, for_each: {in: /L, as: each}}",
       "m.yaml:6:5: step 'a' gives its item a name that templates need for something else"},
      {"fresh POST", "{name: a, api: erp, path: /x, fresh: true}",
       "m.yaml:6:5: step 'a' is asked again at each delivery: that is for GET and for handlers"},
      {"fresh with undo", "{name: a, handler: parcels, fresh: true, undo: {api: erp, path: /u}}",
       "m.yaml:6:5: step 'a' is asked again at each delivery: it takes no undo"},
      {"pages by POST", "{name: a, api: erp, path: /x, pages: {items: answer/r, next: answer/n}}",
       "m.yaml:6:5: step 'a' asks for pages: its method is GET"},
      {"pages of nobody",
       "{name: a, api: erp, method: GET, path: /x, pages: {items: rows/r, next: answer/n}}",
       "m.yaml:6:5: step 'a' reads the answer of 'rows', which is no earlier step"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(step_problems(c.step), c.problem);
  }
  const std::string list =
      "- event: E\n  steps:\n  - {name: list, api: erp, method: GET, path: /l, fresh: true}\n  - ";
  EXPECT_EQ(
      problems(list + "{name: a, for_each: list, api: erp, path: '/${item}'}\n"),
      "m.yaml:6:5: step 'a' has a list of 'list', which is asked again at each delivery: it needs 'steps' "
      "with an 'ordering'");
  EXPECT_EQ(problems(list + "{name: a, for_each: list, steps: [{name: b, api: erp, path: '/${item}'}]" +
                     ordering + "}\n"),
            "");
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
