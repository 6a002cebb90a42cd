// Events of one invocation that go in batches, in virtual time.
#include "middleware/ingest/batch_run.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "middleware/ingest/ingest.h"
#include "middleware/kernel/wait.h"
#include "tests/support/recorded_log.h"
#include "tests/support/run_task.h"

namespace ingest {
namespace {

using kernel::at;
using namespace std::chrono_literals;

/// A middleware that takes batches: an event's status is that of its order number, else 200.
class BatchMiddleware final : public kernel::HttpClient {
 public:
  explicit BatchMiddleware(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}

  kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp deadline) override {
    const kernel::Timestamp asked_at = scheduler_.now();
    const bool is_batch = request.headers.get("Content-Type") == "application/cloudevents-batch+json";
    std::string orders;
    std::string answers;
    int status = 200;
    const kernel::Json body = *kernel::parse_json(request.body);
    for (const kernel::Json& event : is_batch ? body : kernel::Json::array({{{"data", body}}})) {
      const std::string order = kernel::json_text_at(event, "/data/Order__c");
      const auto found = statuses.find(order);
      status = found == statuses.end() ? 200 : found->second;
      orders += order;
      answers += (answers.empty() ? "" : ",") + std::string(R"({"id":")") +
                 kernel::json_text_at(event, "/id") + R"(","status":)" + std::to_string(status) +
                 R"(,"detail":"as told"})";
    }
    asked.push_back(std::to_string(asked_at.time_since_epoch() / 1ms) + "ms " + request.host +
                    request.target + " " + (is_batch ? "[" + orders + "]" : orders));
    requests.push_back(std::move(request));
    const kernel::Timestamp when = asked_at + takes;
    if (when >= deadline) {
      co_await kernel::sleep_until(scheduler_, deadline);
      co_return std::unexpected(kernel::NoAnswer::Timeout);
    }
    co_await kernel::sleep_until(scheduler_, when);
    if (!is_batch) co_return kernel::HttpResponse{.status = status};
    if (orders.size() > fits_max) co_return kernel::HttpResponse{.status = 413};
    if (whole) co_return *whole;
    co_return kernel::HttpResponse{.body = "[" + answers + "]"};
  }

  std::map<std::string, int> statuses;
  std::optional<kernel::HttpResult> whole;
  std::size_t fits_max = 1000;
  kernel::Duration takes = 100ms;
  std::vector<std::string> asked;
  std::vector<kernel::HttpRequest> requests;

 private:
  kernel::Scheduler& scheduler_;
};

class SlowParameters final : public secrets::Provider {
 public:
  explicit SlowParameters(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  kernel::Task<kernel::Result<std::string>> get(std::string) override {
    co_await kernel::sleep_for_duration(scheduler_, 2s);
    co_return R"({"slow":1})";
  }
  void forget(const std::string&) override {}

 private:
  kernel::Scheduler& scheduler_;
};

/// Orders are named by one character; its type is the first of "O" (Order__e), "S" (slow: Slow__e), "X"
/// (none).
std::string event(char order, const std::string& type = "Order__e") {
  return R"({"detail-type":")" + type +
         R"(","source":"s","time":"2026-01-05T09:00:01Z","detail":{"id":"id-)" + std::string(1, order) +
         R"(","payload":{"Order__c":")" + std::string(1, order) + R"("}}})";
}

struct Record {
  std::string body;
  std::string group{};
};

std::string records(const std::vector<Record>& all, const std::string& queue = "orders") {
  std::string text = R"({"Records":[)";
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) text += ',';
    text += R"({"messageId":"m)" + std::to_string(i) + R"(","body":)" + kernel::json_quoted(all[i].body) +
            R"(,"attributes":{"MessageGroupId":")" + all[i].group +
            R"("},"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:r:a:)" + queue + R"("})";
  }
  return text + "]}";
}

std::vector<Record> orders(const std::string& names) {
  std::vector<Record> all;
  for (const char name : names) all.push_back({event(name), std::string(1, name)});
  return all;
}

