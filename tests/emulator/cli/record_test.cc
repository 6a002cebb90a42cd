// A real API recorded: the one that `relayrig proxy` serves.
#include <nlohmann/json.hpp>
#include <thread>

#include "middleware/live/http_fetch.h"
#include "tests/emulator/cli/cli_support.h"

namespace cli_tests {
namespace {

using namespace std::chrono_literals;

const std::string kProgram = RELAYRIG_BINARY_DIR "/relayrig";

std::string url_in(const Project& project, const std::string& ready_file) {
  while (!project.has(ready_file)) std::this_thread::yield();
  return nlohmann::json::parse(project.read(ready_file))["url"];
}

TEST(Record, WritesWhatTheApiAnsweredWhenItIsStopped) {
  const Project project;
  Process api(project, kProgram, {"proxy", "--listen", "127.0.0.1:0", "--ready-file", "api.json"});
  ASSERT_TRUE(api.wait_for_talk("api  http://127.0.0.1:"));
  const std::string real = url_in(project, "api.json");
  Process recorder(project, kProgram,
                   {"record", real, "-o", "erp.yaml", "--redact", "listen", "--ready-file", "ready.json"});
  ASSERT_TRUE(recorder.wait_for_talk("Ctrl-C writes erp.yaml\n"));
  const std::string url = url_in(project, "ready.json");
  const auto ask = [&url](const std::string& method, const std::string& target, const std::string& body) {
    const auto answer = live::fetch(url,
                                    {.method = method,
                                     .target = target,
                                     .headers = {{"Authorization", "Bearer not-to-be-kept"}},
                                     .body = body},
                                    30s);
    return answer ? answer->status : 0;
  };
  EXPECT_EQ(ask("GET", "/proxies/db", ""), 404);
  EXPECT_EQ(ask("POST", "/proxies", R"({"name":"db","listen":"127.0.0.1:0","upstream":"b.example:1"})"), 201);
  EXPECT_EQ(ask("GET", "/proxies/db", ""), 200);
  EXPECT_EQ(ask("GET", "/proxies/db", ""), 200);
  recorder.send(SIGTERM);
  const Outcome ended = recorder.wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err,
            url + " -> " + real +
                ", Ctrl-C writes erp.yaml\nGET /proxies/db 404\nPOST /proxies 201\nGET /proxies/db 200\nGET "
                "/proxies/db 200\n4 of 4 recorded\n");
  EXPECT_FALSE(project.has("ready.json"));
  const std::string file = project.read("erp.yaml");
  EXPECT_TRUE(file.starts_with("# Made from what " + real + " answered: 4 of 4 taken.\nstubs:\n")) << file;
  EXPECT_EQ(file.find("not-to-be-kept"), std::string::npos) << file;
  EXPECT_NE(file.find("listen: REDACTED"), std::string::npos) << file;
}

TEST(Record, SaysWhatKeepsItFromRecording) {
  const Project project;
  const Outcome no_url = relayrig(project, {"record", "ftp://a", "-o", "x.yaml"});
  EXPECT_EQ(no_url.code, 2) << no_url.err;
  Process recorder(project, kProgram, {"record", "http://127.0.0.1:1", "-o", "x.yaml"});
  ASSERT_TRUE(recorder.wait_for_talk("Ctrl-C writes x.yaml\n"));
  recorder.send(SIGINT);
  const Outcome ended = recorder.wait();
  EXPECT_EQ(ended.code, 4) << ended.err;
  EXPECT_FALSE(project.has("x.yaml"));
}

}  // namespace
}  // namespace cli_tests
