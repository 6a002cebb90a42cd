#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <thread>

#include "emulator/hoplog/run_file.h"
#include "tests/emulator/cli/cli_support.h"

namespace cli_tests {
namespace {

using nlohmann::json;

constexpr const char* kGoodRun = "runs/a_good.1.rrun.db";

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The same run takes another number of real milliseconds each time.
std::string timeless(const std::string& text) {
  static const std::regex seconds("in [0-9.]+ s    |time=\"[0-9.]+\"|\"real_ms\": ?[0-9]+");
  return std::regex_replace(text, seconds, "");
}

TEST(ExitCode, SaysWhatCameOut) {
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
    int code;
    const char* out;
    const char* err;
  };
  const Case cases[] = {
      {"passed", {"run", "scenarios/a_good.yaml"}, 0, "PASSED\n", ""},
      {"failed", {"run", "bad/a_bad.yaml"}, 1, "FAILED\n", ""},
      {"both", {"run", "scenarios/a_good.yaml", "bad/a_bad.yaml"}, 1, "1 passed, 1 failed\n", ""},
      {"an invalid file",
       {"run", "invalid.yaml"},
       2,
       "",
       "invalid.yaml:1:1: unknown key 'nam' in a scenario; did you mean 'name'?\n"},
      {"no such file", {"run", "none.yaml"}, 2, "", "there is no file or folder none.yaml\n"},
      {"an invalid override", {"run", "--set", "seed"}, 2, "", "--set wants KEY.KEY=VALUE, found 'seed'\n"},
      {"an invalid clock",
       {"run", "--clock", "fast"},
       2,
       "",
       "relayrig: --clock wants virtual, real, or a speed such as x60, found 'fast'\n"},
      {"an invalid format",
       {"run", "--format", "xml"},
       2,
       "",
       "relayrig: 'xml' is not a format (pretty, json, ndjson, junit, tap, github)\n"},
      {"no command", {}, 2, "", "relayrig: A subcommand is required\n"},
      {"jobs on the real clock",
       {"run", "--clock", "real", "--jobs", "2"},
       2,
       "",
       "relayrig: --jobs and --verify go with the virtual clock only\n"},
      {"the runs folder is a file", {"run", "--runs", "stack.yaml"}, 3, "", "relayrig: "},
      {"JUnit cannot be written",
       {"run", "--junit", "stack.yaml/junit.xml"},
       3,
       "PASSED\n",
       "relayrig: cannot write stack.yaml/junit.xml\n"},
      {"nothing selected", {"run", "--tag", "none"}, 4, "", "relayrig: no scenario is selected\n"},
      {"an empty folder", {"run", "empty"}, 4, "", "relayrig: no scenario is selected\n"},
      {"nothing to list", {"list", "--tag", "none"}, 4, "", "relayrig: no scenario is selected\n"},
      {"no run file", {"show", "runs/none.db"}, 2, "", "there is no such run file"},
      {"not a run file", {"query", "stack.yaml", "SELECT 1"}, 2, "", "not a run file"},
  };
  const Project project;
  project.put("bad/a_bad.yaml", Project::scenario("a_bad", "[]", "rejected"));
  project.put("invalid.yaml", "nam: x\n");
  project.put("empty/README.md", "none\n");
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Outcome ended = relayrig(project, c.arguments);
    EXPECT_EQ(ended.code, c.code) << ended.out << ended.err;
    EXPECT_TRUE(holds(ended.out, c.out)) << ended.out;
    EXPECT_TRUE(holds(ended.err, c.err)) << ended.err;
    if (std::string(c.out).empty()) {
      EXPECT_EQ(ended.out, "");
    }
    if (std::string(c.err).empty()) {
      EXPECT_EQ(ended.err, "");
    }
  }
}

