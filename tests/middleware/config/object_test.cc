#include "middleware/config/object.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "middleware/config/reader.h"

namespace config {
namespace {

using namespace std::chrono_literals;

enum class Side { Before, After };

struct Step {
  Place place;
  kernel::Duration at{};
  std::optional<kernel::Duration> lasts;
  std::optional<std::string> publish;
  std::optional<std::string> fault;
  Rate rate{1};
  int times = 1;
  std::optional<std::uint16_t> port;
  Side side = Side::Before;
  double part = 0.25;
  std::vector<std::string> tags;
  std::vector<Step> then;
};

Shape<Step> step_shape() {
  return object<Step>("a step", "Something that happens.")
      .required("at", &Step::at, duration(), "When.")
      .optional("for", &Step::lasts, duration(), "How long.")
      .optional("publish", &Step::publish, non_empty_text(), "The event.")
      .optional("fault", &Step::fault, non_empty_text(), "The API that misbehaves.")
      .optional("rate", &Step::rate, rate(), "How fast.")
      .optional("times", &Step::times, integer(1), "How often.")
      .optional("port", &Step::port, integer(), "Where.")
      .optional("side", &Step::side, choice<Side>({{"before", Side::Before}, {"after", Side::After}}),
                "Which side.")
      .optional("part", &Step::part, share(), "How many.")
      .optional("tags", &Step::tags, one_or_list_of(text()), "Labels.")
      .optional("then", &Step::then, list_of(lazy<Step>("step", step_shape)), "What follows.")
      .not_yet("corrupt", "use respond with a wrong body")
      .place(&Step::place)
      .exactly_one_of({"publish", "fault"})
      .at_most_one_of({"times", "rate"})
      .requires_key("port", {"fault", "side"})
      .requires_one_of("for", {"rate", "fault"})
      .check([](const Step& step) -> std::optional<std::string> {
        if (step.tags.size() < 3) return std::nullopt;
        return "three tags are too many";
      })
      .check("for",
             [](const Step& step) -> std::optional<std::string> {
               if (!step.lasts || *step.lasts < 1h) return std::nullopt;
               return "'for' has to be shorter than 1h";
             })
      .done();
}

std::string problems_of(std::string_view text) {
  const std::expected<Step, Problems> step = read_text(text, "f", step_shape());
  return step ? "" : step.error().text();
}

TEST(Object, ReadsMembersAndKeepsDefaults) {
  const auto step = read_text(
      "at: 5s\nfault: payments\nfor: 2m\nport: 8080\nside: after\ntags: a\n"
      "then:\n  - {at: 1s, publish: x, times: 3}\n",
      "f", step_shape());
  ASSERT_TRUE(step.has_value()) << step.error().text();
  EXPECT_EQ(step->at, 5s);
  EXPECT_EQ(step->lasts, 2min);
  EXPECT_EQ(step->fault, "payments");
  EXPECT_EQ(step->publish, std::nullopt);
  EXPECT_EQ(step->rate, Rate{1});
  EXPECT_EQ(step->times, 1);
  EXPECT_EQ(step->port, 8080);
  EXPECT_EQ(step->side, Side::After);
  EXPECT_EQ(step->part, 0.25);
  EXPECT_EQ(step->tags, std::vector<std::string>{"a"});
  EXPECT_EQ(step->place.text(), "f:1:1");
  ASSERT_EQ(step->then.size(), 1U);
  EXPECT_EQ(step->then[0].times, 3);
  EXPECT_EQ(step->then[0].place.text(), "f:8:5");
}

TEST(Object, SaysWhatIsWrongAndWhere) {
  struct Case {
    const char* text;
    const char* problems;
  };
  const Case cases[] = {
      {"{at: 5s, publish: x, foo: 1, rate: 1/s}", "f:1:22: unknown key 'foo' in a step; did you mean 'for'?"},
      {"{at: 5s, publish: x, zzzzzz: 1}",
       "f:1:22: unknown key 'zzzzzz' in a step; it takes at, for, publish, fault, rate, times, port, side, "
       "part, tags, "
       "then"},
      {"{at: 5s, publish: x, rate: 5}", "f:1:28: 'rate' wants a rate such as 5/s, found the number 5"},
      {"publish: x\n", "f:1:1: a step needs the key 'at'"},
      {"{att: 5s, publish: x}", "f:1:2: unknown key 'att' in a step; did you mean 'at'?"},
      {"at: 5s\n", "f:1:1: a step needs one of the keys 'publish' or 'fault'"},
      {"{at: 5s, publsh: x}", "f:1:10: unknown key 'publsh' in a step; did you mean 'publish'?"},
      {"at: 5s\npublish: x\nfault: y\n", "f:3:1: 'fault' cannot stand next to 'publish' in a step"},
      {"{at: 5s, publish: x, rate: 1/s, times: 2}", "f:1:33: 'times' cannot stand next to 'rate' in a step"},
      {"{at: 5s, publish: x, for: 1m}", "f:1:22: 'for' in a step needs 'rate' or 'fault' beside it"},
      {"{at: 5s, publish: x, port: 1}", "f:1:22: 'port' in a step needs 'fault' and 'side' beside it"},
      {"{at: 5s, fault: x, port: 1}", "f:1:20: 'port' in a step needs 'side' beside it"},
      {"{at: 5s, fault: x, side: after, port: 70000}", "f:1:39: 'port': the number is too large"},
      {"{at: 5s, fault: x, side: after, port: -1}", "f:1:39: 'port': the number is too small"},
      {"{at: 5s, publish: x, times: 3000000000}", "f:1:29: 'times': the number is too large"},
      {"{at: 5s, publish: x, corrupt: 1}",
       "f:1:22: 'corrupt' is not emulated yet: use respond with a wrong body"},
      {"{at: 5s, publish: x, tags: [a, b, c]}", "f:1:1: three tags are too many"},
      {"{at: 5s, fault: x, for: 2h}", "f:1:25: 'for' has to be shorter than 1h"},
      {"{at: 5s, publish: x, tags: [a, 5]}",
       "f:1:32: item 2 of 'tags' wants text, found the number 5; put it in quotes"},
      {"{at: 5s, publish: x, then: [{at: 1s, publish: 7}]}",
       "f:1:47: 'publish' wants text that is not empty, found the number 7; put it in quotes"},
      {"{at: 5s, publish: x, then: [y]}",
       "f:1:29: item 1 of 'then' wants a step (a map), found the text 'y'"},
      {"{at: 5s, publish: x, side: bfore}",
       "f:1:28: 'side' wants before or after, found the text 'bfore'; did you mean 'before'?"},
      {"at:\npublish: x\n", "f:1:1: 'at' wants a duration such as 250ms, 2m or 1h30m, found nothing"},
      {"[1]", "f:1:1: the file wants a step (a map), found a list"},
      {"at: 5s\nat: 6s\n", "f:2:1: duplicate key 'at'; the first is at f:1:1"},
      {"at: x\npublish: 5\ncolour: 1\n",
       "f:1:5: 'at' wants a duration such as 250ms, 2m or 1h30m, found the text 'x'\n"
       "f:2:10: 'publish' wants text that is not empty, found the number 5; put it in quotes\n"
       "f:3:1: unknown key 'colour' in a step; it takes at, for, publish, fault, rate, times, port, side, "
       "part, tags, "
       "then"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(problems_of(c.text), c.problems);
  }
}

TEST(Object, TakesASetterInPlaceOfAMember) {
  struct Retry {
    int attempts = 0;
    struct {
      kernel::Duration age{};
    } limits;
  };
  const Shape<Retry> shape =
      object<Retry>("a retry")
          .required("attempts", &Retry::attempts, integer(0, 185), "How often.")
          .optional(
              "age", [](Retry& retry, kernel::Duration age) { retry.limits.age = age; }, duration(),
              "How long.")
          .done();
  const auto retry = read_text("{attempts: 3, age: 24h}", "f", shape);
  ASSERT_TRUE(retry.has_value());
  EXPECT_EQ(retry->limits.age, 24h);
}

TEST(Object, ReadsMembersOfABase) {
  struct Base {
    Place place;
    std::string name;
  };
  struct Derived : Base {
    bool is_on = false;
  };
  const Shape<Derived> shape = object<Derived>("a thing")
                                   .required("name", &Derived::name, text(), "Its name.")
                                   .optional("on", &Derived::is_on, boolean(), "Whether it is on.")
                                   .place(&Derived::place)
                                   .done();
  const auto thing = read_text("{name: x, on: true}", "f", shape);
  ASSERT_TRUE(thing.has_value());
  EXPECT_EQ(thing->name, "x");
  EXPECT_TRUE(thing->is_on);
  EXPECT_EQ(thing->place.line, 1);
}

TEST(Problems, KeepTwenty) {
  std::string text = "[";
  for (int i = 0; i < 23; ++i) text += "x, ";
  const auto values = read_text(text + "1]", "f", list_of(integer()));
  ASSERT_FALSE(values.has_value());
  EXPECT_EQ(values.error().count(), 23U);
  EXPECT_EQ(values.error().errors().size(), 20U);
  EXPECT_TRUE(values.error().text().ends_with("found the text 'x'\nand 3 more"));
}

TEST(ReadFile, TellsAMissingFileFromABrokenOne) {
  const auto missing = read_file("no/such/file.yaml", step_shape());
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().text(), "no/such/file.yaml: No such file or directory");
  EXPECT_EQ(missing.error().error().code, kernel::ErrorCode::NotFound);

  const auto folder = read_file(::testing::TempDir(), step_shape());
  ASSERT_FALSE(folder.has_value());
  EXPECT_EQ(folder.error().error().code, kernel::ErrorCode::Infrastructure);

  const std::string path = ::testing::TempDir() + "relayrig_object_test.yaml";
  std::ofstream(path) << "at: 5s\nfault: payments\n";
  const auto step = read_file(path, step_shape());
  std::remove(path.c_str());
  ASSERT_TRUE(step.has_value()) << step.error().text();
  EXPECT_EQ(step->place.text(), path + ":1:1");
}

}  // namespace
}  // namespace config
