#include "emulator/bus/input_transformer.h"

#include <gtest/gtest.h>

#include "tests/emulator/bus/bus_support.h"

namespace emulator::bus {
namespace {

using Paths = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kEnvelope =
    R"({"version":"0","id":"e-1","detail-type":"Order","source":"shop","account":"123456789012",)"
    R"("time":"2026-01-05T09:00:00Z","region":"us-east-1","resources":["arn:one","arn:two"],)"
    R"("detail":{"text":"baz","count":12.50,"ok":true,"none":null,"a-b":"hyphen","a/b":"slash","empty":"",)"
    R"("ids":{"acc_id":"0a78","sf_id":"baz"},"states":["ACTIVE","INACTIVE"],"list":[1,2],)"
    R"("said":"he said \"no\"\n","deep":[{"x":"y"}]}})";

std::string transformed(const Paths& paths, const std::string& text) {
  const auto transformer = InputTransformer::compile("T", {.paths = paths, .text = text});
  if (!transformer) return "refused: " + transformer.error().message;
  const auto made = transformer->render({.event = kEnvelope,
                                         .ingested = "2026-01-05T09:00:07Z",
                                         .rule_name = "my-rule",
                                         .rule_arn = "arn:aws:events:us-east-1:123456789012:rule/my-rule"});
  return made ? *made : "undelivered: " + made.error();
}

std::string no_json(const std::string& text) {
  return "undelivered: the input template makes no JSON of it: " + text;
}

// facts/aws-delivery 1.5, row by row.
TEST(InputTransformer, SubstitutesAsTheServiceWasRecorded) {
  struct Row {
    const char* name;
    std::string path;  // of <v>
    std::string text;
    std::string made;
  };
  const Row rows[] = {
      // A template that is JSON.
      {"a string unquoted keeps its quotes", "$.detail.text", R"({"a":<v>})", R"({"a":"baz"})"},
      {"a number unquoted", "$.detail.count", R"({"a":<v>})", R"({"a":12.50})"},
      {"a boolean unquoted", "$.detail.ok", R"({"a":<v>})", R"({"a":true})"},
      {"an object unquoted", "$.detail.ids", R"({"a":<v>})", R"({"a":{"acc_id":"0a78","sf_id":"baz"}})"},
      {"an array unquoted", "$.detail.states", R"({"a":<v>})", R"({"a":["ACTIVE","INACTIVE"]})"},
      {"nothing unquoted is an empty string", "$.detail.nope", R"({"a":<v>})", R"({"a":""})"},
      {"a string in quotes stands bare", "$.detail.text", R"({"a":"x <v> y"})", R"({"a":"x baz y"})"},
      {"a number in quotes", "$.detail.count", R"({"a":"<v>"})", R"({"a":"12.50"})"},
      {"nothing in quotes", "$.detail.nope", R"({"a":"<v>"})", R"({"a":""})"},
      {"an object in quotes is not delivered", "$.detail.ids", R"({"a":"<v>"})",
       no_json(R"({"a":"{"acc_id":"0a78","sf_id":"baz"}"})")},
      {"an array in quotes is not delivered", "$.detail.states", R"({"a":"x <v>"})",
       no_json(R"({"a":"x ["ACTIVE","INACTIVE"]"})")},
      {"values are not escaped", "$.detail.said", R"({"a":"<v>"})", no_json("{\"a\":\"he said \"no\"\n\"}")},
      {"unquoted they are JSON as they stand", "$.detail.said", R"({"a":<v>})",
       R"({"a":"he said \"no\"\n"})"},
      {"an escaped quote ends no string", "$.detail.text", R"({"a":"\"<v>\"","b":<v>})",
       R"({"a":"\"baz\"","b":"baz"})"},
      {"the placeholder alone", "$.detail.ids", "<v>", R"({"acc_id":"0a78","sf_id":"baz"})"},
      {"an array as template", "$.detail.text", R"([<v>, "<v>"])", R"(["baz", "baz"])"},
      {"a template without placeholders", "$.detail.text", R"({"a":1})", R"({"a":1})"},
      // A template that is a quoted string.
      {"a string in text stands bare", "$.detail.text", R"("order <v>")", R"("order baz")"},
      {"after any characters", "$.detail.text", R"("!? <v>")", R"("!? baz")"},
      {"nothing in text is empty", "$.detail.nope", R"("order <v>.")", R"("order .")"},
      {"a number in text", "$.detail.count", R"("<v>")", R"("12.50")"},
      {"a boolean in text", "$.detail.ok", R"("is <v>")", R"("is true")"},
      {"an object in text loses all quotes", "$.detail.ids", R"("<v>")", R"("{acc_id:0a78,sf_id:baz}")"},
      {"an array in text loses all quotes", "$.detail.states", R"("<v>")", R"("[ACTIVE,INACTIVE]")"},
      {"several quoted lines", "$.detail.text", "\"one <v>\"\n\"two <v>\"", "\"one baz\"\n\"two baz\""},
      {"values in text are not escaped", "$.detail.said", R"("<v>")", "\"he said \"no\"\n\""},
      {"spaces before the quote", "$.detail.text", " \"<v>\"", " \"baz\""},
      // Neither.
      {"text without quotes is not delivered", "$.detail.text", "<v> text", no_json(R"("baz" text)")},
      {"nor is this", "$.detail.text", "text", no_json("text")},
      // Paths.
      {"a hyphen", "$.detail.a-b", "<v>", R"("hyphen")"},
      {"a slash", "$.detail.a/b", "<v>", R"("slash")"},
      {"an index", "$.resources[1]", "<v>", R"("arn:two")"},
      {"an index and a key", "$.detail.deep[0].x", "<v>", R"("y")"},
      {"an index beyond the end", "$.resources[2]", "<v>", R"("")"},
      {"a key of the envelope", "$.detail-type", "<v>", R"("Order")"},
      {"the whole event", "$", "<v>", std::string(kEnvelope)},
      // ASSUMPTION: null is written as null.
      {"null", "$.detail.none", R"({"a":<v>,"b":"<v>"})", R"({"a":null,"b":"null"})"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(transformed({{"v", row.path}}, row.text), row.made);
  }
}

