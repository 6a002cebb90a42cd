// `relayrig sweep`, the real binary.
#include "tests/emulator/cli/cli_support.h"

namespace cli_tests {
namespace {

TEST(Sweep, PrintsARowForEachCombinationOverItsSeeds) {
  const Project project;
  const Outcome ended =
      relayrig(project, {"sweep", "scenarios/a_good.yaml", "--vary", "given.apis.erp.latency=20ms,300ms",
                         "--vary", "given.compute.max=1,2", "--seeds", "2", "--format", "csv"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const std::string head =
      "given.apis.erp.latency,given.compute.max,runs,passed,published,delivered,dead_lettered,lost,p50_s,";
  EXPECT_EQ(ended.out.substr(0, head.size()), head);
  for (const char* row :
       {"\n20ms,1,2,2,6,6,0,0,", "\n20ms,2,2,2,6,6,0,0,", "\n300ms,1,2,2,6,6,0,0,", "\n300ms,2,2,2,6,6,0,0,"})
    EXPECT_NE(ended.out.find(row), std::string::npos) << row << ended.out;
  EXPECT_TRUE(project.has("runs/sweep/4/a_good.2.rrun.db"));
  EXPECT_NE(ended.err.find("run 8 of 8\n"), std::string::npos) << ended.err;
}

TEST(Sweep, NamesWhatIsWrongBeforeItRunsAnything) {
  const Project project;
  struct Case {
    std::vector<std::string> arguments;
    const char* err;
  };
  const Case cases[] = {
      {{"sweep", "scenarios/a_good.yaml", "--vary", "seed"},
       "--vary wants KEY.KEY=VALUE,VALUE, found 'seed'\n"},
      {{"sweep", "scenarios/a_good.yaml", "--vary", "given.compute.max=1,many"}, "'max' wants"},
      {{"sweep", "scenarios/a_good.yaml"}, "--vary is required\n"},
      {{"sweep", "none.yaml", "--vary", "seed=1"}, "none.yaml"},
      {{"sweep", "scenarios/a_good.yaml", "--vary", "seed=1", "--format", "xml"}, "'xml' is not a format"},
  };
  for (const Case& c : cases) {
    const Outcome ended = relayrig(project, c.arguments);
    EXPECT_EQ(ended.code, 2);
    EXPECT_NE(ended.err.find(c.err), std::string::npos) << ended.err;
    EXPECT_EQ(ended.out, "");
  }
  EXPECT_FALSE(project.has("runs"));
}

}  // namespace
}  // namespace cli_tests