struct RunBench {
  explicit RunBench(BatchRules rules = {}) : batch(rules) {
    ingest.log_to(log);
    ingest.refer_to(parameters);
  }
  /// The numbers of the records that failed, or "type: message".
  std::string failed(const std::string& payload) {
    const auto result = support::run(
        scheduler, ingest.handle({.payload = payload, .deadline = scheduler.now() + 30s, .hop = 9}));
    if (!result) return result.error().type + ": " + result.error().message;
    std::string numbers;
    const kernel::Json answer = *kernel::parse_json(*result);
    for (const kernel::Json& item : answer.at("batchItemFailures"))
      numbers += item.at("itemIdentifier").get<std::string>().substr(1);
    return numbers;
  }

  std::optional<BatchRules> batch;
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  BatchMiddleware middleware{scheduler};
  SlowParameters parameters{scheduler};
  support::RecordedLog log;
  Ingest ingest{{.types = {{.name = "Order__e"},
                           {.name = "Slow__e",
                            .enrichment = Enrichment{.references = {{.name = "r", .parameter = "ssm:/r"}}}}},
                 .destinations = {{.name = "middleware", .host = "middleware", .batch = batch},
                                  {.name = "other", .host = "other", .batch = batch},
                                  {.name = "alone", .host = "alone"}},
                 .routes = {{.name = "dropped",
                             .when = {.fields = {{.pointer = "/Order__c", .operands = {R"("d")"}}}},
                             .drop_reason = "d"},
                            {.name = "others",
                             .when = {.fields = {{.pointer = "/Order__c", .operands = {R"("x")", R"("y")"}}}},
                             .destination = 1},
                            {.name = "alone",
                             .when = {.fields = {{.pointer = "/Order__c", .operands = {R"("a")", R"("b")"}}}},
                             .destination = 2},
                            {.name = "rest"}}},
                scheduler,
                middleware};
};

using Asked = std::vector<std::string>;

TEST(BatchRun, SendsTheEventsOfARouteTogether) {
  RunBench bench;
  EXPECT_EQ(bench.failed(records(orders("1x2ady3b"))), "");
  EXPECT_EQ(bench.middleware.asked, (Asked{"0ms middleware/events [123]", "0ms other/events [xy]",
                                           "0ms alone/events a", "0ms alone/events b"}));
  const kernel::HttpRequest& request = bench.middleware.requests.front();
  EXPECT_EQ(request.headers.get("X-Deadline-Ms"), "29500");
  EXPECT_EQ(
      request.body.substr(0, request.body.find("},{") + 1),
      R"([{"specversion":"1.0","id":"id-1","type":"Order__e","source":"s","time":"2026-01-05T09:00:01Z",)"
      R"("traceparent":")" +
          kernel::traceparent("id-1", 9) + R"(","data":{"Order__c":"1"}})");
  EXPECT_EQ(bench.log.metrics, Asked{R"(EventsDropped 1 {"route":"dropped"})"});
}

TEST(BatchRun, ReportsTheItemsThatFailed) {
  RunBench bench;
  bench.middleware.statuses = {{"2", 503}, {"3", 202}, {"4", 422}, {"5", 409}};
  EXPECT_EQ(bench.failed(records(orders("12345"))), "134");
  EXPECT_EQ(bench.log.lines, (Asked{R"(MiddlewareBusy id-2 {"messageId":"m1"})",
                                    R"(MiddlewareRefused id-4 {"messageId":"m3"})",
                                    R"(MiddlewareBusy id-5 {"messageId":"m4"})"}));
}

