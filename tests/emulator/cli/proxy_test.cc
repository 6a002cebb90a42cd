#include <nlohmann/json.hpp>
#include <thread>

#include "emulator/cli/proxy_file.h"
#include "middleware/live/http_fetch.h"
#include "tests/emulator/cli/cli_support.h"

namespace cli_tests {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

const std::string kProgram = RELAYRIG_BINARY_DIR "/relayrig";

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Proxy, ServesWhatItsFileNamesUntilItIsStopped) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const Project project;
    project.put(
        "proxies.yaml",
        "- {name: db, upstream: 127.0.0.1:5432, toxics: [{type: latency, attributes: {latency: 5}}]}\n"
        "- {name: off, listen: '127.0.0.1:0', upstream: 'db.example:1', enabled: false}\n");
    project.put("ready.json", "of an earlier one");
    Process proxy(project, kProgram,
                  {"proxy", "--config", "proxies.yaml", "--listen", "127.0.0.1:0", "--seed", "9",
                   "--ready-file", "ready.json"});
    ASSERT_TRUE(proxy.wait_for_talk("off  disabled -> db.example:1\n"));
    while (!project.has("ready.json")) std::this_thread::yield();
    const json ready = json::parse(project.read("ready.json"));
    const std::string url = ready["url"];
    const auto shown = live::fetch(url, {.target = "/proxies/db"}, 30s);
    ASSERT_TRUE(shown) << shown.error().message;
    EXPECT_EQ(json::parse(shown->body)["listen"], ready["proxies"]["db"]);
    EXPECT_EQ(json::parse(shown->body)["toxics"][0]["attributes"]["latency"], 5);
    EXPECT_FALSE(ready["proxies"].contains("off"));

    proxy.send(signal);
    const Outcome ended = proxy.wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(ended.err, "proxies, seed 9, Ctrl-C ends it\n  api  " + url + "\n  db   " +
                             ready["proxies"]["db"].get<std::string>() +
                             " -> 127.0.0.1:5432, 1 toxic\n  off  disabled -> db.example:1\n");
    EXPECT_FALSE(project.has("ready.json"));
  }
}

TEST(Proxy, SaysWhatKeepsItFromStarting) {
  const Project project;
  Process first(project, kProgram, {"proxy", "--listen", "127.0.0.1:0", "--ready-file", "ready.json"});
  ASSERT_TRUE(first.wait_for_talk("api  http://127.0.0.1:"));
  while (!project.has("ready.json")) std::this_thread::yield();
  const std::string url = json::parse(project.read("ready.json"))["url"];
  const std::string taken = url.substr(url.rfind('/') + 1);
  project.put("twice.yaml", "[{name: a, upstream: 'b:1'}, {name: a, upstream: 'b:1'}]");
  project.put("taken.yaml", "[{name: a, listen: '" + taken + "', upstream: 'b:1'}]");
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
    int code;
    std::string err;
  };
  const Case cases[] = {
      {"the API's port is taken", {"--listen", taken}, 3, taken + ": cannot listen"},
      {"a proxy's port is taken", {"--config", "taken.yaml"}, 3, "taken.yaml: " + taken + ": cannot listen"},
      {"a name twice",
       {"--config", "twice.yaml"},
       2,
       "twice.yaml: bad request body: two proxies are named 'a'"},
      {"no such file", {"--config", "none.yaml"}, 2, "none.yaml"},
      {"no address", {"--listen", "8474"}, 2, "--listen wants HOST:PORT"},
      {"a seed below 0", {"--seed", "-1"}, 2, "--seed"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<std::string> arguments = {"proxy"};
    arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
    if (arguments[1] == "--config") arguments.insert(arguments.end(), {"--listen", "127.0.0.1:0"});
    const Outcome ended = relayrig(project, arguments);
    EXPECT_EQ(ended.code, c.code) << ended.err;
    EXPECT_TRUE(holds(ended.err, c.err)) << ended.err;
  }
  first.send(SIGINT);
  EXPECT_EQ(first.wait().code, 0);
}

TEST(ProxyFile, TakesTheListThatToxiproxyTakes) {
  const auto read = config::read_text(
      R"([{"name": "web", "listen": "[::]:18080", "upstream": "webapp.domain:8080", "enabled": true},
          {"name": "db", "upstream": "webapp.domain:3306"}])",
      "proxies.json", emulator::cli::proxy_file_shape());
  ASSERT_TRUE(read) << read.error().text();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].listen, "[::]:18080");
  EXPECT_EQ((*read)[1].listen, "127.0.0.1:0");
}

TEST(ProxyFile, SaysWhereItIsWrong) {
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"[{name: a, upstream: b}]", "f:1:22: 'upstream' wants HOST:PORT such as 127.0.0.1:6379, found 'b'"},
      {"[{name: a, upstream: 'b:1', lisen: 'c:1'}]", "f:1:29: "},
      {"[{name: a, upstream: 'b:1', toxics: [{type: latncy}]}]", "did you mean 'latency'?"},
      {"[{name: a, upstream: 'b:1', toxics: [{type: latency, attributes: {delay: 5}}]}]",
       "latency has no attribute 'delay': it has latency, jitter"},
      {"[{name: a, upstream: 'b:1', toxics: [{type: timeout, attributes: {timeout: -5}}]}]",
       "'timeout' must be at least 0, not -5"},
      {"[{name: a, upstream: 'b:1', toxics: [{type: timeout, toxicity: 2}]}]", "f:1:64: 'toxicity' wants"},
      {"[{name: a, upstream: 'b:1', toxics: [{type: slicer}]}]", "'average_size' must be at least 1"},
      {"{name: a, upstream: 'b:1'}", "f:1:1: "},
  };
  for (const Case& c : cases) {
    const auto read = config::read_text(c.text, "f", emulator::cli::proxy_file_shape());
    ASSERT_FALSE(read) << c.text;
    EXPECT_TRUE(holds(read.error().text(), c.error)) << read.error().text();
  }
}

}  // namespace
}  // namespace cli_tests
