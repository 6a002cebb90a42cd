// `relayrig mocks up` and `relayrig fault`: the real binary, real sockets.
#include <nlohmann/json.hpp>
#include <thread>

#include "emulator/cli/flow_text.h"
#include "middleware/config/reader.h"
#include "middleware/kernel/json.h"
#include "middleware/live/http_fetch.h"
#include "tests/emulator/cli/cli_support.h"

namespace cli_tests {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

const std::string kProgram = RELAYRIG_BINARY_DIR "/relayrig";

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr const char* kErp =
    "stubs:\n"
    "  - id: book\n"
    "    request: {method: POST, url_path: /orders}\n"
    "    templated: true\n"
    "    effect: {operation: book, key: \"{{request.json.n}}\"}\n"
    "    respond: {status: 201, body: {number: \"{{request.json.n}}\"}}\n";

/// Mocks that run; their URLs by name.
struct Mocks {
  const Project& project;
  Process process;
  json ready;

  Mocks(const Project& in, std::vector<std::string> arguments)
      : project(in), process(in, kProgram, command(std::move(arguments))) {
    if (!process.wait_for_talk("  relayrig  http://127.0.0.1:")) throw std::runtime_error(process.wait().err);
    while (!project.has("ready.json")) std::this_thread::yield();
    ready = json::parse(project.read("ready.json"));
  }
  static std::vector<std::string> command(std::vector<std::string> arguments) {
    std::vector<std::string> all = {"mocks", "up", "--port", "0", "--ready-file", "ready.json"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  }
  int order(const std::string& api, const std::string& number) const {
    const auto answer = live::fetch(
        ready["hosts"][api],
        {.method = "POST", .target = "/orders", .headers = {}, .body = R"({"n":")" + number + "\"}"}, 30s);
    return answer ? answer->status : 0;
  }
  Outcome fault(std::vector<std::string> words) const {
    words.insert(words.begin(), "fault");
    words.insert(words.end(), {"--ready-file", "ready.json"});
    return relayrig(project, words);
  }
};

TEST(MocksUp, ServesItsFilesUntilItIsStopped) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const Project project;
    project.put("erp.yaml", kErp);
    Mocks mocks(project, {"erp.yaml", "second=erp.yaml", "--seed", "9"});
    EXPECT_EQ(mocks.order("erp", "SO-1"), 201);
    EXPECT_EQ(mocks.order("second", "SO-1"), 201);
    EXPECT_EQ(mocks.order("erp", "SO-2"), 201);
    const std::string url = mocks.ready["url"];
    const auto health = live::fetch(url, {.target = "/_relayrig/health"}, 30s);
    ASSERT_TRUE(health);
    EXPECT_EQ(json::parse(health->body)["mocks"], json({"erp", "second"}));
    const auto requests = live::fetch(url, {.target = "/_relayrig/requests?api=erp"}, 30s);
    EXPECT_EQ(json::parse(requests->body)["total"], 2);
    EXPECT_EQ(live::fetch(url, {.target = "/orders"}, 30s)->status, 404);

    mocks.process.send(signal);
    const Outcome ended = mocks.process.wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(ended.err.starts_with("mocks, seed 9, run file runs/mocks.9.real.rrun.db, Ctrl-C ends it\n"))
        << ended.err;
    EXPECT_FALSE(project.has("ready.json"));
    const Outcome effects =
        relayrig(project, {"query", "runs/mocks.9.real.rrun.db",
                           "SELECT api, business_key, times FROM effects ORDER BY 1, 2", "--format", "csv"});
    EXPECT_TRUE(holds(effects.out, "erp,SO-1,1")) << effects.out << effects.err;
    EXPECT_TRUE(holds(effects.out, "second,SO-1,1")) << effects.out;
  }
}

TEST(MocksUp, ListensWhereItIsTold) {
  const Project project;
  project.put("erp.yaml", kErp);
  std::string port;
  {
    Mocks first(project, {"erp.yaml"});
    const std::string url = first.ready["hosts"]["erp"];
    port = url.substr(url.rfind(':') + 1);
    const Outcome second = relayrig(
        project, {"mocks", "up", "erp.yaml", "--port", "0", "--runs", "other", "--listen", "erp=" + port});
    EXPECT_EQ(second.code, 3) << second.err;
    EXPECT_TRUE(holds(second.err, "127.0.0.1:" + port + ": cannot listen")) << second.err;
    first.process.send(SIGTERM);
    EXPECT_EQ(first.process.wait().code, 0);
  }
  Mocks again(project, {"erp.yaml", "--listen", "erp=" + port});
  EXPECT_EQ(again.ready["hosts"]["erp"], "http://127.0.0.1:" + port);
  EXPECT_EQ(again.order("erp", "SO-1"), 201);
}