TEST(InputTransformer, KnowsTheReservedNames) {
  const std::string summary =
      R"({"version":"0","id":"e-1","detailType":"Order","source":"shop","account":"123456789012",)"
      R"("time":"2026-01-05T09:00:07Z","region":"us-east-1","resources":["arn:one","arn:two"]})";
  const std::pair<std::string, std::string> rows[] = {
      {"<aws.events.rule-name>", R"("my-rule")"},
      {R"({"r":"<aws.events.rule-name>!"})", R"({"r":"my-rule!"})"},
      {"<aws.events.rule-arn>", R"("arn:aws:events:us-east-1:123456789012:rule/my-rule")"},
      {R"("at <aws.events.event.ingestion-time>")", R"("at 2026-01-05T09:00:07Z")"},
      {"<aws.events.event>", summary},
      {R"({"e":<aws.events.event.json>})", R"({"e":)" + std::string(kEnvelope) + "}"},
      {R"({"e":"<aws.events.event>"})", no_json((R"({"e":")" + summary + R"("})").substr(0, 200))}};
  for (const auto& [text, made] : rows) EXPECT_EQ(transformed({}, text), made) << text;
}

TEST(InputTransformer, RefusesWhatCannotBeMeant) {
  struct Row {
    const char* name;
    Paths paths;
    std::string text;
    std::string error;
  };
  Paths too_many;
  for (int i = 0; i < 101; ++i) too_many.emplace_back("v" + std::to_string(i), "$.id");
  const Row rows[] = {
      {"an unknown name",
       {{"v", "$.id"}},
       "<w>",
       "InputTemplate for target T contains invalid placeholder w."},
      {"a reserved one that there is not",
       {},
       "<aws.events.nope>",
       "InputTemplate for target T contains invalid placeholder aws.events.nope."},
      {"a path that is none", {{"v", "id"}}, "<v>", "Invalid InputPath for target T: id"},
      {"a filter", {{"v", "$.a[?(@.b)]"}}, "<v>", "Invalid InputPath for target T: $.a[?(@.b)]"},
      {"a name of the service",
       {{"aws.x", "$.id"}},
       "1",
       "InputPathsMap of target T uses the reserved name aws.x."},
      {"101 paths", too_many, "1", "The requested resource exceeds the maximum number allowed."},
      {"too long",
       {},
       "\"" + std::string(8191, 'x') + "\"",
       "1 validation error detected: Value '...' at 'targets.1.member.inputTransformer.inputTemplate' failed "
       "to "
       "satisfy constraint: Member must have length less than or equal to 8192"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(transformed(row.paths, row.text), "refused: " + row.error);
  }
  EXPECT_EQ(transformed({}, R"("1 < 2 > <!>")"), R"("1 < 2 > <!>")") << "brackets that name nothing stay";
}

TEST(TargetInputs, GiveTheTargetWhatItsSettingsSay) {
  struct Row {
    const char* name;
    std::optional<std::string> input;
    std::optional<std::string> path;
    std::string payload;
  };
  const Row rows[] = {{"a constant", R"({"a": 1})", {}, R"({"a": 1})"},
                      {"an object of the event", {}, "$.detail.payload", R"({"City__c":"Graz"})"},
                      {"a text of the event keeps its quotes", {}, "$.detail.payload.City__c", R"("Graz")"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    TargetConfig target = to_function();
    target.spec.input = row.input;
    target.spec.input_path = row.path;
    BusBench bench({rule("orders", kOrders, {target})});
    bench.put();
    EXPECT_EQ(bench.functions.payloads, Lines{row.payload});
  }
}

TEST(TargetInputs, OfAFunctionAreRefusedWhenTheirTextIsNoJson) {
  const InputTransformerSpec two_lines{.paths = {}, .text = "\"one\"\n\"two\""};
  TargetConfig function = with_dead_letter(to_function("f"));
  TargetConfig queue = to_queue("audit", "q");
  function.spec.input_transformer = two_lines;
  queue.spec.input_transformer = two_lines;
  BusBench bench({rule("orders", kOrders, {function, queue})});
  bench.put();
  EXPECT_EQ(bench.functions.asked_at.size(), 0u);
  EXPECT_EQ(bench.received("audit")[0].body, "\"one\"\n\"two\"");
  EXPECT_EQ(bench.received("orders-dlq")[0].attributes[2].value, "INVALID_JSON");
}

TEST(TargetInputs, StayTheSameForEveryAttempt) {
  TargetConfig target = with_retry(to_function(), {.jitter = 0});
  target.spec.input_transformer = {.paths = {}, .text = R"("at <aws.events.event.ingestion-time>")"};
  BusBench bench({rule("orders", kOrders, {target})});
  bench.functions.script = {throttled(), throttled(), {}};
  bench.put();
  bench.run_to(1min);
  EXPECT_EQ(bench.functions.payloads, Lines{R"("at 2026-01-05T09:00:00Z")"});
}

}  // namespace
}  // namespace emulator::bus
