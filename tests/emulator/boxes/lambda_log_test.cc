// What Lambda itself logs, in both of its formats. facts/aws-delivery 5.2, facts/aws-platform 4.5.
#include "tests/emulator/boxes/lambda_support.h"

namespace emulator::lambda {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

/// The log with ID in place of the request id.
Lines logs_of(const LambdaWorld& world) {
  Lines lines;
  for (const std::string& line : world.journal.logs)
    lines.push_back(replaced(line, world.request_id(), "ID"));
  return lines;
}

TEST(LambdaLog, SaysInTextWhatHappened) {
  struct Case {
    const char* name;
    CodeResult answer;
    kernel::Duration takes;
    std::string report;
  };
  const Case cases[] = {
      {"success", "{}", 128'834us,
       "378ms834us /aws/lambda/ingest: REPORT RequestId: ID\tDuration: 128.83 ms\tBilled Duration: 379 ms\t"
       "Memory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 250.00 ms\t"},
      {"a handler that fails", broken(), 2900us,
       "252ms900us /aws/lambda/ingest: REPORT RequestId: ID\tDuration: 2.90 ms\tBilled Duration: 253 ms\t"
       "Memory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 250.00 ms\t"},
      {"a timeout", "{}", 1h,
       "3s250ms /aws/lambda/ingest: REPORT RequestId: ID\tDuration: 3000.00 ms\tBilled Duration: 3250 ms\t"
       "Memory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 250.00 ms\tStatus: timeout"},
      {"a crash", std::unexpected(CodeError{"Runtime.ExitError", "gone"}), 50us,
       "250ms50us /aws/lambda/ingest: REPORT RequestId: ID\tDuration: 0.05 ms\tBilled Duration: 251 ms\t"
       "Memory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 250.00 ms\t"
       "Status: error\tError Type: Runtime.ExitError"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LambdaWorld world;
    world.add({.cold_start = 250ms,
               .async = {.function_error_retries_max = 0},
               .dead_letter = "dlq",
               .log_format = LogFormat::Text});
    world.code.script = {c.answer};
    world.code.takes = c.takes;
    world.invoke();
    world.run_to(1h);
    const Lines lines = logs_of(world);
    ASSERT_EQ(lines.size() + world.code.invocations.size(), 5u);
    EXPECT_EQ(lines[0], "0s /aws/lambda/ingest: INIT_START Runtime Version: provided:al2023");
    EXPECT_EQ(lines[1], "250ms /aws/lambda/ingest: START RequestId: ID Version: $LATEST");
    EXPECT_EQ(replaced(lines[2], "END", "REPORT"), c.report.substr(0, c.report.find('\t')));
    EXPECT_EQ(lines[3], c.report);
  }
}

TEST(LambdaLog, SaysInJsonWhatHappened) {
  LambdaWorld world;
  world.add(
      {.cold_start = 463'512us, .log_format = LogFormat::Json, .memory_mb = 256, .memory_used_mb = 123});
  world.code.script = {R"({"ok":true})"};
  world.code.takes = 1'233'960us;
  world.invoke();
  world.run_to(1h);
  EXPECT_EQ(
      logs_of(world),
      (Lines{
          R"(0s /aws/lambda/ingest: {"time":"2026-01-05T09:00:00.000Z","type":"platform.initStart","record":{"initializationType":"on-demand","phase":"init","runtimeVersion":"provided:al2023"}})",
          R"(463ms512us /aws/lambda/ingest: {"time":"2026-01-05T09:00:00.463Z","type":"platform.start","record":{"requestId":"ID","functionArn":"arn:aws:lambda:us-east-1:123456789012:function:ingest","version":"$LATEST"}})",
          R"(1s697ms472us /aws/lambda/ingest: {"time":"2026-01-05T09:00:01.697Z","type":"platform.runtimeDone","record":{"requestId":"ID","status":"success","metrics":{"durationMs":1233.96,"producedBytes":11},"spans":[{"name":"responseLatency","start":"2026-01-05T09:00:00.463Z","durationMs":1233.96},{"name":"responseDuration","start":"2026-01-05T09:00:01.697Z","durationMs":0},{"name":"runtimeOverhead","start":"2026-01-05T09:00:01.697Z","durationMs":0}]}})",
          R"(1s697ms472us /aws/lambda/ingest: {"time":"2026-01-05T09:00:01.697Z","type":"platform.report","record":{"requestId":"ID","metrics":{"durationMs":1233.96,"billedDurationMs":1698,"memorySizeMB":256,"maxMemoryUsedMB":123,"initDurationMs":463.512},"status":"success"}})"}));
}

TEST(LambdaLog, HasAStatusForEachEnd) {
  struct Case {
    const char* name;
    CodeResult answer;
    kernel::Duration takes;
    std::string status;
  };
  const Case cases[] = {
      {"a handler that fails", broken(), 1s, R"("status":"error"}})"},
      {"a timeout", "{}", 1h, R"("status":"timeout"}})"},
      {"a crash", std::unexpected(CodeError{"Runtime.ExitError", "gone"}), 1s,
       R"("status":"error","errorType":"Runtime.ExitError"}})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LambdaWorld world;
    world.add({.cold_start = 0s, .log_format = LogFormat::Json});
    world.code.script = {c.answer};
    world.code.takes = c.takes;
    world.request();
    EXPECT_TRUE(world.journal.logs.back().ends_with(c.status)) << world.journal.logs.back();
  }
}

TEST(LambdaLog, HasNoInitOfAWarmEnvironmentNorOfOneThatWasKilled) {
  LambdaWorld world;
  world.add({.cold_start = 250ms, .log_format = LogFormat::Text});
  world.request();
  world.request();
  EXPECT_EQ(world.journal.logs.size(), 7u) << "INIT_START once";
  EXPECT_TRUE(world.journal.logs.back().ends_with(
      "\tDuration: 1000.00 ms\tBilled Duration: 1000 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t"));

  LambdaWorld slow;
  slow.add({.timeout = 30s, .cold_start = 12s, .log_format = LogFormat::Text});
  slow.request();
  EXPECT_TRUE(slow.journal.logs.back().ends_with(
      "\tDuration: 13000.00 ms\tBilled Duration: 13000 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t"));
}

TEST(LambdaLog, IsNotRecordedUnlessItIsWanted) {
  LambdaWorld world;
  world.add({});
  world.invoke();
  world.request();
  EXPECT_EQ(world.journal.logs, Lines{});
}

TEST(LambdaLog, GoesAlongWithAnAnswerThatWantsIt) {
  LambdaWorld world;
  world.add({.cold_start = 0s});
  const InvokeResult result = support::run(
      world.scheduler, world.lambda.invoke({.function = "ingest", .payload = text("{}"), .wants_log = true}));
  EXPECT_EQ(replaced(result.log, result.request_id, "ID"),
            "START RequestId: ID Version: $LATEST\nEND RequestId: ID\n"
            "REPORT RequestId: ID\tDuration: 1000.00 ms\tBilled Duration: 1000 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 36 MB\t\n");
  EXPECT_EQ(world.journal.logs, Lines{});
  EXPECT_EQ(world.request().log, "");
}

/// Keeps what it is given, as "group stream: text".
class KeptLines final : public logs::LogSink {
 public:
  void line(std::string_view group, std::string_view stream, kernel::WallTime time,
            std::string_view text) override {
    lines.push_back(std::string(group) + " " + std::string(stream) + " " + kernel::iso_millis(time) + ": " +
                    std::string(text));
  }
  Lines lines;
};

TEST(LambdaLog, GoesToTheStreamOfItsEnvironmentWhoeverWantsIt) {
  LambdaWorld world;
  KeptLines kept;
  world.lambda.write_logs(&kept);
  world.add({.timeout = 3s, .cold_start = 250ms, .async = {.function_error_retries_max = 1}});
  world.code.script = {std::unexpected(CodeError{"Runtime.ExitError", "gone"}), "{}"};
  world.code.takes = 1s;
  world.invoke();
  world.run_to(1h);
  // Two environments, as the first one's process ended.
  const std::string first = log_stream_name(7, "ingest", 1, support::kWallStart);
  const std::string second = log_stream_name(7, "ingest", 2, support::kWallStart);
  EXPECT_TRUE(first.starts_with("2026/01/05/[$LATEST]"));
  EXPECT_EQ(first.size(), std::string("2026/01/05/[$LATEST]").size() + 32);
  EXPECT_NE(first, second);
  ASSERT_EQ(kept.lines.size(), 8U);
  EXPECT_EQ(kept.lines[0], "/aws/lambda/ingest " + first +
                               " 2026-01-05T09:00:00.000Z: INIT_START Runtime Version: provided:al2023");
  EXPECT_EQ(kept.lines[1], "/aws/lambda/ingest " + first + " 2026-01-05T09:00:00.250Z: START RequestId: " +
                               world.request_id() + " Version: $LATEST");
  EXPECT_TRUE(
      kept.lines[3].starts_with("/aws/lambda/ingest " + first + " 2026-01-05T09:00:01.250Z: REPORT "));
  EXPECT_TRUE(
      kept.lines[4].starts_with("/aws/lambda/ingest " + second + " 2026-01-05T09:01:01.250Z: INIT_START "));
  // The record has them only where the function asks for it.
  EXPECT_TRUE(world.journal.logs.empty());
  EXPECT_EQ(world.code.invocations.at(0).log_stream, first);
}

}  // namespace
}  // namespace emulator::lambda
