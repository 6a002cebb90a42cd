// Instances that are real processes behind the rig's router: the deployed program, and one of the user's.
#include <cstdlib>

#include "tests/programs/program.h"

namespace program_tests {
namespace {

struct Case {
  const char* name;
  std::string compute;
  const char* crash;  ///< a line of the timeline, or ""
  int starts;         ///< of processes, all together
};

std::string scenario(const Case& c) {
  return std::string("name: processes\nwhy: Instances are processes.\n") +
         "use: " RELAYRIG_SOURCE_DIR "/scenarios/stacks/orders.yaml\ngiven: {compute: " + c.compute +
         "}\ntimeline:\n" + c.crash +
         "  - {at: 1s, publish: Order_Placed__e, from: " RELAYRIG_SOURCE_DIR
         "/scenarios/data/order_placed.jsonl, rate: 20/s, count: 20}\nexpect:\n" +
         "  - {every: event, ends: delivered}\n" +
         "  - {sql: \"SELECT count(*) FROM effects WHERE times = 1\", equals: 60}\n" +
         "  - {sql: \"SELECT count(*) FROM transitions WHERE kind = 'process' AND to_state = 'starting'\", "
         "equals: " +
         std::to_string(c.starts) + "}\n";
}

TEST(Instances, ServeEveryOrderAsProcesses) {
  const std::string deployed = "[relayrig-middleware]";
  const std::string own = R"([sh, -c, 'exec "$PROGRAM" --bind 127.0.0.1'])";
  const std::string environment = "environment: {PROGRAM: " RELAYRIG_BINARY_DIR "/relayrig-middleware}";
  const Case cases[] = {
      {"the deployed program, twice", "{command: " + deployed + ", min: 2, max: 2}", "", 2},
      {"a command of one's own", "{command: " + own + ", " + environment + "}", "", 1},
      {"one that dies and comes back", "{command: " + deployed + "}",
       "  - {at: 100ms, for: 500ms, crash: middleware-1}\n", 2},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Folder folder;
    const char* path = std::getenv("PATH");
    Program rig(
        "relayrig",
        {"run", folder.file("processes.yaml", scenario(c)), "--clock", "real", "--runs", folder.path()},
        {{"PATH", path == nullptr ? "/bin:/usr/bin" : path}, {"TMPDIR", folder.path()}});
    const std::string said = rig.rest_of_stdout() + rig.rest_of_stderr();
    EXPECT_EQ(rig.wait(), 0) << said;
  }
}

}  // namespace
}  // namespace program_tests
