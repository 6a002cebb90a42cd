#include "emulator/runner/judge/judge.h"

#include <algorithm>
#include <functional>

#include "emulator/runner/judge/difference.h"
#include "tests/emulator/hoplog/recording.h"

namespace emulator::judge {
namespace {

using namespace std::chrono_literals;
using hoplog::CheckRow;
using hoplog::Recording;
using kernel::End;
using kernel::HopId;
using kernel::Outcome;
using kernel::Stage;

std::string uuid_of(int number) { return "0b8a1c1e-0000-4000-8000-00000000000" + std::to_string(number); }

/// Writes a run down in few words.
class Story {
 public:
  explicit Story(Recording& recording) : r_(recording) {}

  void wait(kernel::Duration time) { r_.advance(time); }
  void publish(int number, const std::string& kind = "Order__e") {
    r_.recorder->published({.uuid = uuid_of(number),
                            .replay_id = number,
                            .kind = kind,
                            .ordering_key = "SO-" + std::to_string(number)});
  }
  void end(int number, End end = End::Delivered, const std::string& where = "lambda") {
    r_.recorder->ended(uuid_of(number), end, where);
  }
  /// A hop that takes no time, of event `number` (0: of none).
  HopId hop(Stage stage, int number, const std::string& to, const kernel::HopEnd& end = {}, HopId parent = 0,
            int attempt = 1, std::optional<kernel::Timestamp> deadline = {}) {
    const std::string uuid = number == 0 ? "" : uuid_of(number);
    return kernel::point_hop(*r_.recorder,
                             {.stage = stage,
                              .event = uuid,
                              .parent = parent,
                              .from = "middleware-1",
                              .to = to,
                              .operation = "charge",
                              .attempt = attempt,
                              .deadline = deadline},
                             end);
  }
  HopId topic_hop(int number, const std::string& from, const std::string& to, const std::string& operation,
                  int attempt = 1) {
    const std::string uuid = uuid_of(number);
    return kernel::point_hop(*r_.recorder,
                             {.stage = Stage::Topic,
                              .event = uuid,
                              .from = from,
                              .to = to,
                              .operation = operation,
                              .attempt = attempt},
                             {});
  }
  /// An event that reaches two functions through one topic, each invoked so often.
  void two_functions(int invocations) {
    publish(1);
    hop(Stage::Bus, 1, "orders");
    topic_hop(1, "bus", "orders", "Publish");
    for (const char* function : {"ingest", "audit"}) {
      topic_hop(1, "orders", function, "Notification");
      for (int i = 0; i < invocations; ++i) hop(Stage::Invoke, 1, function, {.outcome = Outcome::Failed});
    }
    end(1);
  }
  /// The queue `orders` hands a message out, and the function runs with it.
  void receive(int number, int attempt) {
    const auto point = [&](Stage stage, const char* operation, int nth, HopId parent) {
      return kernel::point_hop(*r_.recorder,
                               {.stage = stage,
                                .event = uuid_of(number),
                                .parent = parent,
                                .from = "orders",
                                .to = "ingest",
                                .operation = operation,
                                .attempt = nth},
                               {});
    };
    point(Stage::Invoke, "RequestResponse", 1, point(Stage::Queue, "ReceiveMessage", attempt, 0));
  }
  void effect(int number) {
    r_.recorder->effect({.api = "payments",
                         .operation = "charge",
                         .business_key = "SO-" + std::to_string(number),
                         .event = uuid_of(number)});
  }
  void alarm(const std::string& from, const std::string& to) {
    r_.recorder->transition({.kind = "alarm", .subject = "errors", .from = from, .to = to});
  }
  void breaker(const std::string& from, const std::string& to) {
    r_.recorder->transition(
        {.kind = "breaker", .subject = "payments", .owner = "middleware-1", .from = from, .to = to});
  }
  kernel::Timestamp now() const { return r_.scheduler.now(); }