TEST(BatchRun, SendsNoMoreThanItsBoundsSay) {
  RunBench by_count({.events_max = 2});
  EXPECT_EQ(by_count.failed(records(orders("12345"))), "");
  EXPECT_EQ(by_count.middleware.asked,
            (Asked{"0ms middleware/events [12]", "0ms middleware/events [34]", "0ms middleware/events [5]"}))
      << "side by side";

  const std::size_t one = by_count.middleware.requests.back().body.size() - 2;
  RunBench by_bytes({.bytes_max = 2 * one + 3});
  EXPECT_EQ(by_bytes.failed(records(orders("123"))), "");
  EXPECT_EQ(by_bytes.middleware.asked, (Asked{"0ms middleware/events [12]", "0ms middleware/events [3]"}));
  RunBench a_byte_less({.bytes_max = 2 * one + 2});
  EXPECT_EQ(a_byte_less.failed(records(orders("123"))), "");
  EXPECT_EQ(a_byte_less.middleware.asked.size(), 3U);

  RunBench tiny({.bytes_max = 1});
  EXPECT_EQ(tiny.failed(records(orders("12"))), "") << "an event that is larger goes alone";
  EXPECT_EQ(tiny.middleware.asked, (Asked{"0ms middleware/events [1]", "0ms middleware/events [2]"}));
}

TEST(BatchRun, SendsTenRequestsAtOnce) {
  RunBench bench({.events_max = 1});
  EXPECT_EQ(bench.failed(records(orders("0123456789:;"))), "");
  ASSERT_EQ(bench.middleware.asked.size(), 12U);
  EXPECT_EQ(bench.middleware.asked[9], "0ms middleware/events [9]");
  EXPECT_EQ(bench.middleware.asked[10], "100ms middleware/events [:]");
}

TEST(BatchRun, WaitsForOthersUntilItsTimeIsUp) {
  RunBench bench({.wait_max = 300ms});
  EXPECT_EQ(
      bench.failed(records({{event('1')}, {event('2', "Slow__e")}, {event('3')}, {event('4', "Slow__e")}})),
      "");
  EXPECT_EQ(bench.middleware.asked, (Asked{"300ms middleware/events [13]", "2000ms middleware/events [24]"}));
  EXPECT_TRUE(bench.middleware.requests[1].body.contains(R"("r":{"slow":1}}})"));

  RunBench patient({.wait_max = 3s});
  EXPECT_EQ(patient.failed(records({{event('1')}, {event('2', "Slow__e")}})), "");
  EXPECT_EQ(patient.middleware.asked, Asked{"2000ms middleware/events [12]"});

  RunBench full({.events_max = 2, .wait_max = 3s});
  EXPECT_EQ(full.failed(records({{event('1')}, {event('2')}, {event('3')}, {event('4', "Slow__e")}})), "");
  EXPECT_EQ(full.middleware.asked, (Asked{"0ms middleware/events [12]", "2000ms middleware/events [34]"}));
}

