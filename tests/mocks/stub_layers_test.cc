// The decisions around stubs, each by itself: limits, idempotency, saturation, states, tokens, records.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "middleware/kernel/random.h"
#include "mocks/stubs/bucket.h"
#include "mocks/stubs/idempotency.h"
#include "mocks/stubs/limits.h"
#include "mocks/stubs/saturation.h"
#include "mocks/stubs/states.h"
#include "mocks/stubs/tokens.h"

namespace mocks::stubs {
namespace {

using kernel::Duration;
using kernel::HttpRequest;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

const kernel::WallTime kNine = *kernel::parse_wall_time("2026-01-05T09:00:00Z");

/// "ok 1" (remaining) or "no 2s" (retry after), of one request at each time.
Lines taken(const LimitSpec& spec, std::initializer_list<Duration> times) {
  Limiter limiter(spec);
  Lines lines;
  for (const Duration at : times) {
    const LimitAnswer answer = limiter.take("", kNine + at);
    lines.push_back(answer.is_allowed ? "ok " + std::to_string(answer.remaining)
                                      : "no " + kernel::duration_text(answer.retry_after));
  }
  return lines;
}

TEST(Limiter, CountsAsItsKindSays) {
  EXPECT_EQ(
      taken({.kind = LimitKind::TokenBucket, .limit = 2, .per = 2s}, {0s, 0s, 0s, 500ms, 1s, 10s, 10s, 10s}),
      (Lines{"ok 1", "ok 0", "no 1s", "no 500ms", "ok 0", "ok 1", "ok 0", "no 1s"}));
  EXPECT_EQ(taken({.kind = LimitKind::FixedWindow, .limit = 2, .per = 1min}, {50s, 55s, 59s, 60s, 61s, 62s}),
            (Lines{"ok 1", "ok 0", "no 1s", "ok 1", "ok 0", "no 58s"}));
  EXPECT_EQ(taken({.kind = LimitKind::FixedWindow, .limit = 1, .per = 1min, .begins_with_first = true},
                  {50s, 60s, 109s, 110s}),
            (Lines{"ok 0", "no 50s", "no 1s", "ok 0"}));
  EXPECT_EQ(taken({.kind = LimitKind::SlidingLog, .limit = 2, .per = 10s}, {0s, 4s, 9s, 10s, 13s, 14s}),
            (Lines{"ok 1", "ok 0", "no 1s", "ok 0", "no 1s", "ok 0"}));
  EXPECT_EQ(taken({.kind = LimitKind::SlidingCounter, .limit = 4, .per = 10s},
                  {0s, 1s, 2s, 3s, 4s, 10s, 12500ms, 15s}),
            (Lines{"ok 3", "ok 2", "ok 1", "ok 0", "no 6s", "no 2s500ms", "ok 0", "ok 0"}));
  EXPECT_EQ(taken({.kind = LimitKind::LeakyBucket, .limit = 1, .per = 250ms}, {0s, 100ms, 250ms}),
            (Lines{"ok 0", "no 150ms", "ok 0"}));
  EXPECT_EQ(taken({.kind = LimitKind::Concurrency, .limit = 2}, {0s, 0s, 0s}),
            (Lines{"ok 1", "ok 0", "no 1s"}));
}

TEST(Limiter, CountsByKeyAndFreesWhatIsOver) {
  const LimitSpec spec{.kind = LimitKind::Concurrency, .limit = 1};
  Limiter limiter(spec);
  EXPECT_TRUE(limiter.take("a", kNine).is_allowed);
  EXPECT_TRUE(limiter.take("b", kNine).is_allowed);
  EXPECT_FALSE(limiter.take("a", kNine).is_allowed);
  limiter.release("a");
  EXPECT_TRUE(limiter.take("a", kNine).is_allowed);
}

TEST(Limiter, TellsOfItselfInEachDialect) {
  const LimitAnswer refused{.is_allowed = false, .remaining = 0, .reset = 29500ms, .retry_after = 300ms};
  struct Case {
    LimitHeaders style;
    Lines headers;
  };
  const Case cases[] = {
      {LimitHeaders::XEpochSeconds,
       {"X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1767603630"}},
      {LimitHeaders::XDeltaSeconds,
       {"X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 30"}},
      {LimitHeaders::XEpochMillis,
       {"X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1767603629500"}},
      {LimitHeaders::Draft06, {"RateLimit-Limit: 100", "RateLimit-Remaining: 0", "RateLimit-Reset: 30"}},
      {LimitHeaders::Draft07, {"RateLimit: limit=100, remaining=0, reset=30"}},
      {LimitHeaders::Draft08,
       {"RateLimit-Policy: \"default\";q=100;w=60", "RateLimit: \"default\";r=0;t=30"}}};
  for (const Case& c : cases) {
    kernel::Headers headers;
    tell_limit({.limit = 100, .per = 1min, .headers = {c.style}}, refused, kNine, headers);
    Lines lines;
    for (const auto& [name, value] : headers) lines.push_back(name + ": " + value);
    Lines expected = c.headers;
    expected.push_back("Retry-After: 1");
    EXPECT_EQ(lines, expected);
  }
}

HttpRequest charge(std::string body = "{}", std::string key = "k1", std::string path = "/charges") {
  HttpRequest request{
      .method = "POST", .host = "payments", .target = std::move(path), .body = std::move(body)};
  if (!key.empty()) request.headers.add("Idempotency-Key", std::move(key));
  return request;
}

using Verdict = Idempotency::Verdict;

TEST(Idempotency, RemembersAsStripeDoes) {
  const IdempotencySpec spec;
  Idempotency layer(spec);
  EXPECT_EQ(layer.look_up(charge("{}", ""), kernel::at(0s)).verdict, Verdict::NoKey);
  HttpRequest read = charge();
  read.method = "GET";
  EXPECT_EQ(layer.look_up(read, kernel::at(0s)).verdict, Verdict::NoKey);

  const auto first = layer.look_up(charge(), kernel::at(0s));
  EXPECT_EQ(first.verdict, Verdict::New);
  layer.begin(first, kernel::at(0s));
  EXPECT_EQ(layer.look_up(charge(), kernel::at(1s)).verdict, Verdict::InFlight);
  layer.store(first.key, {.status = 500, .body = "broken"});
  layer.answered(first.key);

  const auto again = layer.look_up(charge(), kernel::at(2s));
  EXPECT_EQ(again.verdict, Verdict::Replay);
  EXPECT_EQ(again.replay.status, 500);
  EXPECT_EQ(again.replay.headers.get("idempotent-replayed"), "true");
  EXPECT_EQ(layer.look_up(charge("{\"a\":1}"), kernel::at(2s)).verdict, Verdict::Mismatch);
  EXPECT_EQ(layer.look_up(charge("{}", "k1", "/refunds"), kernel::at(2s)).verdict, Verdict::Mismatch);
  HttpRequest another = charge();
  another.headers.add("Authorization", "Bearer b");
  EXPECT_EQ(layer.look_up(another, kernel::at(2s)).verdict, Verdict::New);
  EXPECT_EQ(layer.look_up(charge(), kernel::at(24h - 1ns)).verdict, Verdict::Replay);
  EXPECT_EQ(layer.look_up(charge(), kernel::at(24h)).verdict, Verdict::New);
}

TEST(Idempotency, StoresWhatItIsToldToStore) {
  struct Case {
    Stored stored;
    int status;
    Verdict verdict;
  };
  for (const Case& c : {Case{Stored::Success, 402, Verdict::New}, Case{Stored::Success, 201, Verdict::Replay},
                        Case{Stored::NotServerError, 402, Verdict::Replay},
                        Case{Stored::NotServerError, 503, Verdict::New}}) {
    const IdempotencySpec spec{.stored = c.stored};
    Idempotency layer(spec);
    const auto claim = layer.look_up(charge(), kernel::at(0s));
    layer.begin(claim, kernel::at(0s));
    layer.store(claim.key, {.status = c.status});
    layer.answered(claim.key);
    EXPECT_EQ(layer.look_up(charge(), kernel::at(1s)).verdict, c.verdict) << c.status;
  }
}

TEST(Idempotency, ComparesRequestsAsItIsTold) {
  const auto second = [](const IdempotencySpec& spec, const HttpRequest& request) {
    Idempotency layer(spec);
    const auto claim = layer.look_up(charge(R"({"a":1,"b":2})"), kernel::at(0s));
    layer.begin(claim, kernel::at(0s));
    layer.answered(claim.key);
    return layer.look_up(request, kernel::at(0s)).verdict;
  };
  EXPECT_EQ(second({.fingerprint = Fingerprint::Json}, charge(R"({ "b": 2, "a": 1 })")), Verdict::Replay);
  EXPECT_EQ(second({.fingerprint = Fingerprint::Json}, charge(R"({"a":1,"b":3})")), Verdict::Mismatch);
  EXPECT_EQ(second({.fingerprint = Fingerprint::None}, charge("x")), Verdict::Replay);
  EXPECT_EQ(second({.is_per_path = true}, charge("x", "k1", "/refunds")), Verdict::New);
  EXPECT_EQ(second({.is_required = true}, charge("x", "")), Verdict::Missing);
}

TEST(Saturation, MakesRequestsWaitForAWorker) {
  const SaturationSpec spec{.workers = 2, .service = {.first = 100ms}, .queue_max = 2};
  Saturation saturation(spec);
  const auto takes = [&](Duration at) { return saturation.admit(kernel::at(at), 0); };
  EXPECT_EQ(takes(0ms), 100ms);
  EXPECT_EQ(takes(0ms), 100ms);
  EXPECT_EQ(takes(10ms), 190ms);
  EXPECT_EQ(takes(20ms), 180ms);
  EXPECT_EQ(takes(30ms), std::nullopt);  // two wait already
  EXPECT_EQ(takes(100ms), 200ms);
  const SaturationSpec hasty{.workers = 1, .service = {.first = 1s}, .queue_timeout = 500ms};
  Saturation refuses(hasty);
  EXPECT_EQ(refuses.admit(kernel::at(0s), 0), 1s);
  EXPECT_EQ(refuses.admit(kernel::at(499ms), 0), std::nullopt);
  EXPECT_EQ(refuses.admit(kernel::at(500ms), 0), 1500ms);
}

/// Facts 14: M/M/c with 8/s and one worker of 10/s waits 0.400 s on average, 36/s with four 0.197 s.
TEST(Saturation, WaitsAsTheTheoryOfQueuesSays) {
  struct Case {
    std::int64_t workers;
    double per_second;
    double mean_wait;
  };
  for (const Case& c : {Case{1, 8, 0.400}, Case{2, 16, 0.178}, Case{4, 36, 0.197}}) {
    const SaturationSpec spec{.workers = c.workers,
                              .service = {.kind = LatencyKind::Exponential, .first = 100ms}};
    Saturation saturation(spec);
    kernel::Random random(7, "arrivals");
    double seconds = 0;
    double waited = 0;
    constexpr int kRequests = 1'000'000;
    for (int i = 0; i < kRequests; ++i) {
      seconds += kernel::exponential_at(random.unit(), 1 / c.per_second);
      const double u = random.unit();
      const auto now = kernel::at(Duration{static_cast<std::int64_t>(seconds * 1e9)});
      waited += static_cast<double>((*saturation.admit(now, u) - sample(spec.service, u)).count()) * 1e-9;
    }
    EXPECT_NEAR(waited / kRequests, c.mean_wait, c.mean_wait * 0.03);  // of this seed: it does not change
  }
}

TEST(States, MoveByThemselvesWhenTheirTimeHasCome) {
  States states;
  EXPECT_EQ(states.of("order", "SO-1", kernel::at(0s)), "Started");
  states.move("order", "SO-1", "paid", States::Later{"shipped", kernel::at(5s)});
  EXPECT_EQ(states.of("order", "SO-1", kernel::at(5s - 1ns)), "paid");
  EXPECT_EQ(states.of("order", "SO-1", kernel::at(5s)), "shipped");
  EXPECT_EQ(states.of("order", "SO-2", kernel::at(9s)), "Started");
}

TEST(Tokens, ExpireAndAreUsedUp) {
  const TokenSpec spec{.clients = {{"app", "s3"}}, .lasts = 10s, .gives_refresh_tokens = true, .uses_max = 2};
  Tokens tokens(spec);
  const auto ask = [&](std::string body) {
    return tokens.issue({.method = "POST", .target = "/oauth/token", .body = std::move(body)}, kernel::at(0s),
                        5);
  };
  EXPECT_EQ(ask("grant_type=client_credentials&client_id=app&client_secret=no").status, 401);
  EXPECT_EQ(ask("grant_type=password&client_id=app&client_secret=s3").status, 400);
  EXPECT_EQ(ask("client_id=app").body, R"({"error":"invalid_request"})");
  const auto answer =
      *kernel::parse_json(ask("grant_type=client_credentials&client_id=app&client_secret=s3").body);
  EXPECT_EQ(answer["expires_in"], 10);
  const auto check = [&](const std::string& header, Duration at) {
    HttpRequest request;
    if (!header.empty()) request.headers.add("Authorization", header);
    return tokens.check(request, kernel::at(at));
  };
  const std::string bearer = "Bearer " + answer["access_token"].get<std::string>();
  EXPECT_EQ(check("", 1s), Tokens::Access::NoToken);
  EXPECT_EQ(check("Bearer x", 1s), Tokens::Access::Invalid);
  EXPECT_EQ(check(bearer, 1s), Tokens::Access::Granted);
  EXPECT_EQ(check(bearer, 10s), Tokens::Access::Invalid);
  EXPECT_EQ(check(bearer, 2s), Tokens::Access::Granted);
  EXPECT_EQ(check(bearer, 3s), Tokens::Access::Invalid);  // used up
  const std::string refresh = "grant_type=refresh_token&client_id=app&client_secret=s3&refresh_token=" +
                              answer["refresh_token"].get<std::string>();
  EXPECT_EQ(ask(refresh).status, 200);
}

struct BucketBench {
  BucketSpec spec{.path = "/things",
                  .seed = std::make_shared<const kernel::Json>(
                      *kernel::parse_json(R"([{"id":1,"name":"b","n":5},{"id":2,"name":"a","n":10}])"))};
  Bucket bucket{spec};
  std::string call(std::string method, std::string target, std::string body = "", Duration at = 0s) {
    const HttpRequest request{
        .method = std::move(method), .target = std::move(target), .body = std::move(body)};
    const match::RequestView view(request);
    if (!bucket.is_for(view)) return "not mine";
    const auto answer = bucket.answer(view, kernel::at(at), "u-1");
    std::string text = std::to_string(answer.response.status) + " " + answer.response.body;
    if (answer.response.headers.has("X-Total-Count"))
      text += " " + std::string(answer.response.headers.get("X-Filtered-Count")) + "/" +
              std::string(answer.response.headers.get("X-Total-Count"));
    return text;
  }
};

TEST(Bucket, ListsAndChangesRecords) {
  BucketBench bench;
  EXPECT_EQ(bench.call("GET", "/things"),
            R"(200 [{"id":1,"name":"b","n":5},{"id":2,"name":"a","n":10}] 2/2)");
  EXPECT_EQ(bench.call("GET", "/things?sort=name"),
            R"(200 [{"id":2,"name":"a","n":10},{"id":1,"name":"b","n":5}] 2/2)");
  EXPECT_EQ(bench.call("GET", "/things?sort=n&order=desc&page=2&limit=1"),
            R"(200 [{"id":1,"name":"b","n":5}] 2/2)");
  EXPECT_EQ(bench.call("GET", "/things?n_gt=5"), R"(200 [{"id":2,"name":"a","n":10}] 1/2)");
  EXPECT_EQ(bench.call("GET", "/things?name_like=B&n_lte=5"), R"(200 [{"id":1,"name":"b","n":5}] 1/2)");
  EXPECT_EQ(bench.call("GET", "/things?search=zz"), "200 [] 0/2");
  EXPECT_EQ(bench.call("POST", "/things", R"({"name":"c"})"), R"(201 {"name":"c","id":3})");
  EXPECT_EQ(bench.call("POST", "/things", R"({"id":3})").substr(0, 3), "409");
  EXPECT_EQ(bench.call("PUT", "/things/3", R"({"name":"d"})"), R"(200 {"name":"d","id":3})");
  EXPECT_EQ(bench.call("PATCH", "/things/3", R"({"n":1})"), R"(200 {"name":"d","id":3,"n":1})");
  EXPECT_EQ(bench.call("GET", "/things/3"), R"(200 {"name":"d","id":3,"n":1})");
  EXPECT_EQ(bench.call("DELETE", "/things/3"), "204 ");
  EXPECT_EQ(bench.call("GET", "/things/3").substr(0, 3), "404");
  EXPECT_EQ(bench.call("DELETE", "/things").substr(0, 3), "405");
  EXPECT_EQ(bench.call("POST", "/things", "[]").substr(0, 3), "400");
  EXPECT_EQ(bench.call("GET", "/things/1/x"), "not mine");
  bench.call("POST", "/things", R"({"id":"x"})");
  EXPECT_EQ(bench.call("POST", "/things", "{}"), R"(201 {"id":"u-1"})");
}

TEST(Bucket, ShowsWhatWasSoLongAgo) {
  BucketSpec spec{.path = "/things", .lag = 2s};
  Bucket bucket(spec);
  const auto count = [&](Duration at) {
    const HttpRequest request{.method = "GET", .target = "/things"};
    return std::string(
        bucket.answer(match::RequestView(request), kernel::at(at), "").response.headers.get("X-Total-Count"));
  };
  for (const Duration at : {1s, 2s}) {
    const HttpRequest request{.method = "POST", .target = "/things", .body = "{}"};
    bucket.answer(match::RequestView(request), kernel::at(at), "u" + std::to_string(at.count()));
  }
  EXPECT_EQ(count(2s), "0");
  EXPECT_EQ(count(3s), "1");
  EXPECT_EQ(count(4s), "2");
}

}  // namespace
}  // namespace mocks::stubs