 private:
  Recording& r_;
};

using Play = void (*)(Story&);

struct Judged {
  Judged(Play play, const Case& judged) {
    Story story(recording);
    play(story);
    file = recording.finished();
    checks = judge(judged, *file);
  }
  const CheckRow& check(const std::string& name) const {
    const auto found = std::ranges::find(checks, name, &CheckRow::name);
    if (found == checks.end()) throw std::runtime_error("no check " + name);
    return *found;
  }
  Recording recording;
  std::unique_ptr<hoplog::RunFile> file;
  std::vector<CheckRow> checks;
};

Case all_invariants() {
  return {.invariants = {.recovers_within = 1min, .calls_max = 5},
          .limits = {.apis = {{.name = "payments", .attempts_max = 2, .probes_max = 2}},
                     .subscriptions = {{"orders", "audit", 4}},
                     .queues = {{.name = "orders", .receives_max = 3}},
                     .invocations_max = 2,
                     .bus_attempts_max = 3},
          .place = "s.yaml:1",
          .last_fault = 10s};
}

/// Two events that go well, with a retry, an open breaker and its probes.
void quiet_day(Story& s) {
  s.publish(1);
  s.hop(Stage::Bus, 1, "ingest");
  s.hop(Stage::Invoke, 1, "ingest", {.outcome = Outcome::Throttled});
  s.hop(Stage::Invoke, 1, "ingest");
  const HopId step = s.hop(Stage::Step, 1, "payments");
  s.hop(Stage::Api, 1, "payments", {.outcome = Outcome::Failed, .status = 503}, step, 1, s.now() + 1s);
  s.wait(1s);
  s.hop(Stage::Api, 1, "payments", {.status = 201}, step, 2, s.now());
  s.effect(1);
  s.end(1);
  s.wait(5s);
  s.breaker("closed", "open");
  s.wait(5s);
  s.breaker("open", "half_open");
  s.publish(2);
  const HopId probing = s.hop(Stage::Step, 2, "payments");
  s.hop(Stage::Api, 2, "payments", {.status = 201}, probing);
  s.effect(2);
  s.wait(1s);
  s.breaker("half_open", "closed");
  s.end(2);
}

TEST(Invariants, CountEveryCopyOfATopic) {
  Case judged = all_invariants();
  judged.invariants = {};
  const Judged run([](Story& s) { s.two_functions(2); }, judged);
  EXPECT_EQ(run.check("attempts_bounded").verdict, "passed") << run.check("attempts_bounded").found;
}

TEST(Invariants, HoldOnAQuietDay) {
  const Judged run(quiet_day, all_invariants());
  std::string names;
  for (const CheckRow& check : run.checks) {
    EXPECT_EQ(check.verdict, "passed") << check.name << ": " << check.found;
    EXPECT_EQ(check.found, "as expected") << check.name;
    EXPECT_EQ(check.kind, "invariant");
    EXPECT_EQ(check.place, "s.yaml:1");
    EXPECT_EQ(check.example_event, "");
    EXPECT_EQ(check.example_hop, 0U);
    names += check.name + " ";
  }
  EXPECT_EQ(names,
            "nothing_lost effect_once attempts_bounded breaker_honoured deadline_honoured no_secret_leaks "
            "recovers ");
}

TEST(Invariants, FailWithAnExample) {
  struct Broken {
    const char* name;
    const char* invariant;
    Play play;
    const char* found;
    int event;
    HopId hop;
  };
  const Broken cases[] = {
      {"an event without an end", "nothing_lost",
       [](Story& s) {
         s.publish(1);
         s.end(1);
         s.publish(2);
         s.hop(Stage::Relay, 2, "bus");
       },
       "1 violation: SO-2 was lost at in flight at the end of the run", 2, 1},
      {"an event that ends as lost", "nothing_lost",
       [](Story& s) {
         s.publish(1);
         s.end(1, End::Lost, "lambda");
       },
       "1 violation: SO-1 was lost at lambda", 1, 0},
      {"an event that ends twice", "nothing_lost",
       [](Story& s) {
         s.publish(1);
         s.hop(Stage::Relay, 1, "bus");
         s.hop(Stage::Invoke, 1, "ingest");
         s.end(1);
         s.end(1);
       },
       "1 violation: SO-1 ended 2 times", 1, 2},
      {"a charge made twice", "effect_once",
       [](Story& s) {
         s.publish(1);
         s.publish(2);
         s.hop(Stage::Api, 1, "payments");
         s.effect(1);
         s.wait(1s);
         s.effect(2);
         s.hop(Stage::Api, 1, "payments");
         s.effect(1);
         s.wait(1s);
         s.hop(Stage::Api, 1, "payments");
         s.effect(2);
         s.end(1);
         s.end(2);
       },
       "2 violations, the first: charge of SO-1 was executed 2 times by payments", 1, 2},
      {"three attempts in a step of two", "attempts_bounded",
       [](Story& s) {
         s.publish(1);
         const HopId step = s.hop(Stage::Step, 1, "payments");
         for (int attempt = 1; attempt <= 3; ++attempt) s.hop(Stage::Api, 1, "payments", {}, step, attempt);
         s.end(1);
       },
       "1 violation: charge made 3 attempts at payments, allowed 2", 1, 4},
      {"three invocations of one delivery", "attempts_bounded",
       [](Story& s) {
         s.publish(1);
         s.hop(Stage::Bus, 1, "ingest");
         for (int i = 0; i < 3; ++i) s.hop(Stage::Invoke, 1, "ingest", {.outcome = Outcome::Failed});
         s.end(1);
       },
       "1 violation: SO-1 was invoked 3 times, allowed 2 a delivery", 1, 4},
      {"three invocations of one copy", "attempts_bounded",
       [](Story& s) {
         s.two_functions(2);
         s.hop(Stage::Invoke, 1, "audit", {.outcome = Outcome::Failed});
       },
       "1 violation: SO-1 was invoked 5 times, allowed 2 a delivery", 1, 9},
      {"a topic that does not give up", "attempts_bounded",
       [](Story& s) {
         s.publish(1);
         s.topic_hop(1, "orders", "audit", "Notification", 4);
         s.topic_hop(1, "orders", "audit", "Notification", 5);
         s.end(1);
       },
       "1 violation: the topic tried audit 5 times, allowed 4", 1, 2},
      {"a queue that does not give up", "attempts_bounded",
       [](Story& s) {
         s.publish(1);
         s.receive(1, 4);
         s.end(1);
       },
       "1 violation: queue orders handed a message out for the 4th time", 1, 1},
      {"a bus that does not give up", "attempts_bounded",
       [](Story& s) {
         s.publish(1);
         s.hop(Stage::Bus, 1, "ingest", {.outcome = Outcome::Failed}, 0, 4);
         s.end(1);
       },
       "1 violation: the bus tried ingest 4 times, allowed 3", 1, 1},
      {"more calls than the scenario allows", "attempts_bounded",
       [](Story& s) {
         s.publish(1);
         for (int i = 0; i < 6; ++i) s.hop(Stage::Compute, 1, "middleware");
         s.end(1);
       },
       "1 violation: SO-1 caused 6 calls", 1, 6},
      {"a call while the breaker is open", "breaker_honoured",
       [](Story& s) {
         s.publish(1);
         s.breaker("closed", "open");
         s.wait(1500ms);
         s.hop(Stage::Api, 1, "payments");
         s.end(1);
       },
       "1 violation: a call to payments at 1.500 s, while its breaker was open", 1, 1},
      {"three probes of two", "breaker_honoured",
       [](Story& s) {
         s.publish(1);
         s.wait(2s);
         s.breaker("open", "half_open");
         for (int i = 0; i < 3; ++i) s.hop(Stage::Api, 1, "payments");
         s.wait(1s);
         s.breaker("half_open", "closed");
         for (int i = 0; i < 3; ++i) s.hop(Stage::Api, 1, "payments");
         s.end(1);
       },
       "1 violation: 3 probes of payments from 2.000 s on", 1, 3},
      {"an attempt after its deadline", "deadline_honoured",
       [](Story& s) {
         s.publish(1);
         const kernel::Timestamp deadline = s.now() + 1s;
         s.wait(1250ms);
         s.hop(Stage::Api, 1, "payments", {}, 0, 2, deadline);
         s.end(1);
       },
       "1 violation: attempt 2 at payments began 0.250 s after its deadline", 1, 1},
      {"a delivery too long after the last fault", "recovers",
       [](Story& s) {
         s.publish(1);
         s.wait(70s);
         s.publish(2);
         s.wait(1ns);
         s.end(1);
         s.end(2);
       },
       "1 violation: SO-1 was delivered at 70.000 s", 1, 0},
      {"a delivery too long after its own publishing", "recovers",
       [](Story& s) {
         s.wait(100s);
         s.publish(1);
         s.wait(61s);
         s.end(1);
       },
       "1 violation: SO-1 was delivered at 161.000 s", 1, 0},
      {"a dead letter is backlog", "recovers",
       [](Story& s) {
         s.publish(1);
         s.hop(Stage::Queue, 1, "dlq");
         s.end(1, End::DeadLettered, "lambda");
       },
       "1 violation: SO-1 ended dead_lettered", 1, 1},
  };
  for (const Broken& c : cases) {
    SCOPED_TRACE(c.name);
    const Judged run(c.play, all_invariants());
    const CheckRow& check = run.check(c.invariant);
    EXPECT_EQ(check.verdict, "failed");
    EXPECT_EQ(check.found, c.found);
    EXPECT_EQ(check.example_event, uuid_of(c.event));
    EXPECT_EQ(check.example_hop, c.hop);
  }
}

TEST(Invariants, AskNothingOfEventsThatNobodyWanted) {
  const Judged run(
      [](Story& s) {
        s.publish(1);
        s.end(1, End::Filtered, "bus");
      },
      all_invariants());
  for (const CheckRow& check : run.checks) EXPECT_EQ(check.verdict, "passed") << check.name;
}

TEST(Invariants, TwoDeliveriesMayBeInvokedTwiceAsOften) {
  const Judged run(
      [](Story& s) {
        s.publish(1);
        for (int i = 0; i < 2; ++i) s.hop(Stage::Bus, 1, "ingest");
        for (int i = 0; i < 4; ++i) s.hop(Stage::Invoke, 1, "ingest");
        s.end(1);
      },
      all_invariants());
  EXPECT_EQ(run.check("attempts_bounded").verdict, "passed") << run.check("attempts_bounded").found;
}

TEST(Invariants, CountInvocationsOfAQueueByItsReceives) {
  const Judged run(
      [](Story& s) {
        s.publish(1);
        s.hop(Stage::Bus, 1, "orders");
        for (int attempt = 1; attempt <= 3; ++attempt) s.receive(1, attempt);
        s.end(1);
      },
      all_invariants());
  EXPECT_EQ(run.check("attempts_bounded").verdict, "passed") << run.check("attempts_bounded").found;
}

TEST(Invariants, AreSwitchedOffWithAReasonAndStillSayWhatTheyFound) {
  Case judged = all_invariants();
  judged.invariants.off = {{"nothing_lost", "the relay is stopped for good"}, {"effect_once", "not asked"}};
  judged.invariants.recovers_within = std::nullopt;
  const Judged run([](Story& s) { s.publish(1); }, judged);
  EXPECT_EQ(run.check("nothing_lost").verdict, "off");
  EXPECT_EQ(run.check("nothing_lost").found,
            "switched off: the relay is stopped for good (failed: 1 violation: SO-1 was lost at in flight at "
            "the end of the run)");
  EXPECT_EQ(run.check("effect_once").found, "switched off: not asked (passed: as expected)");
  EXPECT_EQ(run.checks.size(), 6U) << "recovers is only asked for by name";
}

// Expectations: one run, and what is true and false of it.

void eventful_day(Story& s) {
  s.publish(1);                                                                   // at 0 s
  s.hop(Stage::Api, 1, "payments", {.outcome = Outcome::Failed, .status = 503});  // hop 1
  s.wait(10s);
  s.breaker("closed", "open");
  s.alarm("OK", "ALARM");
  s.publish(2, "Refund__e");
  s.hop(Stage::Queue, 2, "dlq", {.status = 200});  // hop 2
  s.end(2, End::DeadLettered, "lambda");
  s.wait(10s);
  s.breaker("open", "half_open");
  s.breaker("half_open", "closed");
  s.hop(Stage::Api, 1, "payments", {.status = 201}, 0, 2);  // hop 3
  s.end(1);
}

TEST(Expectations, AreComparedWithTheRun) {
  struct Row {
    const char* name;
    decltype(Expectation::what) what;
    const char* verdict;
    const char* expected;
    const char* found;
    int event = 0;
    HopId hop = 0;
  };
  const Bounds none{.equals = 0};
  const Row rows[] = {
      {"every of a kind", EveryEvent{"Order__e", "delivered", 20s}, "passed",
       "every Order__e delivered within 20s", "1 of 1"},
      {"too late", EveryEvent{"Order__e", "delivered", 19s}, "failed", "every Order__e delivered within 19s",
       "1 violation: SO-1 ended delivered at lambda after 20.000 s", 1, 3},
      {"another end", EveryEvent{"event", "delivered", {}}, "failed", "every event delivered",
       "1 violation: SO-2 ended dead_lettered at lambda after 0.000 s", 2, 2},
      {"published in a window", EveryEvent{"event", "delivered", {}, {.from = 0s, .until = 10s}}, "passed",
       "every event delivered", "1 of 1"},
      {"published in the other", EveryEvent{"event", "dead_lettered", {}, {.from = 10s, .until = 11s}},
       "passed", "every event dead_lettered", "1 of 1"},
      {"every of none", EveryEvent{"Other__e", "delivered", {}}, "failed", "every Other__e delivered",
       "no such event was published"},
      {"ends", EndCount{"dead_lettered", {.equals = 1}}, "passed", "1", "1"},
      {"other ends", EndCount{"delivered", {.at_most = 0}}, "failed", "at most 0", "1"},
      {"hops", HopCount{{{"stage", "api"}, {"target", "payments"}}, {}, {.at_most = 2, .at_least = 1}},
       "passed", "at least 1 and at most 2", "2"},
      {"too many hops", HopCount{{{"stage", "api"}}, {}, {.at_most = 1}}, "failed", "at most 1", "2", 1, 3},
      {"too few hops", HopCount{{{"outcome", "failed"}}, {}, {.at_least = 2}}, "failed", "at least 2", "1", 1,
       1},
      {"hops in a window", HopCount{{{"stage", "api"}}, {.from = 1s, .until = 20s}, none}, "passed", "0",
       "0"},
      {"the window's end is outside, its begin inside",
       HopCount{{{"stage", "queue"}}, {.from = 10s, .until = 20s}, {.equals = 1}}, "passed", "1", "1"},
      {"a quote is no SQL", HopCount{{{"operation", "it's"}}, {}, none}, "passed", "0", "0"},
      {"opens", BreakerChange{"payments", "open", 5s, 5s}, "passed", "payments open between 5s and 10s",
       "at 10s"},
      {"opens too late", BreakerChange{"payments", "open", 5s, 4s}, "failed",
       "payments open between 5s and 9s", "at 10s"},
      {"closes", BreakerChange{"payments", "closed", 10s, 10s}, "passed",
       "payments closed between 10s and 20s", "at 20s"},
      {"never", BreakerChange{"erp", "open", 0s, 1min}, "failed", "erp open between 0s and 1m", "never"},
      {"openings", BreakerOpenings{"payments", {.equals = 1}}, "passed", "1", "1"},
      {"too many openings", BreakerOpenings{"payments", none}, "failed", "0", "1"},
      {"alarm", AlarmChange{"errors", "ALARM", {10s, 10s + 1ns}, {.at_least = 1}}, "passed",
       "errors goes ALARM at 10s, at least 1 times", "at 10s"},
      {"alarm a nanosecond early", AlarmChange{"errors", "ALARM", {10s - 1ns, 10s}, {.at_least = 1}},
       "failed", "errors goes ALARM at 9s999ms999us999ns, at least 1 times", "at 10s"},
      {"alarm in a while", AlarmChange{"errors", "ALARM", {5s, 20s + 1ns}, {.equals = 1}}, "passed",
       "errors goes ALARM from 5s on until 20s, 1 times", "at 10s"},
      {"no such change", AlarmChange{"errors", "OK", {}, {.equals = 0}}, "passed", "errors goes OK, 0 times",
       "never"},
      {"queue", QueueDepth{"dlq", {.equals = 1}}, "passed", "1", "1"},
      {"another queue", QueueDepth{"other", {.at_least = 1}}, "failed", "at least 1", "0"},
      {"sql", SqlNumber{"SELECT count(*) FROM hops", {.equals = 3}}, "passed", "3", "3"},
      {"other sql", SqlNumber{"SELECT count(*) FROM hops", {.equals = 4}}, "failed", "4", "3"},
  };
  const Judged run(eventful_day, all_invariants());
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const CheckRow check =
        judge_expectation({.place = "s.yaml:9:5", .name = row.name, .what = row.what}, *run.file);
    EXPECT_EQ(check.verdict, row.verdict);
    EXPECT_EQ(check.expected, row.expected);
    EXPECT_EQ(check.found, row.found);
    EXPECT_EQ(check.example_event, row.event == 0 ? "" : uuid_of(row.event));
    EXPECT_EQ(check.example_hop, row.hop);
    EXPECT_EQ(check.kind, "expectation");
    EXPECT_EQ(check.place, "s.yaml:9:5");
  }
}

TEST(Expectations, AQueryThatFailsIsAnErrorAndNoVerdict) {
  const Judged run(eventful_day, all_invariants());
  for (const auto& [sql, found] :
       {std::pair{"SELECT count(*) FROM hop", "no such table: hop"}, {"DELETE FROM hops", "would write"}}) {
    SCOPED_TRACE(sql);
    const CheckRow check =
        judge_expectation({.place = {}, .name = "sql", .what = SqlNumber{sql, {.equals = 0}}}, *run.file);
    EXPECT_EQ(check.verdict, "error");
    EXPECT_NE(check.found.find(found), std::string::npos) << check.found;
  }
}

TEST(Expectations, ComeBeforeTheInvariants) {
  Case judged = all_invariants();
  judged.expectations.push_back(
      {.place = {}, .name = "no events", .what = EndCount{"delivered", {.equals = 0}}});
  const Judged run([](Story&) {}, judged);
  ASSERT_EQ(run.checks.size(), 8U);
  EXPECT_EQ(run.checks.front().name, "no events");
}

TEST(FirstDifference, IsTheFirstHopThatIsNotTheSame) {
  const Judged one(eventful_day, all_invariants());
  const Judged same(eventful_day, all_invariants());
  const Judged late(
      [](Story& s) {
        s.publish(1);
        s.wait(1s);
        s.hop(Stage::Api, 1, "payments", {.outcome = Outcome::Failed, .status = 500});
      },
      all_invariants());
  EXPECT_FALSE(first_difference(*one.file, *same.file)->has_value());
  const auto timed = first_difference(*one.file, *late.file);
  ASSERT_TRUE(timed.has_value() && timed->has_value());
  EXPECT_EQ((*timed)->text, "hop 1 at 0.000 s: start_ns '0' here, '1000000000' there");
  const auto untimed = first_difference(*one.file, *late.file, false);
  ASSERT_TRUE(untimed.has_value() && untimed->has_value());
  EXPECT_EQ((*untimed)->text, "hop 1 at 0.000 s: status '503' here, '500' there");
  EXPECT_EQ((*untimed)->event, uuid_of(1));
  EXPECT_EQ((*untimed)->hop, 1);
}

}  // namespace
}  // namespace emulator::judge