TEST(Help, NamesEveryCommandAndItsExitCodes) {
  const Project project;
  const Outcome help = relayrig(project, {"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_EQ(help.err, "");
  for (const char* word : {"run", "up", "env", "validate", "list", "show", "query", "schema", "pattern",
                           "trigger", "proxy", "4 nothing selected"}) {
    EXPECT_TRUE(holds(help.out, word)) << word;
    if (std::string(word).find(' ') != std::string::npos) continue;
    const Outcome own = relayrig(project, {word, "--help"});
    EXPECT_EQ(own.code, 0) << word;
    EXPECT_TRUE(holds(own.out, "Usage: relayrig " + std::string(word))) << own.out;
  }
  const Outcome version = relayrig(project, {"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out, "relayrig " RELAYRIG_VERSION "\n");
}

TEST(Usage, AMistypedWordGetsASuggestion) {
  struct Case {
    std::vector<std::string> arguments;
    const char* meant;
  };
  const Case cases[] = {
      {{"rnu"}, "did you mean 'run'?\n"},
      {{"run", "--sede", "8"}, "did you mean '--seed'?\n"},
      {{"run", "--fromat=json"}, "did you mean '--format'?\n"},
      {{"validte", "scenarios"}, "did you mean 'validate'?\n"},
      {{"show", "--evnt", "x", "y"}, "did you mean '--event'?\n"},
  };
  const Project project;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.meant);
    const Outcome ended = relayrig(project, c.arguments);
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.out, "");
    EXPECT_TRUE(holds(ended.err, c.meant)) << ended.err;
  }
}

TEST(Validate, CountsWhatIsValid) {
  const Project project;
  const Outcome one = relayrig(project, {"validate"});
  EXPECT_EQ(one.code, 0);
  EXPECT_EQ(one.out, "1 scenario is valid\n");
  project.put("scenarios/b_bad.yaml", "name: b\nseed: x\n");
  const Outcome two = relayrig(project, {"validate", "scenarios"});
  EXPECT_EQ(two.code, 2);
  EXPECT_EQ(two.out, "");
  EXPECT_TRUE(two.err.starts_with("scenarios/b_bad.yaml:2:7: 'seed' wants a whole number")) << two.err;
  EXPECT_FALSE(project.has("runs"));
}

TEST(List, ShowsNamesTagsAndFiles) {
  const Project project;
  project.put("scenarios/b_other.yaml", Project::scenario("b_other", "[other]", "delivered"));
  EXPECT_EQ(relayrig(project, {"list", "--tag", "quick"}).out,
            "a_good #small #quick\n  scenarios/a_good.yaml\n  Orders arrive.\n");
  const json all = json::parse(relayrig(project, {"list", "--format", "json"}).out);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(
      all[1],
      json::parse(
          R"({"name": "b_other", "file": "scenarios/b_other.yaml", "why": "Orders arrive.", "tags": ["other"], "seed": 1})"));
}

TEST(Schema, IsJson) {
  const Project project;
  for (const char* what : {"scenario", "middleware", "proxy"}) {
    const Outcome ended = relayrig(project, {"schema", what});
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(json::parse(ended.out)["$schema"], "http://json-schema.org/draft-07/schema#");
  }
  EXPECT_EQ(relayrig(project, {"schema", "world"}).code, 2);
}

TEST(Query, AnswersInEveryFormatAndRefusesToWrite) {
  const Project project;
  ASSERT_EQ(relayrig(project, {"run"}).code, 0);
  const std::string sql = "SELECT ordering_key AS key, ends FROM events ORDER BY 1 LIMIT 2";
  struct Case {
    const char* format;
    const char* out;
  };
  const Case cases[] = {
      {"text", "key     ends\n------  ----\nSO-1       1\nSO-1-2     1\n"},
      {"csv", "key,ends\r\nSO-1,1\r\nSO-1-2,1\r\n"},
      {"ndjson", "{\"key\":\"SO-1\",\"ends\":1}\n{\"key\":\"SO-1-2\",\"ends\":1}\n"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(relayrig(project, {"query", kGoodRun, sql, "--format", c.format}).out, c.out) << c.format;
  EXPECT_EQ(json::parse(relayrig(project, {"query", kGoodRun, sql, "--format", "json"}).out),
            json::parse(R"([{"key":"SO-1","ends":1},{"key":"SO-1-2","ends":1}])"));
  for (const char* bad : {"DELETE FROM hops", "PRAGMA user_version = 9", "SELECT 1; SELECT 2", "SELEKT"}) {
    const Outcome refused = relayrig(project, {"query", kGoodRun, bad});
    EXPECT_EQ(refused.code, 2) << bad;
    EXPECT_EQ(refused.out, "") << bad;
    EXPECT_TRUE(refused.err.starts_with("relayrig: ")) << refused.err;
  }
  EXPECT_EQ(relayrig(project, {"query", kGoodRun, "SELECT 1", "--format", "xml"}).code, 2);
}

TEST(Query, AnswersEveryDocumentedQuestion) {
  const Project project;
  ASSERT_EQ(relayrig(project, {"run"}).code, 0);
  std::ifstream page(RELAYRIG_SOURCE_DIR "/emulator/hoplog/DESIGN.md");
  std::string line;
  std::string sql;
  int asked = 0;
  for (bool is_sql = false; std::getline(page, line);) {
    if (line.starts_with("```")) is_sql = line == "```sql";
    if (!is_sql || line.starts_with("```") || line.starts_with("--")) continue;
    sql += line + "\n";
    if (!line.ends_with(";")) continue;
    const Outcome ended = relayrig(project, {"query", kGoodRun, sql});
    EXPECT_EQ(ended.code, 0) << sql << ended.err;
    EXPECT_NE(ended.out, "") << sql;
    sql.clear();
    ++asked;
  }
  EXPECT_EQ(asked, 5);
}

TEST(Show, TellsOfTheRunAndOfOneEvent) {
  const Project project;
  ASSERT_EQ(relayrig(project, {"run"}).code, 0);
  const Outcome whole = relayrig(project, {"show", kGoodRun});
  EXPECT_EQ(whole.code, 0);
  EXPECT_TRUE(holds(whole.out, "How events ended\n")) << whole.out;
  const Outcome event = relayrig(project, {"show", kGoodRun, "--event", "SO-1-2"});
  EXPECT_EQ(event.code, 0);
  EXPECT_TRUE(holds(event.out, "Order__e  key SO-1-2\n") && holds(event.out, "POST /orders")) << event.out;
  const Outcome none = relayrig(project, {"show", kGoodRun, "--event", "SO-9"});
  EXPECT_EQ(none.code, 2);
  EXPECT_EQ(none.out, "");
  EXPECT_TRUE(holds(none.err, "SO-9")) << none.err;
}

TEST(Run, RefusesInstancesOfADeployedProgramThatIsNotThere) {
  const Project project;
  project.put("processes.yaml",
              "name: processes\nwhy: Nothing runs.\nuse: stack.yaml\ngiven: {compute: {command: "
              "[relayrig-middleware]}}\ntimeline: []\n");
  const std::string alone = project / "relayrig";
  std::filesystem::copy_file(RELAYRIG_BINARY_DIR "/relayrig", alone);
  const Outcome refused = Process(project, alone, {"run", "processes.yaml", "--clock", "real"}).wait();
  EXPECT_EQ(refused.code, 3) << refused.err;
  EXPECT_TRUE(holds(refused.err, "processes.yaml:4:28: an instance: there is no program ")) << refused.err;
  EXPECT_TRUE(holds(refused.err, "/relayrig-middleware")) << refused.err;
}

TEST(Pattern, PrintsAVerdictForEachRow) {
  const Project project;
  project.put("rows.jsonl", R"({"pattern":{"a":[{"prefix":"x"}]},"event":{"a":"xy"}})"
                            "\n\n"
                            R"({"event":{"a":1},"pattern":{"a":["1"]},"valid":true,"match":false})"
                            "\n"
                            R"({"pattern":{"a":["x"],"a":["y"]},"event":{"a":"y"}})"
                            "\r\n"
                            R"({"pattern":{"a":[{"two\nlines":1}]},"event":{}})"
                            "\n"
                            R"({"pattern":["a"],"event":{}})");
  const char* verdicts =
      "match\nno match\nmatch\ninvalid: Unrecognized match type two\\nlines\ninvalid: Filter is not an "
      "object\n";
  const Outcome from_file = relayrig(project, {"pattern", "rows.jsonl"});
  EXPECT_EQ(from_file.code, 0);
  EXPECT_EQ(from_file.out, verdicts);
  EXPECT_EQ(from_file.err, "");
  const Outcome from_stdin =
      Process(project, "/bin/sh", {"-c", RELAYRIG_BINARY_DIR "/relayrig pattern - <rows.jsonl"}).wait();
  EXPECT_EQ(from_stdin.code, 0);
  EXPECT_EQ(from_stdin.out, verdicts);
}

TEST(Pattern, LimitsTheLengthOnlyWhenAsked) {
  const Project project;
  project.put("rows.jsonl", R"({"pattern":{"a":["x"]},"event":{"a":"x"}})");
  EXPECT_EQ(relayrig(project, {"pattern", "rows.jsonl", "--length-max", "11"}).out, "match\n");
  EXPECT_EQ(relayrig(project, {"pattern", "rows.jsonl", "--length-max", "10"}).out,
            "invalid: Longer than 10 characters\n");
}

TEST(Pattern, SaysWhichRowIsNone) {
  struct Case {
    const char* row;
    const char* why;
  };
  const Case cases[] = {
      {R"({"pattern":{"a":[1]},"event":{"a":1})", "not JSON: line 1, column 37"},
      {R"([1])", R"(wants a row such as {"pattern": ..., "event": ...})"},
      {R"({"event":{}})", "the row has no 'pattern'"},
      {R"({"pattern":{"a":[1]}})", "the row has no 'event'"},
      {R"({"pattern":{"a":[1]},"event":[]})", "'event' wants an object"},
  };
  const Project project;
  for (const Case& c : cases) {
    project.put("rows.jsonl", std::string(R"({"pattern":{"a":[1]},"event":{"a":1}})") + "\n" + c.row + "\n");
    const Outcome refused = relayrig(project, {"pattern", "rows.jsonl"});
    EXPECT_EQ(refused.code, 2) << c.row;
    EXPECT_EQ(refused.out, "match\n") << c.row;
    EXPECT_EQ(refused.err, std::string("relayrig: rows.jsonl:2: ") + c.why + "\n");
  }
  EXPECT_EQ(relayrig(project, {"pattern", "none.jsonl"}).err, "relayrig: none.jsonl: cannot be read\n");
  EXPECT_EQ(relayrig(project, {"pattern", "none.jsonl"}).code, 2);
  EXPECT_EQ(relayrig(project, {"pattern", "scenarios"}).err, "relayrig: scenarios: is a folder\n");
  EXPECT_EQ(relayrig(project, {"pattern"}).code, 2);
}

// Reports.

TEST(Report, MachinesGetOneDocumentOnStdout) {
  const Project project;
  project.put("scenarios/b_bad.yaml", Project::scenario("b_bad", "[]", "rejected"));
  const auto out = [&](const std::string& format) {
    const Outcome ended = relayrig(project, {"run", "--format", format});
    EXPECT_EQ(ended.code, 1);
    EXPECT_EQ(ended.err, "");
    return ended.out;
  };
  const json array = json::parse(out("json"));
  ASSERT_EQ(array.size(), 2U);
  EXPECT_EQ(array[0]["verdict"], "passed");
  EXPECT_EQ(array[1]["verdict"], "failed");
  std::istringstream lines(out("ndjson"));
  std::string line;
  for (std::size_t i = 0; i < 2; ++i) {
    std::getline(lines, line);
    EXPECT_EQ(json::parse(line)["scenario"], array[i]["scenario"]);
  }
  const std::string tap = out("tap");
  EXPECT_TRUE(tap.starts_with("TAP version 14\n1..14\nok 1 - a_good seed 1: ")) << tap;
  EXPECT_TRUE(holds(tap, "\nnot ok 8 - b_bad seed 1: expectation every event ends rejected\n")) << tap;
  const std::string github = out("github");
  EXPECT_TRUE(github.starts_with("::error file=scenarios/b_bad.yaml,line=8,title=")) << github;
  EXPECT_TRUE(out("junit").starts_with("<?xml"));
}

/// Every element is closed by its own name, and attributes are quoted: "" or what is wrong.
std::string xml_problem(const std::string& text) {
  std::vector<std::string> open;
  static const std::regex tag(R"(<(/?)([A-Za-z]+)((?: [a-z_]+="[^"<]*")*)(/?)>|<\?xml[^>]*\?>|<)");
  for (std::sregex_iterator it(text.begin(), text.end(), tag), end; it != end; ++it) {
    const std::smatch& found = *it;
    if (found.str() == "<") return "a bare < at " + std::to_string(found.position());
    if (!found[2].matched) continue;
    if (found[1].length() > 0) {
      if (open.empty() || open.back() != found[2]) return "unexpected " + found.str();
      open.pop_back();
    } else if (found[4].length() == 0) {
      open.push_back(found[2]);
    }
  }
  return open.empty() ? "" : "not closed: " + open.back();
}

TEST(Report, JUnitIsWrittenBesideAnyFormat) {
  const Project project;
  project.put("scenarios/b_bad.yaml", Project::scenario("b_bad", "[]", "rejected"));
  const Outcome ended = relayrig(project, {"run", "--junit", "reports/junit.xml"});
  EXPECT_EQ(ended.code, 1);
  const std::string xml = project.read("reports/junit.xml");
  EXPECT_EQ(xml_problem(xml), "") << xml;
  EXPECT_TRUE(holds(xml, "<testsuites name=\"relayrig\" tests=\"14\" failures=\"1\" errors=\"0\"")) << xml;
  EXPECT_EQ(timeless(relayrig(project, {"run", "--format", "junit"}).out), timeless(xml));
}

TEST(Report, AFailureTakesAtMostTenLinesAndRepeatsItself) {
  const Project project;
  project.put("scenarios/a_good.yaml", Project::scenario("a_bad", "[]", "rejected"));
  const Outcome ended = relayrig(project, {"run", "--seed", "5", "--set", "given.compute.min=2"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_LE(std::ranges::count(ended.out, '\n'), 10) << ended.out;
  EXPECT_TRUE(holds(ended.out, "scenarios/a_good.yaml:8:5  expectation every event ends rejected"))
      << ended.out;
  const std::string command = "relayrig run scenarios/a_good.yaml --seed 5 --set 'given.compute.min=2'\n";
  ASSERT_TRUE(holds(ended.out, "reproduce " + command)) << ended.out;
  const Outcome again = Process(project, "/bin/sh", {"-c", RELAYRIG_BINARY_DIR "/" + command}).wait();
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(timeless(again.out), timeless(ended.out));
}

TEST(Report, QuietLeavesOnlyWhatFailed) {
  const Project project;
  EXPECT_EQ(relayrig(project, {"run", "-q"}).out, "");
  project.put("scenarios/b_bad.yaml", Project::scenario("b_bad", "[]", "rejected"));
  const Outcome ended = relayrig(project, {"run", "-q"});
  EXPECT_FALSE(holds(ended.out, "a_good")) << ended.out;
  EXPECT_TRUE(ended.out.starts_with("b_bad ")) << ended.out;
}

TEST(Report, ColourIsForTerminalsUnlessAskedFor) {
  const Project project;
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    bool is_coloured;
  };
  const Case cases[] = {
      {"a pipe", {"run"}, {}, false},
      {"asked for", {"run", "--color", "always"}, {}, true},
      {"the flag wins over NO_COLOR", {"run", "--color", "always"}, {"NO_COLOR=1"}, true},
      {"by variable", {"run"}, {"RELAYRIG_COLOR=always"}, true},
      {"never", {"run", "--color", "never"}, {"RELAYRIG_COLOR=always"}, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(holds(relayrig(project, c.arguments, c.environment).out, "\x1b["), c.is_coloured);
  }
}

TEST(Run, JobsChangeNothingInTheOutput) {
  const Project project;
  for (const char* name : {"b_bad", "c_bad", "d_bad"})
    project.put("scenarios/" + std::string(name) + ".yaml", Project::scenario(name, "[]", "rejected"));
  const Outcome one = relayrig(project, {"run"});
  const Outcome two = relayrig(project, {"run", "--jobs", "2"});
  EXPECT_EQ(one.code, 1);
  EXPECT_EQ(two.code, 1);
  EXPECT_EQ(timeless(two.out), timeless(one.out));
  EXPECT_EQ(two.err, one.err);
}

// Settings.

TEST(Settings, TheFlagWinsOverTheVariableOverTheFile) {
  struct Case {
    const char* name;
    const char* file;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    const char* runs;
  };
  const Case cases[] = {
      {"default", "", {"run"}, {}, "runs"},
      {"file", "runs: from_file\n", {"run"}, {}, "from_file"},
      {"variable", "runs: from_file\n", {"run"}, {"RELAYRIG_RUNS=from_variable"}, "from_variable"},
      {"flag",
       "runs: from_file\n",
       {"run", "--runs", "from_flag"},
       {"RELAYRIG_RUNS=from_variable"},
       "from_flag"},
      {"flag before the command", "runs: from_file\n", {"--runs", "from_flag", "run"}, {}, "from_flag"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Project project;
    if (*c.file != '\0') project.put("relayrig.yaml", c.file);
    const Outcome ended = relayrig(project, c.arguments, c.environment);
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(project.has(c.runs + std::string("/a_good.1.rrun.db")));
  }
}

TEST(Settings, EveryVariableIsReadAndCheckedLikeItsFlag) {
  const Project project;
  EXPECT_TRUE(relayrig(project, {"run"}, {"RELAYRIG_FORMAT=json"}).out.starts_with("["));
  EXPECT_TRUE(holds(relayrig(project, {"run"}, {"RELAYRIG_SEED=9"}).out, "seed 9"));
  EXPECT_TRUE(holds(relayrig(project, {"run", "--seed", "8"}, {"RELAYRIG_SEED=9"}).out, "seed 8"));
  for (const char* bad : {"RELAYRIG_SEED=x", "RELAYRIG_SEED=-1", "RELAYRIG_JOBS=0", "RELAYRIG_COLOR=red",
                          "RELAYRIG_CLOCK=fast"}) {
    EXPECT_EQ(relayrig(project, {"run"}, {bad}).code, 2) << bad;
  }
}

TEST(Settings, AMistypedKeyOfTheFileIsAnError) {
  const Project project;
  project.put("relayrig.yaml", "colour: always\n");
  const Outcome ended = relayrig(project, {"run"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.err, "relayrig.yaml:1:1: unknown key 'colour' in relayrig.yaml; did you mean 'color'?\n");
}

// Signals.

std::string verdict_of(const Project& project, const std::string& run) {
  const auto file = emulator::hoplog::RunFile::open(project / run);
  return file ? (*file)->text("SELECT verdict FROM runs").value_or("?") : file.error().text();
}

Process start_up(const Project& project, const std::string& line) {
  return Process(project, RELAYRIG_BINARY_DIR "/relayrig",
                 {"up", "scenarios/a_good.yaml", "--port", "0", "--set", "timeline=[{" + line + "}]", "--set",
                  "expect=[]"});
}
/// Nothing of it is under way once it is up.
constexpr const char* kOver = "at: 0s, fault: erp, respond: 503";
constexpr const char* kTomorrow = "at: 24h, relay: pause";

constexpr const char* kLiveRun = "runs/a_good.1.real.rrun.db";

TEST(Signals, UpEndsOnCtrlCWithAJudgedFile) {
  const Project project;
  Process up = start_up(project, kOver);
  ASSERT_TRUE(up.wait_for_talk("middleware  https://127.0.0.1:"));
  up.send(SIGINT);
  const Outcome ended = up.wait();
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_TRUE(holds(ended.out, "PASSED\n")) << ended.out;
  EXPECT_TRUE(ended.err.starts_with("a_good, run file " + std::string(kLiveRun) + ", Ctrl-C ends it\n"))
      << ended.err;
  EXPECT_EQ(verdict_of(project, kLiveRun), "passed");
  EXPECT_FALSE(project.has(std::string(kLiveRun) + "-wal"));
}

TEST(Signals, UpThatIsCutShortIsNotJudgedAndNoFailure) {
  const Project project;
  Process up = start_up(project, kTomorrow);
  ASSERT_TRUE(up.wait_for_talk("middleware  https://127.0.0.1:"));
  up.send(SIGINT);
  EXPECT_EQ(up.wait().code, 0);
  EXPECT_EQ(verdict_of(project, kLiveRun), "interrupted");
}

TEST(Signals, AKilledRunSaysInterrupted) {
  const Project project;
  Process up = start_up(project, kTomorrow);
  ASSERT_TRUE(up.wait_for_talk("middleware  https://127.0.0.1:"));
  up.send(SIGKILL);
  EXPECT_EQ(up.wait().code, -SIGKILL);
  EXPECT_EQ(verdict_of(project, kLiveRun), "interrupted");
}

// A rig that clients may ask.

TEST(Up, WithoutAFileServesAnEmptyRig) {
  const Project project;
  Process up(project, RELAYRIG_BINARY_DIR "/relayrig", {"up", "--port", "0", "--ready-file", "ready.json"});
  ASSERT_TRUE(up.wait_for_talk("aws  http://127.0.0.1:"));
  while (!project.has("ready.json")) std::this_thread::yield();
  const json ready = json::parse(project.read("ready.json"));
  const std::string url = ready["url"];
  EXPECT_TRUE(url.starts_with("http://127.0.0.1:")) << url;
  EXPECT_EQ(ready["hosts"]["aws"], url);
  EXPECT_EQ(ready["run_file"], "runs/empty_rig.1.real.rrun.db");

  const Outcome shell = relayrig(project, {"env", "--ready-file", "ready.json"});
  EXPECT_EQ(shell.code, 0) << shell.err;
  EXPECT_TRUE(shell.out.starts_with("export AWS_ENDPOINT_URL=" + url + "\n")) << shell.out;
  EXPECT_TRUE(holds(shell.out, "export AWS_REGION=us-east-1\n")) << shell.out;
  const std::string port = url.substr(url.rfind(':') + 1);
  const Outcome by_port = relayrig(project, {"env", "--port", port, "--format", "dotenv"});
  EXPECT_TRUE(holds(by_port.out, "\nAWS_ENDPOINT_URL_SQS=" + url + "\n")) << by_port.out;
  const Outcome as_json = relayrig(project, {"env", "--format", "json"}, {"RELAYRIG_PORT=" + port});
  EXPECT_EQ(json::parse(as_json.out)["RELAYRIG_URL"], url);

  const std::string org = ready["salesforce_url"];
  EXPECT_EQ(ready["hosts"]["salesforce"], org);
  EXPECT_TRUE(holds(shell.out, "export SALESFORCE_URL=" + org + "\n")) << shell.out;

  up.send(SIGINT);
  const Outcome ended = up.wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_FALSE(project.has("ready.json"));
  EXPECT_EQ(relayrig(project, {"env", "--ready-file", "ready.json"}).code, 3);
}

TEST(Trigger, PublishesIntoARunningRig) {
  const Project project;
  Process up(project, RELAYRIG_BINARY_DIR "/relayrig", {"up", "--port", "0", "--ready-file", "ready.json"});
  ASSERT_TRUE(up.wait_for_talk("salesforce  http://127.0.0.1:"));
  while (!project.has("ready.json")) std::this_thread::yield();
  const std::string org = json::parse(project.read("ready.json"))["salesforce_url"];
  project.put("one.json", "{\n  \"A__c\": 1\n}\n");
  project.put("list.json", R"([{"A__c": 1}, {"A__c": 2}])");
  project.put("rows.jsonl", "{\"A__c\": 1}\n{\"A__c\": 2}\n{\"A__c\": 3}\n");
  project.put("wrong.jsonl", "{\"A__c\": 1}\n[]\n");
  struct Case {
    std::vector<std::string> arguments;
    int code;
    int published;
    std::string err;
  };
  const std::string port = org.substr(org.rfind(':') + 1);
  const Case cases[] = {
      {{"Low_Ink__e", "--file", "one.json", "--ready-file", "ready.json"}, 0, 1, ""},
      {{"Low_Ink__e", "--file", "list.json", "--salesforce-port", port}, 0, 2, ""},
      {{"Low_Ink__e", "--file", "rows.jsonl", "--salesforce-port", port}, 0, 3, ""},
      {{"Low_Ink__e", "--salesforce-port", port}, 0, 1, ""},
      {{"Low_Ink", "--salesforce-port", port}, 1, 0, "event 1 is refused: NOT_FOUND: "},
      {{"Low_Ink__e", "--file", "wrong.jsonl", "--salesforce-port", port},
       2,
       0,
       "wrong.jsonl:2: not a JSON object"},
      {{"Low_Ink__e", "--file", "none.json", "--salesforce-port", port}, 2, 0, "none.json"},
      {{"Low_Ink__e", "--ready-file", "none.json"}, 3, 0, "there is no ready file"},
  };
  for (const Case& c : cases) {
    std::vector<std::string> arguments = c.arguments;
    arguments.insert(arguments.begin(), "trigger");
    const Outcome ended = relayrig(project, arguments);
    EXPECT_EQ(ended.code, c.code) << ended.err;
    EXPECT_EQ(std::ranges::count(ended.out, '\n'), c.published) << ended.out;
    EXPECT_TRUE(holds(ended.err, c.err)) << ended.err;
  }
  up.send(SIGINT);
  EXPECT_EQ(up.wait().code, 0);
}

TEST(Up, SaysWhatKeepsItFromStarting) {
  const Project project;
  Process first(project, RELAYRIG_BINARY_DIR "/relayrig",
                {"up", "--port", "0", "--ready-file", "ready.json"});
  ASSERT_TRUE(first.wait_for_talk("aws  http://127.0.0.1:"));
  while (!project.has("ready.json")) std::this_thread::yield();
  const std::string url = json::parse(project.read("ready.json"))["url"];
  const std::string port = url.substr(url.rfind(':') + 1);
  const std::string address = "127.0.0.1:" + port;
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
    int code;
    std::string err;
  };
  const Case cases[] = {
      {"port taken", {"up", "--port", port, "--runs", "other"}, 3, address + ": cannot listen"},
      {"ready file",
       {"up", "--port", "0", "--runs", "other", "--ready-file", "no/folder.json"},
       3,
       "no/folder.json: cannot write the ready file"},
      {"no scenario to change", {"up", "--set", "seed=1"}, 2, "--set changes a scenario: name its file"},
      {"a folder", {"up", "scenarios/none.yaml"}, 2, "there is no file or folder"},
      {"port", {"up", "--port", "70000"}, 2, "--port"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Outcome ended = relayrig(project, c.arguments);
    EXPECT_EQ(ended.code, c.code) << ended.err;
    EXPECT_TRUE(holds(ended.err, c.err)) << ended.err;
  }
  first.send(SIGINT);
  EXPECT_EQ(first.wait().code, 0);
  const Outcome nobody = relayrig(project, {"env", "--port", port});
  EXPECT_EQ(nobody.code, 3);
  EXPECT_TRUE(holds(nobody.err, "no rig answers")) << nobody.err;
  EXPECT_EQ(nobody.out, "");
}

TEST(Signals, AnInterruptedRunClosesItsFileAndStopsThere) {
  const Project project;
  const std::string endless = Project::scenario("a_good", "[]", "delivered") + "limit: 1h\n";
  project.put("scenarios/a_good.yaml", endless);
  project.put("scenarios/b_next.yaml", Project::scenario("b_next", "[]", "delivered"));
  Process run(
      project, RELAYRIG_BINARY_DIR "/relayrig",
      {"run", "--clock", "real", "--set", "timeline=[{at: 24h, relay: pause}]", "--set", "expect=[]"});
  // The file is there once the run has begun to listen for signals.
  while (!project.has(kLiveRun)) std::this_thread::yield();
  run.send(SIGINT);
  const Outcome ended = run.wait();
  EXPECT_EQ(ended.code, 130) << ended.out << ended.err;
  EXPECT_TRUE(holds(ended.out, "INTERRUPTED\n")) << ended.out;
  EXPECT_EQ(verdict_of(project, kLiveRun), "interrupted");
  EXPECT_FALSE(project.has(std::string(kLiveRun) + "-wal"));
  EXPECT_FALSE(project.has("runs/b_next.1.real.rrun.db"));
}

}  // namespace
}  // namespace cli_tests