TEST(MocksUp, SaysWhatKeepsItFromStarting) {
  const Project project;
  project.put("erp.yaml", kErp);
  project.put("bad.yaml", "stubs: [{id: a, reqest: {}}]\n");
  project.put("faults.yaml", "- {at: 0s, fault: epr, respond: 503}\n- {at: 0s, relay: pause}\n");
  struct Case {
    std::vector<std::string> arguments;
    std::string err;
  };
  const Case cases[] = {
      {{}, "FILE"},
      {{"none.yaml"}, "there is no file none.yaml"},
      {{"nowhere"}, "there is no file mocks/apis/nowhere.yaml"},
      {{"bad.yaml"}, "bad.yaml:1:17: "},
      {{"erp.yaml", "erp.yaml"}, "two mocks are named 'erp'"},
      {{"relayrig=erp.yaml"}, "no mock may be named 'relayrig'"},
      {{"erp.yaml", "--listen", "epr=80"}, "there is no mock 'epr'; did you mean 'erp'?"},
      {{"erp.yaml", "--listen", "erp"}, "--listen wants NAME=PORT, found 'erp'"},
      {{"erp.yaml", "--faults", "faults.yaml"}, "did you mean 'erp'?"},
      {{"erp.yaml", "--faults", "faults.yaml"}, "faults.yaml:2:3: only lines with 'fault'"}};
  for (const Case& c : cases) {
    std::vector<std::string> words = {"mocks", "up", "--port", "0"};
    words.insert(words.end(), c.arguments.begin(), c.arguments.end());
    const Outcome ended = relayrig(project, words);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_TRUE(holds(ended.err, c.err)) << ended.err;
  }
}

TEST(MocksUp, FailsWhenAStrictMockIsAskedWhatItDoesNotKnow) {
  const Project project;
  project.put("erp.yaml", std::string("strict: true\n") + kErp);
  Mocks mocks(project, {"erp.yaml"});
  EXPECT_EQ(mocks.order("erp", "SO-1"), 201);
  EXPECT_EQ(live::fetch(mocks.ready["hosts"]["erp"], {.target = "/nothing"}, 30s)->status, 404);
  mocks.process.send(SIGTERM);
  const Outcome ended = mocks.process.wait();
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(holds(ended.err, "relayrig show runs/mocks.1.real.rrun.db")) << ended.err;
}

TEST(Fault, IsSetListedSavedAndLifted) {
  const Project project;
  project.put("erp.yaml", kErp);
  std::string saved;
  {
    Mocks mocks(project, {"erp.yaml"});
    const Outcome none = mocks.fault({"list"});
    EXPECT_EQ(none.out, "");
    EXPECT_EQ(none.err, "no faults\n");
    const Outcome set =
        mocks.fault({"set", "erp", "respond={status: 503, retry_after: 5s}", "name=down", "for=1h"});
    EXPECT_EQ(set.out, "down\n") << set.err;
    EXPECT_EQ(mocks.fault({"set", "{fault: erp, place: after, respond: 500, only: {key: SO-9}}"}).out,
              "erp@live-1\n");
    EXPECT_EQ(mocks.order("erp", "SO-1"), 503);
    const Outcome listed = mocks.fault({"list"});
    EXPECT_TRUE(holds(listed.out, "down        erp  active  fired 1  ends in 59m")) << listed.out;
    EXPECT_TRUE(holds(listed.out, "{respond: {status: 503, retry_after: 5s}}")) << listed.out;
    EXPECT_EQ(json::parse(mocks.fault({"list", "--format", "json"}).out)[0]["name"], "down");
    saved = mocks.fault({"save"}).out;
    EXPECT_TRUE(holds(saved, "for: 1h, fault: erp, name: down, respond: {status: 503, retry_after: 5s}}\n"))
        << saved;

    EXPECT_EQ(mocks.fault({"lift", "down"}).code, 0);
    EXPECT_EQ(mocks.order("erp", "SO-1"), 201);
    EXPECT_EQ(mocks.order("erp", "SO-9"), 500);
    EXPECT_EQ(mocks.fault({"lift", "--all"}).code, 0);
    EXPECT_EQ(mocks.order("erp", "SO-9"), 201);
    EXPECT_EQ(mocks.fault({"save"}).out, "");
    EXPECT_TRUE(holds(mocks.fault({"save", "--all"}).out, "name: down")) << saved;
  }
  // What was saved is a file of faults to begin with, whose times come again.
  for (std::size_t at = saved.find("{at: "); at != std::string::npos; at = saved.find("{at: ", at + 1))
    saved.replace(at, saved.find(',', at) - at, "{at: 0s");
  project.put("faults.yaml", saved);
  const Mocks mocks(project, {"erp.yaml", "--faults", "faults.yaml"});
  EXPECT_EQ(mocks.order("erp", "SO-1"), 503);
}

