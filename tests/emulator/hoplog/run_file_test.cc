#include "emulator/hoplog/run_file.h"

#include <fstream>
#include <sstream>

#include "emulator/hoplog/bare_insert.h"
#include "emulator/hoplog/schema.h"
#include "tests/emulator/hoplog/recording.h"

namespace emulator::hoplog {
namespace {

TEST(RunFile, AnswersWithTypedValues) {
  Recording r;
  const auto file = r.finished();
  const auto table =
      file->query("SELECT 1 AS whole, 2.5 AS real, 'x' AS word, NULL AS absent, ? AS given", {"'"});
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->columns, (std::vector<std::string>{"whole", "real", "word", "absent", "given"}));
  EXPECT_EQ(table->rows,
            (std::vector<std::vector<Value>>{{std::int64_t{1}, 2.5, "x", std::monostate{}, "'"}}));
  EXPECT_EQ(file->integer("SELECT seed FROM runs").value_or(0), 7);
  EXPECT_EQ(file->text("SELECT scenario FROM runs").value_or(""), "a_short_outage");
  EXPECT_EQ(file->text("SELECT scenario FROM runs WHERE 0").value_or("?"), "");
}

TEST(RunFile, RefusesWhatItShould) {
  struct Case {
    const char* name;
    const char* sql;
    const char* error;
  };
  const Case cases[] = {
      {"insert", "INSERT INTO runs (id) VALUES (2)", "would write"},
      {"update", "UPDATE runs SET verdict = 'passed'", "would write"},
      {"drop", "DROP TABLE hops", "would write"},
      {"pragma", "PRAGMA user_version = 9", "would write"},
      {"two statements", "SELECT 1; DELETE FROM hops", "one SQL statement"},
      {"no statement", "  -- nothing", "no SQL statement"},
      {"wrong table", "SELECT * FROM hop", "no such table: hop"},
      {"wrong syntax", "SELEKT 1", "syntax error"},
      {"missing parameter", "SELECT ?", "number of parameters"},
  };
  Recording r;
  ASSERT_TRUE(r.recorder->seal().has_value());
  // The recorder's own connection could write; its RunFile must not.
  const RunFile& own = r.recorder->file();
  const auto other = RunFile::open(r.path);
  ASSERT_TRUE(other.has_value());
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    for (const RunFile* file : {&own, static_cast<const RunFile*>(other->get())}) {
      const auto answer = file->query(c.sql);
      ASSERT_FALSE(answer.has_value());
      EXPECT_EQ(answer.error().code, kernel::ErrorCode::Invalid);
      EXPECT_NE(answer.error().text().find(c.error), std::string::npos) << answer.error().text();
    }
  }
  EXPECT_TRUE(own.query("SELECT 1; -- with a comment").has_value());
}

TEST(RunFile, OpensRunFilesOfItsVersionOnly) {
  Recording r;
  r.finished();
  const auto error_of = [](const std::string& path) {
    const auto file = RunFile::open(path);
    return file ? std::string("opened") : file.error().text();
  };
  EXPECT_EQ(error_of(r.path), "opened");
  EXPECT_NE(error_of(r.folder / "none.db").find("there is no such run file"), std::string::npos);
  std::ofstream(r.folder / "text.db")
      << "this is not SQLite, but it is long enough to look at, and then some more of it";
  EXPECT_NE(error_of(r.folder / "text.db").find("not a run file"), std::string::npos);
  {
    const auto foreign = Connection::open(r.folder / "foreign.db", Connection::Access::ReadWriteCreate);
    ASSERT_TRUE(foreign->run("CREATE TABLE t (x)").has_value());
    const auto newer = Connection::open(r.path, Connection::Access::ReadWriteCreate);
    ASSERT_TRUE(newer->run("PRAGMA user_version = 9").has_value());
  }
  EXPECT_NE(error_of(r.folder / "foreign.db").find("not a run file"), std::string::npos);
  EXPECT_NE(error_of(r.path).find("schema version 9; this relayrig reads up to 2"), std::string::npos);
}

TEST(BareInsert, CopiesEveryRow) {
  Recording r;
  for (int i = 0; i < 2500; ++i)
    r.recorder->close(r.recorder->open({.stage = kernel::Stage::Api, .to = "erp"}), {.response = "{}"});
  r.recorder->metric({.name = "m", .value = 0.1});
  const auto file = r.finished();
  const auto rate = bare_insert_rate(r.path, r.folder / "copy.db");
  ASSERT_TRUE(rate.has_value()) << rate.error().text();
  EXPECT_GT(*rate, 0);
  const auto copy = RunFile::open(r.folder / "copy.db");
  ASSERT_TRUE(copy.has_value());
  for (const char* sql : {"SELECT * FROM hops", "SELECT * FROM metrics", "SELECT * FROM runs",
                          "SELECT * FROM sqlite_master ORDER BY name"}) {
    const bool is_layout = std::string_view{sql}.contains("sqlite_master");
    const std::string question = is_layout ? "SELECT type, name, sql FROM sqlite_master ORDER BY name" : sql;
    EXPECT_EQ(answer(**copy, question), answer(*file, question)) << sql;
  }
}

TEST(Schema, EveryTableAndColumnIsDocumented) {
  std::stringstream page;
  page << std::ifstream(RELAYRIG_SOURCE_DIR "/emulator/hoplog/DESIGN.md").rdbuf();
  ASSERT_FALSE(page.str().empty());
  Recording r;
  const auto file = r.finished();
  const auto tables = file->query(
      "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
      "WHERE m.type IN ('table', 'view')");
  ASSERT_TRUE(tables.has_value());
  std::string missing;
  for (const auto& row : tables->rows) {
    for (const Value& name : row) {
      if (!page.str().contains("`" + value_text(name) + "`"))
        missing += value_text(row[0]) + "." + value_text(row[1]) + " ";
    }
  }
  EXPECT_EQ(missing, "");
}

}  // namespace
}  // namespace emulator::hoplog