TEST(BatchRun, FailsAllOfARequestThatWasNotAnsweredAsABatch) {
  struct Case {
    const char* name;
    kernel::HttpResult answer;
    const char* type;
  };
  const Case cases[] = {
      {"refused", std::unexpected(kernel::NoAnswer::Refused), "MiddlewareUnreachable"},
      {"busy", kernel::HttpResponse{.status = 503}, "MiddlewareBusy"},
      {"no batches there", kernel::HttpResponse{.status = 415}, "MiddlewareRefused"},
      {"not 200", kernel::HttpResponse{.status = 202}, "MiddlewareUnreachable"},
      {"no list", kernel::HttpResponse{.body = "{}"}, "MiddlewareUnreachable"},
      {"too few", kernel::HttpResponse{.body = R"([{"id":"id-1","status":200}])"}, "MiddlewareUnreachable"},
      {"others", kernel::HttpResponse{.body = R"([{"id":"id-2","status":200},{"id":"id-1","status":200}])"},
       "MiddlewareUnreachable"},
      {"no status", kernel::HttpResponse{.body = R"([{"id":"id-1","status":200},{"id":"id-2"}])"},
       "MiddlewareUnreachable"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RunBench bench;
    bench.middleware.whole = c.answer;
    EXPECT_EQ(bench.failed(records(orders("12"))), "01");
    EXPECT_EQ(bench.log.lines, (Asked{c.type + std::string(R"( id-1 {"messageId":"m0"})"),
                                      c.type + std::string(R"( id-2 {"messageId":"m1"})")}));
  }
}

TEST(BatchRun, SplitsWhatIsTooLarge) {
  RunBench bench;
  bench.middleware.fits_max = 2;
  bench.middleware.statuses = {{"4", 503}};
  EXPECT_EQ(bench.failed(records(orders("12345"))), "3");
  EXPECT_EQ(bench.middleware.asked, (Asked{"0ms middleware/events [12345]", "100ms middleware/events [12]",
                                           "200ms middleware/events [345]", "300ms middleware/events [3]",
                                           "400ms middleware/events [45]"}));
  RunBench nothing_fits;
  nothing_fits.middleware.fits_max = 0;
  EXPECT_EQ(nothing_fits.failed(records(orders("12"))), "01");
  EXPECT_EQ(nothing_fits.middleware.asked.size(), 3U);
  EXPECT_EQ(nothing_fits.log.lines.front(), R"(MiddlewareRefused id-1 {"messageId":"m0"})");
}

TEST(BatchRun, KeepsTheOrderOfAFifoQueueUpToTheFirstFailure) {
  struct Case {
    const char* name;
    std::vector<Record> all;
    std::map<std::string, int> statuses;
    std::string failed;
    Asked asked;
  };
  const Case cases[] = {
      {"groups beside each other", orders("123"), {}, "", {"0ms middleware/events [123]"}},
      {"one group: one after the other",
       {{event('1'), "g"}, {event('2'), "g"}, {event('3'), "h"}},
       {},
       "",
       {"0ms middleware/events [1]", "100ms middleware/events [23]"}},
      {"neighbours of one destination",
       orders("1x2"),
       {},
       "",
       {"0ms middleware/events [1]", "100ms other/events [x]", "200ms middleware/events [2]"}},
      {"an item fails", orders("1234"), {{"2", 503}}, "123", {"0ms middleware/events [1234]"}},
      {"nothing is sent behind it",
       {{event('1'), "g"}, {event('2'), "g"}, {event('3'), "g"}},
       {{"2", 503}},
       "12",
       {"0ms middleware/events [1]", "100ms middleware/events [2]"}},
      {"what goes alone",
       orders("1a2"),
       {{"a", 503}},
       "12",
       {"0ms middleware/events [1]", "100ms alone/events a"}},
      {"what is no event",
       {{event('1'), "g"}, {"{}", "h"}, {event('2'), "i"}},
       {},
       "12",
       {"0ms middleware/events [1]"}},
      {"an earlier failure wins",
       {{event('1'), "g"}, {"{}", "h"}, {event('2'), "i"}},
       {{"1", 503}},
       "012",
       {"0ms middleware/events [1]"}},
      {"a dropped one is no break",
       {{event('1'), "g"}, {event('d'), "g"}, {event('2'), "h"}},
       {},
       "",
       {"0ms middleware/events [12]"}},
      {"references in turn",
       {{event('1'), "g"}, {event('2', "Slow__e"), "h"}},
       {},
       "",
       {"2000ms middleware/events [12]"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RunBench bench;
    bench.middleware.statuses = c.statuses;
    EXPECT_EQ(bench.failed(records(c.all, "orders.fifo")), c.failed);
    EXPECT_EQ(bench.middleware.asked, c.asked);
  }
}

TEST(BatchRun, SendsNothingBehindAFailedHalfOfAFifoQueue) {
  RunBench bench;
  bench.middleware.fits_max = 2;
  bench.middleware.statuses = {{"2", 503}};
  EXPECT_EQ(bench.failed(records(orders("1234"), "orders.fifo")), "123");
  EXPECT_EQ(bench.middleware.asked, (Asked{"0ms middleware/events [1234]", "100ms middleware/events [12]"}));
}

TEST(BatchRun, LeavesASingleInvocationAlone) {
  RunBench bench;
  const std::string one = event('1');
  const auto result =
      support::run(bench.scheduler, bench.ingest.handle({.payload = one, .deadline = at(30s), .hop = 9}));
  EXPECT_EQ(result.value(), R"({"status":200,"eventId":"id-1"})");
  EXPECT_EQ(bench.middleware.asked, Asked{"0ms middleware/events 1"});
}

}  // namespace
}  // namespace ingest
