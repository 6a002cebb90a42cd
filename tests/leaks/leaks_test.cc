#include "tests/leaks/leaks.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/outputs.h"

namespace {

class Outputs {
 public:
  Outputs() { std::filesystem::create_directories(path_ / "below"); }
  ~Outputs() { std::filesystem::remove_all(path_); }
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  leaks::Searched search() const { return leaks::search(path_); }

 private:
  std::filesystem::path path_ =
      std::filesystem::path(testing::TempDir()) / ("relayrig_leaks_" + std::to_string(getpid()));
};

TEST(Leaks, AreFoundWhereverTheyStandAndInWhateverForm) {
  struct Case {
    const char* file;
    std::string text;
  };
  const Case cases[] = {
      {"a.log", R"({"message":"refused s3cr3t-token"})"},
      {"below/b.rrun.db", std::string("SQLite format 3\0\x10\x01 page \0 s3cr3t-in-a-row", 41)},
      {"c.answer", "Authorization: Basic czNjcjN0LXRva2Vu"},
      {"d.log", "GET /?key=s3cr3t%2Dtoken"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.file);
    const Outputs outputs;
    outputs.put("clean.log", R"({"message":"refused [redacted]"})");
    EXPECT_TRUE(outputs.search().findings.empty());
    outputs.put(c.file, c.text);
    const leaks::Searched searched = outputs.search();
    EXPECT_EQ(searched.files, 2U);
    ASSERT_EQ(searched.findings.size(), 1U);
    EXPECT_TRUE(searched.findings[0].file.ends_with(c.file));
  }
}

TEST(Leaks, WhatATestKeepsIsWhereTheCheckLooks) {
  const leaks::Searched before = leaks::search(support::outputs_folder());
  support::keep_output("log", "nothing secret\n");
  EXPECT_GT(leaks::search(support::outputs_folder()).files, before.files);
}

}  // namespace
