#include "emulator/runner/data_file.h"

#include <nlohmann/json.hpp>

#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

TEST(DataFile, ComesAgainWithNewKeys) {
  const TempDir folder;
  const std::string path =
      put(folder / "o.jsonl", "{\"Number\": \"SO-\\\"1\", \"Amount\": 4}\n\n  \n{\"Number\": \"SO-2\"}\n");
  const auto file = DataFile::read(path, "Number", "");
  ASSERT_TRUE(file.has_value()) << file.error().text();
  EXPECT_EQ(file->size(), 2);
  struct Case {
    std::int64_t index;
    const char* key;
    const char* fields;
  };
  const Case cases[] = {
      {0, "SO-\"1", R"({"Number":"SO-\"1","Amount":4})"},
      {1, "SO-2", R"({"Number":"SO-2"})"},
      {2, "SO-\"1-2", R"({"Number":"SO-\"1-2","Amount":4})"},
      {7, "SO-2-4", R"({"Number":"SO-2-4"})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.index);
    EXPECT_EQ(file->row(c.index).key, c.key);
    EXPECT_EQ(file->row(c.index).fields, c.fields);
  }
}

TEST(DataFile, RowsWithoutATextAsKeyStayAsTheyAre) {
  const TempDir folder;
  const std::string path = put(folder / "o.jsonl", "{\"Number\": 5}\n");
  for (const char* key : {"", "Number", "Other"}) {
    SCOPED_TRACE(key);
    const auto file = DataFile::read(path, key, "");
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(file->row(3).fields, "{\"Number\":5}");
    EXPECT_EQ(file->row(3).key, "");
  }
}

TEST(DataFile, FieldsReplaceWhatTheRowsSay) {
  const TempDir folder;
  const auto file = DataFile::read(put(folder / "o.jsonl", "{\"Number\": \"SO-1\", \"Amount\": 4}\n"),
                                   "Number", "{\"Amount\": null, \"City\": \"Reims\"}");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(kernel::Json::parse(file->row(0).fields),
            kernel::Json::parse(R"({"Number":"SO-1","Amount":null,"City":"Reims"})"));
}

TEST(DataFile, ErrorsNameFileAndLine) {
  struct Case {
    const char* name;
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"an array", "{}\n[1]\n", "o.jsonl:2: not a JSON object"},
      {"empty", "\n\n", "o.jsonl: the file holds no rows"},
  };
  const TempDir folder;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto file = DataFile::read(put(folder / "o.jsonl", c.text), "", "");
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(without(file.error().text(), folder / ""), c.error);
  }
  const auto broken = DataFile::read(put(folder / "o.jsonl", "{}\n\n{\"a\": }\n"), "", "");
  ASSERT_FALSE(broken.has_value());
  EXPECT_TRUE(without(broken.error().text(), folder / "").starts_with("o.jsonl:3: "))
      << broken.error().text();
  EXPECT_FALSE(DataFile::read(folder / "none.jsonl", "", "").has_value());
}

TEST(DataFile, ABrokenOneStopsTheRunAsInvalid) {
  const TempDir folder;
  put(folder / "bad.jsonl", "{}\nnot json\n");
  Scenario scenario = scenario_of(shipped("every_order_arrives_once"));
  scenario.timeline[0].publish->from = folder / "bad.jsonl";
  const auto result = run_scenario(scenario, {.runs_folder = folder / "runs"});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, kernel::ErrorCode::Invalid);
  EXPECT_TRUE(without(result.error().text(), folder / "").starts_with("bad.jsonl:2: "))
      << result.error().text();
}

}  // namespace
}  // namespace emulator::runner