TEST(Fault, ClosesAndOpensAPort) {
  const Project project;
  project.put("erp.yaml", kErp);
  std::string saved;
  {
    const Mocks mocks(project, {"erp.yaml"});
    EXPECT_EQ(mocks.order("erp", "SO-1"), 201);
    EXPECT_EQ(mocks.fault({"set", "erp", "connect=refused", "name=gone", "for=1h"}).out, "gone\n");
    EXPECT_EQ(mocks.order("erp", "SO-2"), 0) << "nobody listens";
    EXPECT_TRUE(holds(mocks.fault({"list"}).out, "gone  erp  active  fired 1  ends in 59m"));
    saved = mocks.fault({"save"}).out;
    EXPECT_TRUE(holds(saved, "for: 1h, fault: erp, name: gone, connect: refused}\n")) << saved;
    EXPECT_EQ(mocks.fault({"lift", "gone"}).code, 0);
    EXPECT_EQ(mocks.order("erp", "SO-3"), 201);
  }
  saved.replace(saved.find("{at: "), saved.find(',') - saved.find("{at: "), "{at: 0s");
  project.put("faults.yaml", saved);
  const Mocks mocks(project, {"erp.yaml", "--faults", "faults.yaml"});
  EXPECT_EQ(mocks.order("erp", "SO-4"), 0) << "and nobody listens from the start";
  EXPECT_EQ(mocks.fault({"lift", "gone"}).code, 0);
  EXPECT_EQ(mocks.order("erp", "SO-5"), 201);
}

TEST(Fault, SaysWhatIsWrong) {
  const Project project;
  project.put("erp.yaml", kErp);
  const Outcome nobody = relayrig(project, {"fault", "list", "--port", "1"});
  EXPECT_EQ(nobody.code, 3);
  EXPECT_TRUE(holds(nobody.err, "no rig answers")) << nobody.err;
  const Mocks mocks(project, {"erp.yaml"});
  struct Case {
    std::vector<std::string> words;
    std::string err;
  };
  const Case cases[] = {
      {{"set", "epr", "respond=503"}, "there is no API 'epr'; did you mean 'erp'?"},
      {{"set", "erp", "respnd=503"}, "fault:2:1: unknown key 'respnd'"},
      {{"set", "erp", "503"}, "'503' is no KEY=VALUE"},
      {{"set", "erp"},
       "'fault' needs 'respond', 'connect', 'delay', 'damage', 'twice', 'slow' or 'keep_alive'"},
      {{"set"}, "set wants an API"},
      {{"lift", "nothing"}, "there is no fault 'nothing'"},
      {{"lift"}, "lift wants names, or --all"},
      {{"lft"}, "did you mean 'lift'?"}};
  for (const Case& c : cases) {
    const Outcome ended = mocks.fault(c.words);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_TRUE(holds(ended.err, c.err)) << ended.err;
  }
}

TEST(Fault, IsSetInARigToo) {
  const Project project;
  Process up(project, kProgram,
             {"up", "scenarios/a_good.yaml", "--port", "0", "--clock", "x60", "--ready-file", "ready.json"});
  ASSERT_TRUE(up.wait_for_talk("aws  http://127.0.0.1:"));
  while (!project.has("ready.json")) std::this_thread::yield();
  const Outcome set = relayrig(project, {"fault", "set", "erp", "respond=418", "--ready-file", "ready.json"});
  EXPECT_EQ(set.out, "erp@live-1\n") << set.err;
  const json ready = json::parse(project.read("ready.json"));
  const auto answer = live::fetch(
      ready["hosts"]["erp"],
      {.method = "POST", .target = "/orders", .headers = {}, .body = R"({"number":"SO-7"})"}, 30s);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 418);
  EXPECT_EQ(relayrig(project, {"fault", "lift", "erp@live-1", "--ready-file", "ready.json"}).code, 0);
  up.send(SIGTERM);
  EXPECT_NE(up.wait().code, 3);
}

TEST(FlowText, ReadsBackAsTheSameValue) {
  struct Case {
    const char* json;
    const char* text;
  };
  const Case cases[] = {
      {R"({"at":"1m","respond":{"status":503}})", "{at: 1m, respond: {status: 503}}"},
      {R"(["503","true","null","1e5","0x10","","a b","a, b","a: b","- a","#x","10%","5/s"])",
       R"(["503", "true", "null", "1e5", "0x10", "", a b, "a, b", "a: b", "- a", "#x", 10%, 5/s])"},
      {R"({"a key":[1,2.5,true,null,{}]})", "{a key: [1, 2.5, true, null, {}]}"},
      {R"({"line":"a\nb","quote":"it's \"x\""})", R"({line: "a\nb", quote: it's "x"})"}};
  for (const Case& c : cases) {
    const kernel::Json value = *kernel::parse_json(c.json);
    EXPECT_EQ(emulator::cli::flow_text(value), c.text);
    const auto back = config::read_text(emulator::cli::flow_text(value), "f", config::json());
    ASSERT_TRUE(back) << c.text;
    EXPECT_EQ(*back, value) << c.text;
  }
}

}  // namespace
}  // namespace cli_tests
