#include "middleware/service/log_sink.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <limits>
#include <string>

#include "emulator/sim/virtual_scheduler.h"

namespace program_tests {
namespace {

using namespace std::chrono_literals;

constexpr kernel::WallTime kStart = std::chrono::sys_days{std::chrono::year{2026} / 1 / 5} + 9h;

/// What was written to a stream in memory.
class Memory {
 public:
  Memory() : stream_(open_memstream(&text_, &size_)) {}
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    std::fclose(stream_);
    std::free(text_);
  }
  std::FILE* stream() const { return stream_; }
  std::string text() const { return {text_, size_}; }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_;
};

TEST(LogSink, WritesALineWhenAHopCloses) {
  emulator::sim::VirtualScheduler scheduler(kStart);
  const Memory memory;
  service::LogSink sink(scheduler, memory.stream(), {.service = "orders", .first_hop = 0x10});

  const kernel::HopId hop = sink.open({.stage = kernel::Stage::Api,
                                       .event = "7a2d1f7e-5c0b-4f7e-9d58-2b1f5a3c9e10",
                                       .parent = 0xf,
                                       .from = "orders",
                                       .to = "payments",
                                       .operation = "GET /charges?key=secret",
                                       .attempt = 2});
  EXPECT_EQ(hop, 0x10U);
  EXPECT_EQ(memory.text(), "");
  scheduler.run_until(kernel::at(12'345us));
  sink.close(hop, {.outcome = kernel::Outcome::Failed,
                   .status = 503,
                   .error = "said \"no\"",
                   .request = "secret",
                   .response = "secret"});
  EXPECT_EQ(
      memory.text(),
      R"({"timestamp":"2026-01-05T09:00:00.012Z","level":"WARN","message":"api payments: failed","service":"orders",)"
      R"("eventId":"7a2d1f7e-5c0b-4f7e-9d58-2b1f5a3c9e10","traceId":"7a2d1f7e5c0b4f7e9d582b1f5a3c9e10",)"
      R"("spanId":"0000000000000010","parentSpanId":"000000000000000f","stage":"api",)"
      R"("target":"payments","operation":"GET /charges","attempt":2,"outcome":"failed",)"
      R"("statusCode":503,"durationMs":12.345,"error":{"message":"said \"no\""}})"
      "\n");
}

TEST(LogSink, GivesItsLinesToWhoeverWantsThemUnderTheNumbersOfOthers) {
  emulator::sim::VirtualScheduler scheduler(kStart);
  std::string lines;
  service::LogSink sink(scheduler, [&lines](std::string_view line) { lines += line; }, {});
  sink.open_as(0x2a, {.stage = kernel::Stage::Step, .to = "erp"});
  sink.close(0x2a, {});
  sink.log({.source = "main", .message = "two"});
  EXPECT_EQ(lines,
            R"({"timestamp":"2026-01-05T09:00:00.000Z","level":"INFO","message":"step erp: ok",)"
            R"("spanId":"000000000000002a","stage":"step","target":"erp","attempt":1,"outcome":"ok",)"
            R"("durationMs":0.000})"
            "\n"
            R"({"timestamp":"2026-01-05T09:00:00.000Z","level":"INFO","message":"two","source":"main"})"
            "\n");
}

TEST(LogSink, SaysOfACallWhatItsHopDoesNot) {
  emulator::sim::VirtualScheduler scheduler(kStart);
  struct Case {
    const char* name;
    service::CallNote note;
    const char* fields;
  };
  const Case cases[] = {
      {"an attempt that another follows",
       {.failure_class = "throttled",
        .breaker = "half_open",
        .delay_next = 1500ms,
        .delay_source = "retry_after"},
       R"("class":"throttled","breakerState":"half_open","delayNextMs":1500.000,"delaySource":"retry_after"})"},
      {"the last one",
       {.failure_class = "transient", .breaker = "closed", .gave_up = "attempts"},
       R"("class":"transient","breakerState":"closed","gaveUpReason":"attempts"})"},
      {"a logical call", {.breaker = "closed", .attempts = 3}, R"("breakerState":"closed","attempts":3})"},
      {"of an API without a breaker", {.retry_of = "transient"}, R"("durationMs":0.000})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Memory memory;
    service::LogSink sink(scheduler, memory.stream(), {.service = "orders"});
    const kernel::HopId hop = sink.open({.stage = kernel::Stage::Api, .to = "payments"});
    sink.note(hop, c.note);
    sink.close(hop, {.outcome = kernel::Outcome::Failed});
    EXPECT_TRUE(memory.text().ends_with(c.fields + std::string("\n"))) << memory.text();
  }
}

TEST(LogSink, WritesTransitionsLogLinesAndDataPoints) {
  emulator::sim::VirtualScheduler scheduler(kStart);
  const Memory memory;
  service::LogSink sink(scheduler, memory.stream(), {.service = "orders"});
  const std::string stamp = R"({"timestamp":"2026-01-05T09:00:00.000Z")";
  sink.set_request_id("id-1");
  sink.transition({.kind = "breaker",
                   .subject = "payments",
                   .owner = "one",
                   .from = "closed",
                   .to = "open",
                   .why = "5 of 5"});
  sink.set_request_id({});
  sink.log(
      {.level = kernel::LogLevel::Info, .source = "main", .message = "listening", .fields = R"({"port":1})"});
  sink.metric({.name = "backlog", .value = 2.5, .unit = "Count", .dimensions = R"({"queue":"q"})"});
  sink.metric({.name = "ratio", .value = std::numeric_limits<double>::infinity()});
  EXPECT_EQ(
      memory.text(),
      stamp +
          R"(,"level":"WARN","message":"breaker payments: closed to open","service":"orders",)"
          R"("requestId":"id-1","kind":"breaker","target":"payments","owner":"one","from":"closed",)"
          R"("to":"open","why":"5 of 5"})"
          "\n" +
          stamp +
          R"(,"level":"INFO","message":"listening","service":"orders","source":"main","fields":{"port":1}})"
          "\n" +
          stamp +
          R"(,"level":"INFO","message":"metric backlog","service":"orders","metric":"backlog","value":2.5,)"
          R"("unit":"Count","dimensions":{"queue":"q"}})"
          "\n" +
          stamp +
          R"(,"level":"INFO","message":"metric ratio","service":"orders","metric":"ratio","value":null})"
          "\n");
}

}  // namespace
}  // namespace program_tests
