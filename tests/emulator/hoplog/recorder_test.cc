#include "emulator/hoplog/recorder.h"

#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <map>

#include "tests/emulator/hoplog/recording.h"

namespace emulator::hoplog {
namespace {

using namespace std::chrono_literals;
using kernel::End;
using kernel::HopId;
using kernel::Outcome;
using kernel::Stage;

constexpr const char* kOne = "0b8a1c1e-0000-4000-8000-000000000001";
constexpr const char* kTwo = "0b8a1c1e-0000-4000-8000-000000000002";

kernel::PublishedEvent order(std::string_view uuid, std::int64_t replay_id = 1) {
  return {.uuid = uuid,
          .replay_id = replay_id,
          .channel = "/event/Order_Placed__e",
          .kind = "Order_Placed__e",
          .ordering_key = "SO-1",
          .payload = R"({"Amount__c":12})"};
}

/// One event through three hops, the last of which fails by a fault and is tried again.
void play(Recording& r) {
  Recorder& to = *r.recorder;
  to.published(order(kOne, 41));
  const HopId relay = to.open({.stage = Stage::Relay, .event = kOne, .from = "Orders__chn", .to = "relay"});
  r.advance(20ms);
  const HopId compute = to.open({.stage = Stage::Compute,
                                 .event = kOne,
                                 .parent = relay,
                                 .from = "ingest",
                                 .to = "middleware",
                                 .operation = "POST /v1/orders"});
  for (int attempt = 1; attempt <= 2; ++attempt) {
    const HopId api = to.open({.stage = Stage::Api,
                               .event = kOne,
                               .parent = compute,
                               .from = "middleware",
                               .to = "payments",
                               .operation = "POST /v1/charges",
                               .attempt = attempt});
    to.fault({.rule = "payments_503",
              .target = "payments",
              .key = "SO-1",
              .n = static_cast<std::uint64_t>(attempt),
              .draw = 0.25,
              .threshold = 0.5,
              .fired = attempt == 1,
              .hop = api});
    r.advance(40ms);
    if (attempt == 1) to.close(api, {.outcome = Outcome::Failed, .status = 503, .error = "unavailable"});
    if (attempt == 2)
      to.effect({.api = "payments", .operation = "charge", .business_key = "SO-1", .event = kOne});
    if (attempt == 2)
      to.close(api, {.outcome = Outcome::Ok,
                     .status = 201,
                     .bytes_sent = 90,
                     .bytes_received = 31,
                     .request = R"({"amount":12})",
                     .response = R"({"id":"ch_1"})"});
  }
  to.transition({.kind = "breaker",
                 .subject = "payments",
                 .owner = "instance 1",
                 .from = "closed",
                 .to = "open",
                 .why = "1 of 2"});
  to.log({.level = kernel::LogLevel::Warn,
          .source = "middleware",
          .message = "slow",
          .event = kOne,
          .fields = R"({"ms":40})"});
  to.metric(
      {.name = "Invocations", .value = 1.5, .unit = "Count", .dimensions = R"({"FunctionName":"ingest"})"});
  to.close(compute, {.outcome = Outcome::Ok, .status = 200});
  to.close(relay, {.outcome = Outcome::Ok});
  to.ended(kOne, End::Delivered, "shipping");
}

TEST(Recorder, WritesEveryRowAsItWasTold) {
  Recording r;
  play(r);
  const auto file = r.finished();
  EXPECT_EQ(
      answer(*file,
             "SELECT scenario, file, text, seed, clock, verdict, version, wall_start, virtual_ns, real_ms, "
             "length(digest) FROM runs"),
      "a_short_outage|scenarios/a_short_outage.yaml|name: a_short_outage\n|7|virtual|passed|0.1.0|"
      "2026-01-05T09:00:00.000Z|100000000|410|64\n");
  EXPECT_EQ(
      answer(
          *file,
          "SELECT id, event, parent, stage, source, target, operation, attempt, start_ns, end_ns, outcome, "
          "status, error, bytes_sent, bytes_received, request, response, fault FROM hops ORDER BY id"),
      "1|1||relay|Orders__chn|relay||1|0|100000000|ok|0||0|0|||\n"
      "2|1|1|compute|ingest|middleware|POST /v1/orders|1|20000000|100000000|ok|200||0|0|||\n"
      "3|1|2|api|middleware|payments|POST "
      "/v1/charges|1|20000000|60000000|failed|503|unavailable|0|0|||payments_503\n"
      "4|1|2|api|middleware|payments|POST /v1/charges|2|60000000|100000000|ok|201||90|31|{\"amount\":12}|"
      "{\"id\":\"ch_1\"}|\n");
  EXPECT_EQ(answer(*file, "SELECT * FROM events"),
            std::string("1|") + kOne +
                "|41|/event/"
                "Order_Placed__e|Order_Placed__e|SO-1|{\"Amount__c\":12}|0|delivered|100000000|shipping|1\n");
  EXPECT_EQ(answer(*file, "SELECT * FROM faults"),
            "1|20000000|payments_503|payments|SO-1|1|0.25|0.5|1|3\n2|60000000|payments_503|payments|SO-1|2|0."
            "25|0.5|0|4\n");
  EXPECT_EQ(answer(*file, "SELECT * FROM effects"), "payments|charge|SO-1|1|1|100000000|100000000\n");
  EXPECT_EQ(answer(*file, "SELECT * FROM transitions"),
            "1|100000000|breaker|payments|instance 1|closed|open|1 of 2\n");
  EXPECT_EQ(answer(*file, "SELECT * FROM logs"), "1|100000000|WARN|middleware|slow|1|{\"ms\":40}\n");
  EXPECT_EQ(answer(*file, "SELECT * FROM metrics"),
            "1|100000000|Invocations|1.5|Count|{\"FunctionName\":\"ingest\"}\n");
  EXPECT_EQ(answer(*file, "SELECT count(*) FROM late_facts"), "0\n");
}

TEST(Recorder, LeavesOneTidyFile) {
  Recording r;
  play(r);
  r.finished();
  EXPECT_TRUE(std::filesystem::exists(r.path));
  EXPECT_FALSE(std::filesystem::exists(r.path + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(r.path + "-shm"));
}

TEST(Recorder, ItsViewsAnswerTheUsualQuestions) {
  Recording r;
  play(r);
  r.advance(1s);
  r.recorder->transition(
      {.kind = "breaker", .subject = "payments", .owner = "instance 1", .from = "open", .to = "closed"});
  const auto file = r.finished();
  EXPECT_EQ(answer(*file, "SELECT * FROM attempts_by_layer"),
            "relay|relay|1|1|1|1|0\ncompute|middleware|1|1|1|1|0\napi|payments|2|1|2|2|0\n");
  EXPECT_EQ(answer(*file, "SELECT breaker, owner, state, from_s, until_s, seconds FROM breaker_timeline"),
            "payments|instance 1|closed|0|0.1|0.1\npayments|instance 1|open|0.1|1.1|1\npayments|instance "
            "1|closed|1.1|1.1|0\n");
  EXPECT_EQ(answer(*file,
                   "SELECT ordering_key, hop, stage, target, attempt, start_s, end_s, outcome, fault FROM "
                   "event_timeline"),
            "SO-1|1|relay|relay|1|0|0.1|ok|\nSO-1|2|compute|middleware|1|0.02|0.1|ok|\n"
            "SO-1|3|api|payments|1|0.02|0.06|failed|payments_503\nSO-1|4|api|payments|2|0.06|0.1|ok|\n");
  EXPECT_EQ(answer(*file, "SELECT trace, span, parent_span FROM spans WHERE id = 3"),
            "0b8a1c1e000040008000000000000001|0000000000000003|0000000000000002\n");
}

TEST(Recorder, ASealedRunCountsItsLayersAsTheViewOfAKilledOneDoes) {
  const auto layers = [](bool is_sealed) {
    Recording r;
    for (const char* uuid : {kOne, kTwo}) r.recorder->published(order(uuid));
    const auto hop = [&](Stage stage, const char* event, const char* to, Outcome outcome) {
      r.recorder->close(r.recorder->open({.stage = stage, .event = event, .to = to}), {.outcome = outcome});
    };
    for (int i = 0; i < 3; ++i) hop(Stage::Api, kOne, "erp", Outcome::Failed);
    hop(Stage::Api, kTwo, "erp", Outcome::Open);
    hop(Stage::Api, kTwo, "erp", Outcome::Ok);
    hop(Stage::Api, kOne, "erp", Outcome::Ok);
    hop(Stage::Api, kTwo, "payments", Outcome::Open);
    hop(Stage::Compute, "", "middleware", Outcome::Ok);
    hop(Stage::Step, kOne, "", Outcome::Ok);
    if (is_sealed) return answer(*r.finished(), "SELECT * FROM attempts_by_layer");
    r.recorder.reset();
    return answer(**RunFile::open(r.path), "SELECT * FROM attempts_by_layer");
  };
  EXPECT_EQ(layers(true),
            "compute|middleware|1|0|||0\nstep||1|1|1|1|0\napi|erp|5|2|2.5|4|1\napi|payments|0|0|||1\n");
  EXPECT_EQ(layers(false), layers(true));
}

TEST(Recorder, TheDigestDoesNotDependOnTheSizeOfBatches) {
  std::map<std::string, std::string> digests;
  std::map<std::string, std::string> rows;
  for (const std::size_t size : {1U, 2U, 7U, 1000U}) {
    Recording r{{.batch_rows = size}};
    for (int i = 0; i < 20; ++i) play(r);
    const auto file = r.finished();
    digests[r.digest] += std::to_string(size) + " ";
    rows[answer(*file, "SELECT * FROM hops") + answer(*file, "SELECT * FROM executions") +
         answer(*file, "SELECT * FROM logs")] += "x";
  }
  EXPECT_EQ(digests.size(), 1U);
  EXPECT_EQ(rows.size(), 1U);
}

TEST(Recorder, TheDigestSeesOneByte) {
  const auto digest_of = [](std::string_view response, kernel::Duration wait, std::string_view message,
                            End end) {
    Recording r;
    r.recorder->published(order(kOne));
    const HopId hop = r.recorder->open({.stage = Stage::Api, .event = kOne, .to = "payments"});
    r.advance(wait);
    r.recorder->close(hop, {.response = response});
    r.recorder->log({.source = "test", .message = message});
    r.recorder->ended(kOne, end, "payments");
    r.finished();
    return r.digest;
  };
  const std::string digest = digest_of("abc", 5ms, "hello", End::Delivered);
  EXPECT_EQ(digest_of("abc", 5ms, "hello", End::Delivered), digest);
  EXPECT_NE(digest_of("abd", 5ms, "hello", End::Delivered), digest);
  EXPECT_NE(digest_of("abc", 5ms + 1ns, "hello", End::Delivered), digest);
  EXPECT_NE(digest_of("abc", 5ms, "hello", End::Expired), digest);
  // Log lines may come from other programs: they are no part of what must repeat.
  EXPECT_EQ(digest_of("abc", 5ms, "good bye", End::Delivered), digest);
}

TEST(Recorder, TheWorstEndOfSeveralBranchesCounts) {
  struct Case {
    const char* name;
    std::vector<std::pair<End, const char*>> ends;
    const char* end;
  };
  const Case cases[] = {
      {"one branch", {{End::Delivered, "a"}}, "delivered|a|1"},
      {"worse later", {{End::Delivered, "a"}, {End::DeadLettered, "b"}}, "dead_lettered|b|1"},
      {"worse earlier", {{End::Expired, "a"}, {End::Delivered, "b"}}, "expired|a|1"},
      {"filtered only if nothing else",
       {{End::Filtered, "a"}, {End::Delivered, "b"}, {End::Filtered, "c"}},
       "delivered|b|1"},
      {"all filtered", {{End::Filtered, "a"}, {End::Filtered, "b"}}, "filtered|a|1"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Recording r;
    r.recorder->published(order(kOne));
    r.recorder->branched(kOne, static_cast<int>(c.ends.size()) - 1);
    for (const auto& [end, where] : c.ends) {
      EXPECT_FALSE(r.recorder->all_ended());
      r.recorder->ended(kOne, end, where);
    }
    EXPECT_TRUE(r.recorder->all_ended());
    EXPECT_EQ(answer(*r.finished(), "SELECT \"end\", ended_where, ends FROM events"),
              std::string(c.end) + "\n");
  }
}

TEST(Recorder, ASecondEndIsSeen) {
  Recording r;
  r.recorder->published(order(kOne));
  r.recorder->published(order(kTwo));
  r.recorder->ended(kOne, End::Delivered, "erp");
  r.recorder->ended(kOne, End::DeadLettered, "orders-dlq");
  r.recorder->ended(kTwo, End::Delivered, "erp");
  EXPECT_EQ(r.recorder->counts().ended_again, 1U);
  const auto file = r.finished();
  EXPECT_EQ(answer(*file, "SELECT \"end\", ended_where, ends FROM events"),
            "delivered|erp|2\ndelivered|erp|1\n");
  EXPECT_EQ(answer(*file, "SELECT message, event FROM logs"),
            "the event ended once more: dead_lettered at orders-dlq|1\n");
}

TEST(Recorder, ADuplicateAfterTheEndIsNoSecondEnd) {
  Recording r;
  r.recorder->published(order(kOne));
  r.recorder->ended(kOne, End::Delivered, "erp");
  r.advance(1s);
  r.recorder->branched(kOne, 1);
  EXPECT_FALSE(r.recorder->all_ended());
  r.recorder->ended(kOne, End::DeadLettered, "dlq");
  EXPECT_EQ(r.recorder->counts().of(End::Delivered), 0U);
  EXPECT_EQ(r.recorder->counts().of(End::DeadLettered), 1U);
  EXPECT_EQ(answer(*r.finished(), "SELECT \"end\", ended_ns, ended_where, ends FROM events"),
            "dead_lettered|1000000000|dlq|1\n");
}

TEST(Recorder, AnEventInFlightAtTheEndIsLostAndAnOpenHopHasNoEnd) {
  Recording r;
  r.recorder->published(order(kOne));
  const HopId hop = r.recorder->open({.stage = Stage::Queue, .event = kOne, .to = "orders"});
  r.advance(3s);
  const auto file = r.finished("failed");
  EXPECT_EQ(answer(*file, "SELECT \"end\", ended_ns, ended_where FROM events"),
            "lost|3000000000|in flight at the end of the run\n");
  EXPECT_EQ(answer(*file, "SELECT id, end_ns, outcome FROM hops"), "1||\n");
  EXPECT_EQ(r.recorder->counts().of(End::Lost), 1U);
  r.recorder->close(hop, {.outcome = Outcome::Cancelled});  // a flow that goes late does no harm
}

TEST(Recorder, RefusedAndRepeatedPublications) {
  Recording r;
  std::string seen;
  r.recorder->on_event_end([&](std::string_view uuid, End end) {
    seen += std::string(uuid.substr(35)) + " " + std::string(to_text(end)) + "; ";
  });
  r.recorder->published(order(kOne));
  r.recorder->published(order(kOne));
  r.recorder->rejected(order(kTwo), "salesforce");
  r.recorder->ended(kOne, End::Filtered, "bus");
  EXPECT_EQ(seen, "2 rejected; 1 filtered; ");
  EXPECT_EQ(r.recorder->counts().published, 2U);
  EXPECT_EQ(answer(*r.finished(), "SELECT id, \"end\", ended_where FROM events"),
            "1|filtered|bus\n2|rejected|salesforce\n");
}

TEST(Recorder, AnEventThatWasForgottenIsFoundInTheFile) {
  Recording r;
  r.recorder->published(order(kOne));
  r.recorder->ended(kOne, End::Delivered, "erp");
  for (std::size_t i = 0; i <= KnownEvents::kEndedMax; ++i) {
    const std::string uuid = "event " + std::to_string(i);
    r.recorder->published(order(uuid));
    r.recorder->ended(uuid, End::Delivered, "erp");
  }
  const HopId late = r.recorder->open({.stage = Stage::Api, .event = kOne, .to = "payments"});
  r.recorder->close(late, {});
  r.recorder->fault({.rule = "after", .target = "payments", .fired = true, .hop = late});
  r.recorder->effect({.api = "payments", .operation = "charge", .business_key = "SO-1", .event = kOne});
  r.recorder->branched(kOne, 1);
  r.recorder->ended(kOne, End::Delivered, "erp");
  r.recorder->ended(kOne, End::Delivered, "erp");
  r.recorder->open({.stage = Stage::Api, .event = "never published", .to = "payments"});
  const auto file = r.finished();
  EXPECT_EQ(answer(*file, "SELECT event, fault FROM hops ORDER BY id"), "1|after\n|\n");
  EXPECT_EQ(answer(*file, "SELECT event, times FROM effects"), "1|1\n");
  EXPECT_EQ(answer(*file, "SELECT id, ends FROM events WHERE ends <> 1"), "1|2\n");
  EXPECT_EQ(answer(*file, "SELECT fact, row, uuid FROM late_facts"), "hop_of_event|2|never published\n");
}

TEST(Recorder, WhatATraceCallsByAnotherIdBelongsToTheEventOfItsCause) {
  Recording r;
  r.recorder->published(order(kOne));
  const HopId invoke = r.recorder->open({.stage = Stage::Invoke, .event = kOne, .to = "ingest"});
  const HopId call =
      r.recorder->open({.stage = Stage::Api, .event = "its own id", .parent = invoke, .to = "erp"});
  r.recorder->close(call, {});
  r.recorder->close(invoke, {});
  r.recorder->open({.stage = Stage::Api, .event = "its own id", .parent = invoke, .to = "erp"});
  r.recorder->ended(kOne, End::Delivered, "erp");
  const auto file = r.finished();
  EXPECT_EQ(answer(*file, "SELECT target, event FROM hops ORDER BY id"), "ingest|1\nerp|1\nerp|\n")
      << "a cause that is over is not asked";
}

TEST(Recorder, EffectsCountByBusinessKey) {
  Recording r;
  for (const char* key : {"SO-1", "SO-2", "SO-1"}) {
    r.advance(1s);
    r.recorder->effect({.api = "payments", .operation = "charge", .business_key = key});
  }
  EXPECT_EQ(answer(*r.finished(), "SELECT business_key, times, first_ns, last_ns FROM effects"),
            "SO-1|2|1000000000|3000000000\nSO-2|1|2000000000|2000000000\n");
}

TEST(Recorder, LongBodiesAreCutBetweenCharacters) {
  struct Case {
    const char* name;
    std::string body;
    std::string recorded;
  };
  const Case cases[] = {
      {"fits", "12345678", "12345678"},
      {"cut", "1234567890", "12345678… [+2 bytes]"},
      {"not within a character", "1234567ü90", "1234567… [+4 bytes]"},
      {"nor within one of four bytes", "12345😀90", "12345… [+6 bytes]"},
      {"bytes that are no text", std::string(12, '\x80'), std::string(8, '\x80') + "… [+4 bytes]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Recording r{{.body_bytes_max = 8}};
    r.recorder->close(r.recorder->open({.stage = Stage::Api}), {.request = c.body, .response = c.body});
    EXPECT_EQ(answer(*r.finished(), "SELECT request, response FROM hops"),
              c.recorded + "|" + c.recorded + "\n");
  }
}

TEST(Recorder, OperationsThatNeverRepeatAreRecordedToo) {
  Recording r;
  for (int i = 0; i < 5000; ++i) {
    const HopId hop =
        r.recorder->open({.stage = Stage::Api, .to = "erp", .operation = "GET /orders/" + std::to_string(i)});
    r.recorder->close(hop, {});
  }
  const HopId hop = r.recorder->open({.stage = Stage::Api, .operation = std::string(300, 'x')});
  r.recorder->close(hop, {});
  EXPECT_EQ(answer(*r.finished(),
                   "SELECT count(DISTINCT operation), max(length(operation)), sum(operation = 'GET /orders/' "
                   "|| (id - 1)) FROM hops"),
            "5001|300|5000\n");
}

TEST(Recorder, ThousandsOfHopsMayBeOpenInAnyOrder) {
  Recording r;
  std::vector<HopId> open;
  for (int i = 0; i < 3000; ++i) open.push_back(r.recorder->open({.stage = Stage::Step, .attempt = i}));
  for (std::size_t i = 0; i < open.size(); ++i)
    r.recorder->close(open[i * 7 % 3000], {.status = static_cast<int>(open[i * 7 % 3000])});
  EXPECT_EQ(r.recorder->hops_open(), 0U);
  EXPECT_EQ(answer(*r.finished(),
                   "SELECT count(*), min(id), max(id), sum(id = status), sum(attempt = id - 1) FROM hops"),
            "3000|1|3000|3000|3000\n");
}

TEST(Recorder, AKilledRunIsReadableAndSaysInterrupted) {
  TempDir folder;
  const std::string path = folder / "killed.rrun.db";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    sim::VirtualScheduler scheduler{kernel::WallTime{}};
    kernel::InlineWorker worker;
    auto recorder = Recorder::open(scheduler, worker, {.path = path, .run = a_start()});
    if (!recorder) _exit(1);
    (*recorder)->published(order(kOne));
    (*recorder)->close((*recorder)->open({.stage = Stage::Relay, .event = kOne, .to = "relay"}), {});
    (*recorder)->flush();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto file = RunFile::open(path);
  ASSERT_TRUE(file.has_value()) << file.error().text();
  EXPECT_EQ(answer(**file, "SELECT verdict FROM runs"), "interrupted\n");
  EXPECT_EQ(answer(**file, "SELECT e.uuid, e.\"end\", h.stage FROM events e JOIN hops h ON h.event = e.id"),
            std::string(kOne) + "||relay\n");
  EXPECT_EQ(answer(**file, "SELECT target, hops FROM attempts_by_layer"), "relay|1\n");
}

TEST(Recorder, ARunThatIsNotClosedIsInterruptedAndKeepsItsRows) {
  Recording r;
  play(r);
  r.recorder.reset();
  const auto file = RunFile::open(r.path);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(answer(**file, "SELECT (SELECT verdict FROM runs), count(*) FROM hops"), "interrupted|4\n");
}

TEST(Recorder, ReadersMayFollowAFileThatGrows) {
  Recording r{{.read_while_recording = true}};
  play(r);
  r.recorder->flush();
  const auto file = RunFile::open(r.path);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(answer(**file, "SELECT count(*) FROM hops"), "4\n");
  play(r);
  r.recorder->flush();
  EXPECT_EQ(answer(**file, "SELECT count(*) FROM hops"), "8\n");
}

TEST(Recorder, ReplacesARunFileAndNothingElse) {
  TempDir folder;
  const std::string path = folder / "sub/run.rrun.db";
  for (int i = 0; i < 2; ++i) {
    Recording r{{.path = path}};
    play(r);
    EXPECT_EQ(answer(*r.finished(), "SELECT count(*) FROM hops"), "4\n");
  }
  const std::string notes = folder / "notes.txt";
  std::ofstream(notes) << "keep me";
  sim::VirtualScheduler scheduler{kernel::WallTime{}};
  kernel::InlineWorker worker;
  const auto refused = Recorder::open(scheduler, worker, {.path = notes, .run = {}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, kernel::ErrorCode::Invalid);
  EXPECT_EQ(std::filesystem::file_size(notes), 7U);
  const auto no_folder = Recorder::open(scheduler, worker, {.path = notes + "/run.db", .run = {}});
  ASSERT_FALSE(no_folder.has_value());
  EXPECT_EQ(no_folder.error().code, kernel::ErrorCode::Infrastructure);
}

TEST(Recorder, ChecksAreMadeOnTheSealedFile) {
  Recording r;
  play(r);
  ASSERT_TRUE(r.recorder->seal().has_value());
  EXPECT_EQ(
      r.recorder->file().integer("SELECT count(*) FROM hops WHERE target = ?", {"payments"}).value_or(-1), 2);
  EXPECT_TRUE(r.recorder
                  ->add_check({.name = "nothing_lost",
                               .kind = "invariant",
                               .verdict = "passed",
                               .expected = "0 lost",
                               .found = "0 lost"})
                  .has_value());
  EXPECT_TRUE(r.recorder
                  ->add_check({.name = "hops",
                               .kind = "expectation",
                               .verdict = "failed",
                               .expected = "at most 1",
                               .found = "2",
                               .example_event = kOne,
                               .example_hop = 4,
                               .place = "a.yaml:3"})
                  .has_value());
  ASSERT_TRUE(r.recorder->close({.verdict = "failed"}).has_value());
  const auto file = RunFile::open(r.path);
  EXPECT_EQ(answer(**file, "SELECT * FROM checks"),
            "1|invariant|nothing_lost|passed|0 lost|0 lost|||\n2|expectation|hops|failed|at most 1|2|" +
                std::string(kOne) + "|4|a.yaml:3\n");
}

}  // namespace
}  // namespace emulator::hoplog
