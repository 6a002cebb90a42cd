#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "emulator/report/details.h"
#include "emulator/report/formats.h"
#include "emulator/report/table.h"
#include "emulator/report/text.h"
#include "tests/emulator/hoplog/recording.h"

namespace emulator::report {
namespace {

using namespace std::chrono_literals;
using hoplog::Recording;
using kernel::End;
using kernel::HopId;
using kernel::Outcome;
using kernel::Stage;

std::string uuid_of(int number) { return "0b8a1c1e-0000-4000-8000-00000000000" + std::to_string(number); }

/// Three events; the payment of the second fails twice by a fault, and the breaker opens and closes.
void play(Recording& r) {
  hoplog::Recorder& to = *r.recorder;
  for (int i = 1; i <= 3; ++i) {
    const std::string uuid = uuid_of(i);
    const std::string key = "SO-" + std::to_string(i);
    to.published({.uuid = uuid,
                  .replay_id = i,
                  .channel = "/event/Order_Placed__e",
                  .kind = "Order_Placed__e",
                  .ordering_key = key,
                  .payload = "{}"});
    const HopId relay = to.open({.stage = Stage::Relay, .event = uuid, .to = "relay"});
    const HopId invoke = to.open({.stage = Stage::Invoke, .event = uuid, .parent = relay, .to = "ingest"});
    const HopId compute = to.open({.stage = Stage::Compute,
                                   .event = uuid,
                                   .parent = invoke,
                                   .to = "middleware",
                                   .operation = "POST /v1/events"});
    for (int attempt = 1; attempt <= (i == 2 ? 3 : 1); ++attempt) {
      const bool fails = i == 2 && attempt < 3;
      r.advance(31s);
      const HopId api = to.open({.stage = Stage::Api,
                                 .event = uuid,
                                 .parent = compute,
                                 .to = "payments",
                                 .operation = "POST /v1/charges",
                                 .attempt = attempt});
      to.fault({.rule = "payments_503",
                .target = "payments",
                .n = static_cast<std::uint64_t>(attempt),
                .fired = fails,
                .hop = api});
      r.advance(40ms);
      to.close(api, {.outcome = fails ? Outcome::Failed : Outcome::Ok,
                     .status = fails ? 503 : 201,
                     .error = fails ? "Service\nUnavailable" : ""});
      if (!fails) to.effect({.api = "payments", .operation = "charge", .business_key = key, .event = uuid});
      if (i == 2)
        to.transition({.kind = "breaker",
                       .subject = "payments",
                       .from = attempt == 1 ? "closed" : "half_open",
                       .to = fails ? "open" : "closed"});
      if (fails) to.transition({.kind = "breaker", .subject = "payments", .from = "open", .to = "half_open"});
    }
    for (const HopId hop : {compute, invoke, relay}) to.close(hop, {});
    to.ended(uuid, End::Delivered, "payments");
  }
}

std::vector<hoplog::CheckRow> passing_checks() {
  return {{.name = "nothing_lost", .kind = "invariant", .verdict = "passed"},
          {.name = "attempts_bounded",
           .kind = "invariant",
           .verdict = "passed",
           .expected = "at most 14 calls an event"},
          {.name = "no_secret_leaks",
           .kind = "invariant",
           .verdict = "off",
           .expected = "the mock prints its key"},
          {.name = "every event ends delivered", .kind = "expectation", .verdict = "passed"}};
}

std::vector<hoplog::CheckRow> broken_checks() {
  return {{.name = "effect_once",
           .kind = "invariant",
           .verdict = "failed",
           .expected = "1 charge",
           .found = "2 <charges> & \"more\""},
          {.name = "every event ends within 1m",
           .kind = "expectation",
           .verdict = "failed",
           .expected = "3 within 1m",
           .found = "2 within 1m",
           .example_event = uuid_of(2),
           .place = "scenarios/a_short_outage.yaml:23"}};
}

/// The finished file; `path` in it is replaced in texts by RUN so that they can be compared.
struct Played {
  Played(const std::vector<hoplog::CheckRow>& checks, const std::string& verdict, bool with_events = true) {
    if (with_events) play(recording);
    EXPECT_TRUE(recording.recorder->seal().has_value());
    for (const hoplog::CheckRow& check : checks)
      EXPECT_TRUE(recording.recorder->add_check(check).has_value());
    EXPECT_TRUE(recording.recorder->close({.verdict = verdict, .real_ms = 410}).has_value());
    file = std::move(*hoplog::RunFile::open(recording.path));
    auto read = read_run(*file);
    EXPECT_TRUE(read.has_value());
    run = *read;
    run.path = "RUN";
  }
  Recording recording;
  std::unique_ptr<hoplog::RunFile> file;
  RunReport run;
};

TEST(Summary, APassedRunTellsWhatHappened) {
  const Played played{passing_checks(), "passed"};
  EXPECT_EQ(summary_text(played.run),
            "a_short_outage    seed 7    2m35s of virtual time in 0.41 s    PASSED\n"
            "  events    3 published · 3 delivered · 0 dead-lettered · 0 lost\n"
            "  calls     relay 3 · invoke 3 · compute 3 · payments 5    one event caused 3.7 calls, at most "
            "5 (allowed 14)\n"
            "  breaker   payments  closed ── 1m02s open ── 1m33s probe failed ── 2m04s closed\n"
            "  checks    2 of 2 invariants (1 off) · 1 of 1 expectations\n"
            "  run file  RUN\n");
}

TEST(Summary, AFailedRunShowsTheSceneInTenLines) {
  const Played played{broken_checks(), "failed"};
  const std::string text = summary_text(played.run);
  EXPECT_EQ(text,
            "a_short_outage    seed 7    2m35s of virtual time in 0.41 s    FAILED\n"
            "  scenarios/a_short_outage.yaml:23  expectation every event ends within 1m  (also broken: "
            "effect_once)\n"
            "    - expected  3 within 1m\n"
            "    + found     2 within 1m\n"
            "        31.040s  relay   relay  ok\n"
            "        31.040s  invoke  ingest  ok\n"
            "        31.040s  compute middleware POST /v1/events  ok\n"
            "    > 1m02.040s  api     payments POST /v1/charges  failed 503: Service Unavailable\n"
            "  faults    payments_503 (fired 2)\n"
            "  reproduce relayrig run scenarios/a_short_outage.yaml --seed 7\n");
  EXPECT_LE(std::ranges::count(text, '\n'), 10);
}

TEST(Summary, ABrokenRunWithoutABrokenCheckStillTellsHowToRepeatIt) {
  Played played{{}, "interrupted", false};
  played.run.file = "scenarios/an outage's.yaml";
  played.run.clock = "real";
  const std::string text = summary_text(played.run);
  EXPECT_NE(text.find("INTERRUPTED"), std::string::npos);
  EXPECT_NE(text.find("relayrig run 'scenarios/an outage'\\''s.yaml' --seed 7 --clock real\n"),
            std::string::npos);
}

TEST(Summary, ColourIsAskedFor) {
  const Played played{passing_checks(), "passed"};
  EXPECT_EQ(summary_text(played.run).find('\x1b'), std::string::npos);
  EXPECT_NE(summary_text(played.run, {.colour = true}).find("\x1b[32mPASSED\x1b[0m"), std::string::npos);
}

TEST(Summary, LongBreakerStoriesKeepTheirBeginningAndEnd) {
  RunReport run;
  for (int i = 0; i < 10; ++i) {
    run.breakers.push_back({.breaker = "erp",
                            .owner = "instance 1",
                            .from = i % 2 == 0 ? "closed" : "open",
                            .to = i % 2 == 0 ? "open" : "closed",
                            .at_ns = (i + 1) * 60'000'000'000});
  }
  EXPECT_EQ(breaker_lines(run),
            (std::vector<std::string>{
                "erp (instance 1)  closed ── 1m00s open ── 2m00s closed ── … ── 10m00s closed"}));
}

TEST(Details, ShowsEveryTableThatHasRows) {
  const Played played{broken_checks(), "failed"};
  const auto text = run_details(*played.file);
  ASSERT_TRUE(text.has_value()) << text.error().text();
  for (const char* part : {"How events ended\n", "Attempts by layer\n", "Breakers\n", "Slowest events\n",
                           "Events that caused most calls\n", "Faults\n", "Checks\n",
                           "api      payments       5       3           1.667              3         0\n"}) {
    EXPECT_NE(text->find(part), std::string::npos) << part << "\n" << *text;
  }
  EXPECT_EQ(text->find("Effects done more than once"), std::string::npos);
}

TEST(Details, FindsAnEventByUuidPrefixOrKey) {
  const Played played{{}, "passed"};
  const auto by_key = event_details(*played.file, "SO-2");
  ASSERT_TRUE(by_key.has_value()) << by_key.error().text();
  EXPECT_EQ(
      *by_key,
      uuid_of(2) +
          "  Order_Placed__e  key SO-2\n"
          "published 31.040s  delivered 2m04.160s at payments\n"
          "hop  parent  start_s  took_ms  stage    target      operation         attempt  outcome  status  "
          "fault         error\n"
          "---  ------  -------  -------  -------  ----------  ----------------  -------  -------  ------  "
          "------------  -------------------\n"
          "  5          31.040   93120.0  relay    relay                               1  ok\n"
          "  6       5  31.040   93120.0  invoke   ingest                              1  ok\n"
          "  7       6  31.040   93120.0  compute  middleware  POST /v1/events         1  ok\n"
          "  8       7  62.040   40.0     api      payments    POST /v1/charges        1  failed      503  "
          "payments_503  Service Unavailable\n"
          "  9       7  93.080   40.0     api      payments    POST /v1/charges        2  failed      503  "
          "payments_503  Service Unavailable\n"
          " 10       7  124.120  40.0     api      payments    POST /v1/charges        3  ok          201\n");
  EXPECT_EQ(event_details(*played.file, uuid_of(2)).value_or(""), *by_key);
  const std::string all = event_details(*played.file, "0b8a1c1e").value_or("");
  for (const char* key : {"key SO-1\n", "key SO-2\n", "key SO-3\n"})
    EXPECT_NE(all.find(key), std::string::npos) << all;
  const auto none = event_details(*played.file, "SO-9");
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, kernel::ErrorCode::NotFound);
}

TEST(Formats, JunitIsWellFormedAndEscaped) {
  Played played{broken_checks(), "failed"};
  played.run.digest = "d1";
  played.run.checks[0].found += std::string("\x01\xFF");
  EXPECT_EQ(
      write_report(Format::Junit, std::vector{played.run}),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"relayrig\" tests=\"2\" failures=\"2\" errors=\"0\" skipped=\"0\" time=\"0.410\">\n"
      "  <testsuite name=\"a_short_outage\" tests=\"2\" failures=\"2\" errors=\"0\" skipped=\"0\" "
      "time=\"0.410\" file=\"scenarios/a_short_outage.yaml\">\n"
      "    <properties>\n"
      "      <property name=\"seed\" value=\"7\"/>\n"
      "      <property name=\"clock\" value=\"virtual\"/>\n"
      "      <property name=\"digest\" value=\"d1\"/>\n"
      "      <property name=\"version\" value=\"0.1.0\"/>\n"
      "      <property name=\"run_file\" value=\"RUN\"/>\n"
      "    </properties>\n"
      "    <testcase classname=\"a_short_outage\" name=\"invariant effect_once\" "
      "file=\"scenarios/a_short_outage.yaml\" time=\"0\">\n"
      "      <failure message=\"expected 1 charge, found 2 &lt;charges&gt; &amp; "
      "&quot;more&quot;\uFFFD\uFFFD\" type=\"invariant\">"
      "expected  1 charge&#10;found     2 &lt;charges&gt; &amp; &quot;more&quot;\uFFFD\uFFFD&#10;"
      "reproduce relayrig run scenarios/a_short_outage.yaml --seed 7&#10;</failure>\n"
      "    </testcase>\n"
      "    <testcase classname=\"a_short_outage\" name=\"expectation every event ends within 1m\" "
      "file=\"scenarios/a_short_outage.yaml\" line=\"23\" time=\"0\">\n"
      "      <failure message=\"expected 3 within 1m, found 2 within 1m\" type=\"expectation\">"
      "expected  3 within 1m&#10;found     2 within 1m&#10;event     "
      "0b8a1c1e-0000-4000-8000-000000000002&#10;"
      "reproduce relayrig run scenarios/a_short_outage.yaml --seed 7&#10;</failure>\n"
      "    </testcase>\n"
      "  </testsuite>\n"
      "</testsuites>\n");
}

TEST(Formats, JunitHasACaseForARunThatHasNoChecks) {
  const Played passed{{}, "passed", false};
  const Played stopped{{}, "interrupted", false};
  const std::string text = write_report(Format::Junit, std::vector{passed.run, stopped.run});
  EXPECT_NE(text.find("<testsuites name=\"relayrig\" tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"0\""),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("name=\"run\" file=\"scenarios/a_short_outage.yaml\" time=\"0\"/>"), std::string::npos)
      << text;
  EXPECT_NE(text.find("<error message=\"the run is interrupted\""), std::string::npos) << text;
}

TEST(Formats, TapNumbersItsLinesAndExplainsFailures) {
  const Played passed{passing_checks(), "passed"};
  const Played failed{broken_checks(), "failed"};
  const std::string text = write_report(Format::Tap, std::vector{passed.run, failed.run});
  EXPECT_TRUE(
      text.starts_with("TAP version 14\n1..6\nok 1 - a_short_outage seed 7: invariant nothing_lost\n"))
      << text;
  EXPECT_NE(text.find("ok 3 - a_short_outage seed 7: invariant no_secret_leaks # SKIP switched off\n"),
            std::string::npos);
  EXPECT_NE(
      text.find("not ok 5 - a_short_outage seed 7: invariant effect_once\n  ---\n  expected: \"1 charge\"\n"),
      std::string::npos);
}

TEST(Formats, GithubAnnotatesTheLineOfTheScenario) {
  const Played failed{broken_checks(), "failed"};
  const std::string text = write_report(Format::Github, std::vector{failed.run});
  EXPECT_NE(text.find("::error file=scenarios/a_short_outage.yaml,line=23,title=a_short_outage seed 7%3A "
                      "every event ends within 1m::"
                      "expected 3 within 1m%0Afound 2 within 1m%0Areproduce: relayrig run "
                      "scenarios/a_short_outage.yaml --seed 7\n"),
            std::string::npos)
      << text;
  const Played passed{passing_checks(), "passed"};
  EXPECT_EQ(write_report(Format::Github, std::vector{passed.run}), "");
}

TEST(Formats, JsonAndNdjsonCarryTheSameRuns) {
  const Played passed{passing_checks(), "passed"};
  const Played failed{broken_checks(), "failed"};
  const std::vector runs{passed.run, failed.run};
  const auto array = nlohmann::json::parse(write_report(Format::Json, runs));
  const std::string lines = write_report(Format::Ndjson, runs);
  EXPECT_EQ(std::ranges::count(lines, '\n'), 2);
  EXPECT_EQ(nlohmann::json::parse(lines.substr(0, lines.find('\n'))), array[0]);
  EXPECT_EQ(array[0]["events"]["delivered"], 3);
  EXPECT_EQ(array[0]["calls"]["payments"], 5);
  EXPECT_EQ(array[1]["checks"][1]["place"], "scenarios/a_short_outage.yaml:23");
  EXPECT_EQ(nlohmann::json::parse(write_report(Format::Json, {})).size(), 0U);
}

TEST(Formats, AreFoundByName) {
  EXPECT_EQ(parse_format("junit").value_or(Format::Pretty), Format::Junit);
  EXPECT_EQ(parse_format("xml").error().message,
            "'xml' is not a format (pretty, json, ndjson, junit, tap, github)");
}

TEST(Formats, PlacesComeApart) {
  struct Case {
    const char* place;
    const char* file;
    int line;
  };
  const Case cases[] = {{"a.yaml:3", "a.yaml", 3},
                        {"a.yaml:3:14", "a.yaml", 3},
                        {"a.yaml", "a.yaml", 0},
                        {"c:/a b.yaml:7", "c:/a b.yaml", 7},
                        {"", "", 0}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.place);
    EXPECT_EQ(parse_place(c.place).file, c.file);
    EXPECT_EQ(parse_place(c.place).line, c.line);
  }
}

TEST(TableText, PrintsInEveryFormat) {
  const hoplog::Table table{
      .columns = {"name", "n"},
      .rows = {{"größe, \"x\"", std::int64_t{7}}, {std::monostate{}, 2.5}, {"a\nb\xFF", std::int64_t{-1}}}};
  EXPECT_EQ(table_text(table, TableFormat::Text),
            "name          n\n"
            "----------  ---\n"
            "größe, \"x\"    7\n"
            "            2.5\n"
            "a b\uFFFD         -1\n");
  EXPECT_EQ(table_text(table, TableFormat::Ndjson),
            "{\"name\":\"größe, "
            "\\\"x\\\"\",\"n\":7}\n{\"name\":null,\"n\":2.5}\n{\"name\":\"a\\nb\uFFFD\",\"n\":-1}\n");
  EXPECT_EQ(nlohmann::json::parse(table_text(table, TableFormat::Json)).size(), 3U);
  EXPECT_EQ(table_text(table, TableFormat::Csv),
            "name,n\r\n\"größe, \"\"x\"\"\",7\r\n,2.5\r\n\"a\nb\uFFFD\",-1\r\n");
  EXPECT_EQ(table_text({.columns = {"x"}, .rows = {}}, TableFormat::Json), "[]\n");
  EXPECT_FALSE(parse_table_format("xml").has_value());
}

TEST(Text, MomentsAndLines) {
  EXPECT_EQ(moment_text(40'000'000), "0.040s");
  EXPECT_EQ(moment_text(62'340'000'000), "1m02.340s");
  EXPECT_EQ(moment_text(3'723'004'000'000), "1h02m03.004s");
  EXPECT_EQ(one_line("größer als", 6), "größe…");
  EXPECT_EQ(clean_utf8("a\xC3(\xE2\x82\xAC\xED\xA0\x80"), "a\uFFFD(€\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace emulator::report
