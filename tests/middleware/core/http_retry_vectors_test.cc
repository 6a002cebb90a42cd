// The retry rules against the decision table of one HTTP client, row by row: with that client's statuses,
// methods and errors as settings every row is decided as it does; by our plain rules all but the rows that
// differs() names.
#include <map>
#include <optional>
#include <string>

#include "middleware/core/retry.h"
#include "middleware/core/server_hints.h"
#include "tests/middleware/core/vectors.h"

namespace core_tests {
namespace {

using core::CallResult;
using core::Jitter;
using core::Retry;
using core::RetryRules;
using kernel::NoAnswer;
using namespace std::chrono_literals;

constexpr kernel::WallTime kEpoch{1'700'000'000s};

/// What we see where that client sees a code of its own.
NoAnswer reason_of(const std::string& code) {
  const std::map<std::string, NoAnswer> reasons = {{"ECONNRESET", NoAnswer::Reset},
                                                   {"EPIPE", NoAnswer::Reset},
                                                   {"UND_ERR_SOCKET", NoAnswer::ClosedEarly},
                                                   {"ECONNREFUSED", NoAnswer::Refused},
                                                   {"ENOTFOUND", NoAnswer::Refused},
                                                   {"ENETDOWN", NoAnswer::Refused},
                                                   {"ENETUNREACH", NoAnswer::Refused},
                                                   {"EHOSTDOWN", NoAnswer::Refused},
                                                   {"EHOSTUNREACH", NoAnswer::Refused},
                                                   {"UND_ERR_CONNECT_TIMEOUT", NoAnswer::ConnectTimeout},
                                                   {"UND_ERR_HEADERS_TIMEOUT", NoAnswer::Timeout},
                                                   {"UND_ERR_BODY_TIMEOUT", NoAnswer::Timeout}};
  const auto found = reasons.find(code);
  EXPECT_TRUE(found != reasons.end()) << code;
  return found == reasons.end() ? NoAnswer::ProtocolError : found->second;
}

RetryRules our_rules(const Json& settings) {
  return {.attempts_max = settings["max_retries"].get<std::int64_t>() + 1,
          .base = millis(settings["base_ms"]),
          .throttled_base = millis(settings["base_ms"]),
          .factor = settings["factor"],
          .wait_max = millis(settings["cap_ms"]),
          .jitter = Jitter::None};
}

RetryRules its_rules(const Json& settings) {
  RetryRules rules = our_rules(settings);
  rules.retry_after = core::RetryAfterUse::Replaces;
  rules.on = core::RetryOn{.statuses = settings["statuses"].get<std::vector<int>>(),
                           .no_answers = {NoAnswer::Reset, NoAnswer::ClosedEarly, NoAnswer::Refused}};
  rules.methods = settings["methods"].get<std::vector<std::string>>();
  return rules;
}

CallResult result_of(const Json& row) {
  if (row.contains("code")) return {.no_answer = reason_of(row["code"])};
  CallResult result{.status = row["status"]};
  if (row.contains("retry_after"))
    result.retry_after = core::parse_retry_after(row["retry_after"].get<std::string>(), kEpoch);
  return result;
}

/// What our plain rules decide otherwise, on purpose.
enum class Difference { None, RepeatsToo, GivesUp };
Difference differs(const Json& row) {
  const std::string method = row["method"];
  const bool is_post = method == "POST" || method == "PATCH";
  const int status = row.value("status", 0);
  const std::string code = row.value("code", "");
  // 408 and 425 are repeated where that is safe; a throttled request was not applied, and of a refused one
  // nothing was sent, so a POST is repeated as well.
  if (!is_post && (status == 408 || status == 425)) return Difference::RepeatsToo;
  if (is_post && status == 429) return Difference::RepeatsToo;
  if (code == "UND_ERR_CONNECT_TIMEOUT") return Difference::RepeatsToo;
  if (is_post && !code.empty() && reason_of(code) == NoAnswer::Refused) return Difference::RepeatsToo;
  if (!is_post && (code == "UND_ERR_HEADERS_TIMEOUT" || code == "UND_ERR_BODY_TIMEOUT"))
    return Difference::RepeatsToo;
  if (!is_post && status > 505) return Difference::RepeatsToo;
  // A hint may lengthen our wait by 5 s; one that asks for more ends the call.
  const bool hint_counts =
      row.contains("retry_after") && row.value("delay_ms", 0) > 1000 * row["counter"].get<int>();
  return hint_counts && row.value("delay_ms", 0) > 1000 + 5000 ? Difference::GivesUp : Difference::None;
}

void check_row(const Json& row, const Json& settings) {
  const CallResult result = result_of(row);
  const std::string method = row["method"];
  const Retry::Attempt attempt{.number = row["counter"], .method = method, .left = 24h};
  const auto its = Retry(its_rules(settings)).after(result, attempt);
  EXPECT_EQ(its.wait.has_value(), row["retry"].get<bool>());
  if (its.wait && row.contains("delay_ms")) EXPECT_EQ(*its.wait, millis(row["delay_ms"]));

  const auto ours = Retry(our_rules(settings)).after(result, attempt);
  switch (differs(row)) {
    case Difference::None:
      EXPECT_EQ(ours.wait, its.wait);
      break;
    case Difference::RepeatsToo:
      EXPECT_FALSE(row["retry"].get<bool>());
      EXPECT_TRUE(ours.wait);
      break;
    case Difference::GivesUp:
      EXPECT_EQ(ours.wait, std::nullopt);
      EXPECT_EQ(ours.reason, core::GiveUp::RetryAfterTooLong);
      break;
  }
}

constexpr const char* kFiles[] = {"http-retry-decision.json"};

/// A row each, as a trace of its own.
std::vector<Trace> rows() {
  std::vector<Trace> all;
  for (const Trace& trace : traces_of(kFiles)) {
    if (!(*trace).contains("expect")) return {trace};
    for (const Json& row : (*trace)["expect"]["rows"]) {
      std::string id = std::to_string(all.size() + 1) + "_" + row["method"].get<std::string>() + "_";
      id += row.contains("code") ? row["code"].get<std::string>() : row["status"].dump();
      all.push_back({std::make_shared<const Json>(
          Json{{"id", id}, {"title", row.dump()}, {"row", row}, {"settings", (*trace)["settings"]}})});
    }
  }
  return all;
}

void check_trace_of_row(const Json& trace) {
  ASSERT_TRUE(trace.contains("row")) << trace;
  check_row(trace["row"], trace["settings"]);
}

class HttpRetryVectors : public VectorTest {};
TEST_P(HttpRetryVectors, DecidesAsRecorded) { check_trace_of_row(*GetParam()); }
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HttpRetryVectors);
INSTANTIATE_TEST_SUITE_P(Row, HttpRetryVectors, testing::ValuesIn(rows()), trace_name);

TEST(AllHttpRetryVectors, AreDecidedAsRecorded) {
  for (const Trace& row : rows()) {
    SCOPED_TRACE((*row)["title"]);
    check_trace_of_row(*row);
  }
}

}  // namespace
}  // namespace core_tests
