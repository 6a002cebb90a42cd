#include "tests/leaks/leaks.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "emulator/hoplog/sqlite.h"
#include "tests/emulator/hoplog/recording.h"
#include "tests/support/outputs.h"

namespace {

using emulator::hoplog::Connection;
using emulator::hoplog::Recording;

class Outputs {
 public:
  Outputs() { std::filesystem::create_directories(path_ / "below"); }
  ~Outputs() { std::filesystem::remove_all(path_); }
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  leaks::Searched search(const leaks::Known& known = {}) const { return leaks::search(path_, known); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_ =
      std::filesystem::path(testing::TempDir()) / ("relayrig_leaks_" + std::to_string(getpid()));
};

TEST(Leaks, AreFoundWhereverTheyStandAndInWhateverForm) {
  const std::string secret = "s3cr3t-token";
  const std::string token = "00D000000000001!" + std::string(96, 'x');
  struct Case {
    const char* file;
    std::string text;
  };
  const Case cases[] = {
      {"a.log", R"({"message":"refused s3cr3t-token"})"},
      {"below/b.rrun.db", std::string("SQLite format 3\0\x10\x01 page \0 s3cr3t-in-a-row", 41)},
      {"c.answer", "Authorization: Basic " + kernel::base64(secret)},
      {"d.log", "Authorization: Basic " + kernel::base64("u:" + secret)},
      {"e.log", "Authorization: Basic " + kernel::base64("me:" + secret + "!")},
      {"f.log", "GET /?key=s3cr3t%2Dtoken"},
      {"g.log", "GET /?key=s3cr3t%2dtoken"},
      {"h.log", "OAuth " + token},
      {"i.log", "refresh 5Aep" + std::string(84, 'y')},
      {"j.log", "the registered value of-another kind"},
      {"k.log", kernel::base64("x of-another y")},
      {"l.log", "GET /?key=of%2Danother"},
  };
  leaks::Known known;
  known.add("of-another");
  for (const Case& c : cases) {
    SCOPED_TRACE(c.file);
    const Outputs outputs;
    outputs.put("clean.log",
                R"({"message":"refused [redacted], 00D000000000001!short, 5Aepshort, another"})");
    EXPECT_TRUE(outputs.search(known).findings.empty());
    outputs.put(c.file, c.text);
    const leaks::Searched searched = outputs.search(known);
    EXPECT_EQ(searched.files, 2U);
    ASSERT_EQ(searched.findings.size(), 1U);
    EXPECT_TRUE(searched.findings[0].file.ends_with(c.file));
  }
}

TEST(Leaks, AreFoundInRunFilesAndInTheirWriteAheadLogs) {
  const Outputs outputs;
  const std::string path = outputs / "run.rrun.db";
  auto file = Connection::open(path, Connection::Access::ReadWriteCreate);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->run("PRAGMA journal_mode=WAL; CREATE TABLE logs (message TEXT);").has_value());
  ASSERT_TRUE(file->run("PRAGMA wal_checkpoint(TRUNCATE);").has_value());
  EXPECT_TRUE(outputs.search().findings.empty());
  ASSERT_TRUE(file->run("INSERT INTO logs VALUES ('got s3cr3t-planted');").has_value());
  leaks::Searched searched = outputs.search();
  ASSERT_EQ(searched.findings.size(), 1U);
  EXPECT_TRUE(searched.findings[0].file.ends_with(".rrun.db-wal")) << searched.findings[0].file;
  ASSERT_TRUE(file->run("PRAGMA wal_checkpoint(TRUNCATE);").has_value());
  searched = outputs.search();
  ASSERT_EQ(searched.findings.size(), 1U);
  EXPECT_TRUE(searched.findings[0].file.ends_with(".rrun.db")) << searched.findings[0].file;
}

void leave_a_run_with_a_secret() {
  Recording recording;
  recording.recorder->log({.source = "mine", .message = "got s3cr3t-planted"});
  recording.recorder->flush();
}

TEST(Leaks, InTheRunFileOfATestFailTheTest) {
  EXPECT_NONFATAL_FAILURE(leave_a_run_with_a_secret(), "holds a secret");
}

TEST(Leaks, WhatATestKeepsIsWhereTheCheckLooks) {
  const leaks::Searched before = leaks::search(support::outputs_folder());
  support::keep_output("log", "nothing secret\n");
  EXPECT_GT(leaks::search(support::outputs_folder()).files, before.files);
}

TEST(Leaks, OfARegisteredSecretAreLookedForAtTheEnd) {
  support::register_secret("a-value-without-a-mark");
  leaks::Known known;
  known.add_registered(support::registered_folder());
  EXPECT_TRUE(known.find_in("say a-value-without-a-mark").has_value());
  EXPECT_FALSE(leaks::Known().find_in("say a-value-without-a-mark").has_value());
}

}  // namespace
