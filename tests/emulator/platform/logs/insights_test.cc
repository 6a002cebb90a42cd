#include "tests/emulator/platform/logs/logs_support.h"

namespace logs_tests {
namespace {

struct InsightsRig : Rig {
  InsightsRig() {
    say(R"({"level":"INFO","route":"/pay","ms":10,"error":{"code":"none"}})");
    run_until(1min);
    say(R"({"level":"ERROR","route":"/pay","ms":20,"error":{"code":"E1"}})");
    run_until(6min);
    say(R"({"level":"ERROR","route":"/ship","ms":100})");
    say("plain user=bob took 7 ms");
    run_until(10min);
  }
  QueryRequest request(const std::string& text) const {
    return {.groups = {"app"}, .from = at(0s) / 1000, .until = at(10min) / 1000, .text = text};
  }
  /// Rows as "field=value field=value", without pointers; or what is wrong.
  std::string asked(const std::string& text) {
    const auto id = logs.start_query(request(text));
    if (!id) return refused(id);
    run_until((scheduler.now() + 500ms).time_since_epoch());
    const auto result = logs.query_result(*id);
    std::string all;
    for (const QueryRow& row : result->rows) {
      if (!all.empty()) all += "\n";
      std::string line;
      for (const auto& [field, value] : row) {
        if (field != "@ptr") line += (line.empty() ? "" : " ") + field + "=" + value;
      }
      all += line;
    }
    return all;
  }
};

TEST(Insights, AnswersWhatItIsAsked) {
  InsightsRig rig;
  struct Case {
    const char* query;
    const char* rows;
  };
  const Case cases[] = {
      {"fields @timestamp, level | limit 2",
       "@timestamp=2026-01-05 09:06:00.000\n@timestamp=2026-01-05 09:06:00.000 level=ERROR"},
      {"fields ms | filter level = 'ERROR'", "ms=100\nms=20"},
      {"fields ms | filter level = \"ERROR\" and ms >= 20 and ms < 100", "ms=20"},
      {"fields ms | filter not (level = 'ERROR') and ispresent(level)", "ms=10"},
      {"fields ms | filter level != 'ERROR'", "ms=10"},
      {"fields ms | filter ms in [10, 100] | sort ms", "ms=10\nms=100"},
      {"fields ms | filter route like 'pay' | sort ms desc", "ms=20\nms=10"},
      {"fields ms | filter route not like /^.pa/ and ispresent(ms)", "ms=100"},
      {"fields ms | filter @message =~ /E\\d/", "ms=20"},
      {"fields error.code as code | filter error.code like /./ | sort code", "code=E1\ncode=none"},
      {"fields ms / 1000 as seconds, concat(route, '!') as where | sort ms asc | limit 1",
       "seconds=0.01 where=/pay!"},
      {"stats count(*)", "count(*)=4"},
      {"stats count(*) as n by level | sort level", "level=ERROR n=2\nlevel=INFO n=1\nn=1"},
      {"filter ispresent(ms) | stats sum(ms) as s, avg(ms) as a, min(ms) as l, max(ms) as h, pct(ms, 50) as "
       "m",
       "s=130 a=43.333333333333336 l=10 h=100 m=20"},
      {"stats count(ms) as n by bin(5m)",
       "bin(5m)=2026-01-05 09:05:00.000 n=1\nbin(5m)=2026-01-05 09:00:00.000 n=2"},
      {"stats count_distinct(route) as routes, latest(ms) as last, earliest(ms) as first",
       "routes=2 last=100 first=10"},
      {"stats max(ms) as worst by route | sort worst desc | limit 1", "route=/ship worst=100"},
      {"filter level = 'NONE' | stats count(*) as n", "n=0"},
      {"parse @message 'user=* took * ms' as user, took | filter ispresent(user) | display user, took",
       "user=bob took=7"},
      {"parse @message /user=(?<user>\\w+)/ | filter user = 'bob' | display user", "user=bob"},
      {"fields level | dedup level | sort level | limit 2", "level=ERROR\nlevel=INFO"},
      {"# which levels\nfields level\n| filter ms = 100", "level=ERROR"},
      {"fields @logStream, @log | limit 1", "@logStream=one @log=123456789012:app"},
      {"filter ms = 10 | fields @message",
       R"(@message={"level":"INFO","route":"/pay","ms":10,"error":{"code":"none"}})"},
  };
  for (const Case& c : cases) EXPECT_EQ(rig.asked(c.query), c.rows) << c.query;
}

TEST(Insights, RefusesWhatItDoesNotKnowByItsPlace) {
  InsightsRig rig;
  struct Case {
    const char* query;
    const char* problem;
  };
  const Case cases[] = {
      {"", "a command is missing at line 1 and position 1"},
      {"fields", "the query ends too early at line 1 and position 7"},
      {"pattern @message", "the command 'pattern' is not emulated at line 1 and position 1"},
      {"fields a |\n unmask b", "the command 'unmask' is not emulated at line 2 and position 2"},
      {"fields a | filter", "the query ends too early at line 1 and position 18"},
      {"fields a b", "unexpected symbol found 'b' at line 1 and position 10"},
      {"filter sha256(a) = 1", "the function sha256 is not emulated at line 1 and position 15"},
      {"stats stddev(a)", "the function stddev is not emulated in stats at line 1 and position 13"},
      {"stats pct(a)", "pct wants a field and a percentile at line 1 and position 12"},
      {"filter a like b", "a text in quotes or a /regular expression/ is missing at line 1 and position 15"},
      {"filter (a = 1", "')' is missing at line 1 and position 14"},
      {"limit 0", "limit wants a number from 1 to 10000 at line 1 and position 8"},
      {"parse @message 'a * b *' as one",
       "parse wants a name for each of the 2 parts at line 1 and position 32"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(rig.asked(c.query), "400 MalformedQueryException: " + std::string(c.problem)) << c.query;
}

TEST(Insights, KnowsTheLinesOfLambda) {
  Rig rig;
  rig.say("START RequestId: r1 Version: $LATEST");
  rig.say("END RequestId: r1");
  rig.say(
      "REPORT RequestId: r1\tDuration: 128.83 ms\tBilled Duration: 129 ms\tMemory Size: 128 MB\tMax Memory "
      "Used: 74 MB\tInit Duration: 166.62 ms\t");
  const auto id = rig.logs.start_query(
      {.groups = {"app"},
       .from = Rig::at(0s) / 1000,
       .until = Rig::at(0s) / 1000,
       .text = "filter @type = 'REPORT' | fields @requestId, @duration, @billedDuration, @memorySize, "
               "@maxMemoryUsed, @initDuration"});
  rig.run_until(500ms);
  const auto result = rig.logs.query_result(*id);
  ASSERT_EQ(result->rows.size(), 1U);
  std::string row;
  for (const auto& [field, value] : result->rows[0]) row += value + " ";
  EXPECT_TRUE(row.starts_with("r1 128.83 129 128 74 166.62 ")) << row;
  EXPECT_EQ(result->statistics.scanned, 3);
  EXPECT_EQ(result->statistics.matched, 1);
}

TEST(Insights, RunsForAWhileAndCanBeStopped) {
  InsightsRig rig;
  const auto id = rig.logs.start_query(rig.request("fields ms"));
  const auto status = [&](const std::string& query) {
    return std::string(to_text(rig.logs.query_result(query)->status));
  };
  rig.run_until(10min + 499ms);
  EXPECT_EQ(status(*id), "Running");
  EXPECT_TRUE(rig.logs.query_result(*id)->rows.empty());
  const auto other = rig.logs.start_query(rig.request("fields level"));
  ASSERT_TRUE(rig.logs.stop_query(*other));
  rig.run_until(10min + 500ms);
  EXPECT_EQ(status(*id), "Complete");
  EXPECT_EQ(rig.logs.query_result(*id)->rows.size(), 4U);
  EXPECT_EQ(status(*other), "Cancelled");
  EXPECT_EQ(refused(rig.logs.stop_query(*id)),
            "400 InvalidParameterException: Query " + *id + " has already ended.");
  EXPECT_EQ(refused(rig.logs.query_result("x")), "400 ResourceNotFoundException: Query x does not exist.");
  const auto listed = rig.logs.queries({.group = "app", .limit = 1});
  ASSERT_EQ(listed->items.size(), 1U);
  EXPECT_EQ(listed->items[0].id, *other);
  EXPECT_EQ(rig.logs.queries({.limit = 1, .token = listed->next})->items[0].id, *id);
  EXPECT_EQ(rig.logs.queries({.status = QueryStatus::Complete})->items.size(), 1U);
}

TEST(Insights, SeesOnlyItsTimeAndItsGroups) {
  InsightsRig rig;
  QueryRequest request = rig.request("fields ms");
  request.from = Rig::at(1min) / 1000;
  request.until = Rig::at(1min) / 1000;
  const auto id = rig.logs.start_query(request);
  rig.run_until(11min);
  EXPECT_EQ(rig.logs.query_result(*id)->rows.size(), 1U);
  request.groups = {"else"};
  EXPECT_EQ(refused(rig.logs.start_query(request)),
            "400 ResourceNotFoundException: The specified log group does not exist.");
}

}  // namespace
}  // namespace logs_tests
