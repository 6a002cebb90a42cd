#include "emulator/edge/members.h"

#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

using emulator::edge::MemberErrors;
using emulator::edge::Members;

constexpr MemberErrors kErrors{.title = "SQS",
                               .missing =
                                   [](std::string_view member) {
                                     return AwsError{.code = "MissingParameter",
                                                     .message = std::string(member)};
                                   },
                               .mistyped = emulator::edge::serialization_error};

AwsCall call_with(const char* input) {
  return {.identity = {.operation = "Op"}, .input = std::make_shared<const Json>(Json::parse(input))};
}

std::string problem_of(Members& in) {
  const auto wrong = in.problem();
  return wrong ? wrong->code + ": " + wrong->message : "";
}

TEST(Members, ReadsNumbersAndTimesFromTextsToo) {
  const AwsCall call = call_with(
      R"({"n":5,"nt":"5","b":true,"bt":"false","t":1700000000.123,"tt":"1700000000","ti":"2026-01-05T10:00:00Z","x":"aGk=","null":null})");
  Members in(call, kErrors);
  EXPECT_EQ(in.integer("n"), 5);
  EXPECT_EQ(in.integer("nt"), 5);
  EXPECT_EQ(in.boolean("b"), true);
  EXPECT_EQ(in.boolean("bt"), false);
  EXPECT_EQ(kernel::iso_millis(in.time("t").value()), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(kernel::iso_millis(in.time("tt").value()), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(kernel::iso_millis(in.time("ti").value()), "2026-01-05T10:00:00.000Z");
  EXPECT_EQ(in.blob("x"), "hi");
  EXPECT_EQ(in.text("null"), std::nullopt);
  EXPECT_EQ(in.text("absent"), std::nullopt);
  EXPECT_EQ(problem_of(in), "");
}

TEST(Members, RefusesWhatNobodyAskedFor) {
  const AwsCall call = call_with(R"({"a":"1","KmsMasterKeyId":"k","gone":null})");
  Members in(call, kErrors);
  EXPECT_EQ(in.text("a"), "1");
  EXPECT_EQ(problem_of(in),
            "NotImplemented: SQS Op: the parameter KmsMasterKeyId is not emulated by relayrig");
}

TEST(Members, RefusesItInStructuresToo) {
  const AwsCall call = call_with(R"({"Entries":[{"Id":"1"},{"Id":"2","Odd":1}]})");
  Members in(call, kErrors);
  const Json* entries = in.array("Entries");
  ASSERT_NE(entries, nullptr);
  for (std::size_t i = 0; i < entries->size(); ++i) {
    Members entry(in, (*entries)[i], "Entries." + std::to_string(i + 1));
    EXPECT_EQ(entry.required_text("Id"), std::to_string(i + 1));
  }
  EXPECT_EQ(problem_of(in),
            "NotImplemented: SQS Op: the parameter Entries.2.Odd is not emulated by relayrig");
}

TEST(Members, SaysWhatIsMissingOrOfTheWrongType) {
  struct Case {
    const char* name;
    const char* input;
    void (*read)(Members&);
    const char* problem;
  };
  const Case cases[] = {
      {"missing", "{}", [](Members& in) { in.required_text("a"); }, "MissingParameter: a"},
      {"no text", R"({"a":1})", [](Members& in) { in.required_text("a"); },
       "SerializationException: a is not a text"},
      {"no number", R"({"a":"5x"})", [](Members& in) { in.integer("a"); },
       "SerializationException: a is not a whole number"},
      {"half a number", R"({"a":1.5})", [](Members& in) { in.integer("a"); },
       "SerializationException: a is not a whole number"},
      {"no boolean", R"({"a":"yes"})", [](Members& in) { in.boolean("a"); },
       "SerializationException: a is not true or false"},
      {"no time", R"({"a":"soon"})", [](Members& in) { in.time("a"); },
       "SerializationException: a is not a time"},
      {"beyond all times", R"({"a":1e300})", [](Members& in) { in.time("a"); },
       "SerializationException: a is not a time"},
      {"no base64", R"({"a":"a="})", [](Members& in) { in.blob("a"); },
       "SerializationException: a is not base64"},
      {"no texts", R"({"a":["x",1]})", [](Members& in) { in.texts("a"); },
       "SerializationException: a is not a list of texts"},
      {"no map", R"({"a":{"k":1}})", [](Members& in) { in.text_map("a"); },
       "SerializationException: a is not a map of texts"},
      {"no list", R"({"a":{}})", [](Members& in) { in.array("a"); },
       "SerializationException: a is not a list"},
      {"no structure", R"({"a":[]})", [](Members& in) { in.object("a"); },
       "SerializationException: a is not a structure"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const AwsCall call = call_with(c.input);
    Members in(call, kErrors);
    c.read(in);
    EXPECT_EQ(problem_of(in), c.problem);
  }
}

}  // namespace
}  // namespace edge_tests
