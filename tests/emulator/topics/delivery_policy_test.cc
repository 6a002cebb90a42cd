#include "emulator/topics/delivery_policy.h"

#include <gtest/gtest.h>

namespace emulator::topics {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTopic =
    R"({"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":5,"maxDelayTarget":60,"numRetries":20,"numNoDelayRetries":1,)"
    R"("numMinDelayRetries":2,"numMaxDelayRetries":3,"backoffFunction":"exponential"},"defaultThrottlePolicy":{"maxReceivesPerSecond":10},)"
    R"("defaultRequestPolicy":{"headerContentType":"application/json"},"disableSubscriptionOverrides":false}})";

TEST(DeliveryPolicy, IsReadFromATopic) {
  const auto policy = parse_delivery_policy(kTopic, PolicyOf::Topic);
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->retry, (RetrySchedule{.at_once = 1,
                                          .pre_backoff = 2,
                                          .backoff = 14,
                                          .post_backoff = 3,
                                          .wait_min = 5s,
                                          .wait_max = 60s,
                                          .function = Backoff::Exponential}));
  EXPECT_EQ(policy->receives_per_second, 10);
  EXPECT_EQ(policy->content_type, "application/json");
  EXPECT_FALSE(policy->disables_overrides);
}

TEST(DeliveryPolicy, IsReadFromASubscription) {
  const auto policy = parse_delivery_policy(
      R"({"healthyRetryPolicy":{"numRetries":1},"sicklyRetryPolicy":null,"throttlePolicy":{"maxReceivesPerSecond":2},"requestPolicy":null})",
      PolicyOf::Subscription);
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->retry, (RetrySchedule{.backoff = 1}));
  EXPECT_EQ(policy->receives_per_second, 2);
  EXPECT_EQ(policy->content_type, std::nullopt);
}

TEST(DeliveryPolicy, SaysWhatIsWrong) {
  struct Case {
    const char* json;
    const char* complaint;
  };
  const Case topics[] = {
      {"{", "failed to parse JSON."},
      {"[]", " must be an object"},
      {R"({"http":5})", "http must be an object"},
      {R"({"smtp":{}})", "smtp is not emulated"},
      {R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}})",
       "http.defaultHealthyRetryPolicy.numRetries must be less than or equal to 100"},
      {R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":-1}}})",
       "http.defaultHealthyRetryPolicy.numRetries must be greater than or equal to 0"},
      {R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":"3"}}})",
       "http.defaultHealthyRetryPolicy.numRetries must be an integer"},
      {R"({"http":{"defaultHealthyRetryPolicy":{"maxDelayTarget":3601}}})",
       "http.defaultHealthyRetryPolicy.maxDelayTarget must be less than or equal to 3600"},
      {R"({"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":21}}})",
       "http.defaultHealthyRetryPolicy.minDelayTarget must be less than or equal to 20"},
      {R"({"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":0}}})",
       "http.defaultHealthyRetryPolicy.minDelayTarget must be greater than or equal to 1"},
      {R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":3,"numNoDelayRetries":2,"numMaxDelayRetries":2}}})",
       "http.defaultHealthyRetryPolicy.numRetries must not be less than the retries of its phases together"},
      {R"({"http":{"defaultHealthyRetryPolicy":{"backoffFunction":"cubic"}}})",
       "http.defaultHealthyRetryPolicy.backoffFunction must be one of linear, arithmetic, geometric, "
       "exponential"},
      {R"({"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":60,"maxDelayTarget":60,"numRetries":61}}})",
       "http.defaultHealthyRetryPolicy must not wait longer than 3600 seconds in all"},
      {R"({"http":{"defaultHealthyRetryPolicy":{"numRetires":3}}})",
       "http.defaultHealthyRetryPolicy.numRetires is not emulated"},
      {R"({"http":{"defaultSicklyRetryPolicy":{}}})", "http.defaultSicklyRetryPolicy is not emulated"},
      {R"({"http":{"defaultThrottlePolicy":{"maxReceivesPerSecond":0}}})",
       "http.defaultThrottlePolicy.maxReceivesPerSecond must be greater than or equal to 1"},
      {R"({"http":{"defaultRequestPolicy":{"headerContentType":5}}})",
       "http.defaultRequestPolicy.headerContentType must be a media type"},
      {R"({"http":{"disableSubscriptionOverrides":"yes"}})",
       "http.disableSubscriptionOverrides must be a boolean"},
  };
  for (const Case& c : topics) {
    SCOPED_TRACE(c.json);
    const auto policy = parse_delivery_policy(c.json, PolicyOf::Topic);
    ASSERT_FALSE(policy);
    EXPECT_EQ(policy.error().message, c.complaint);
  }
  const auto policy = parse_delivery_policy(R"({"http":{}})", PolicyOf::Subscription);
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().message, "http is not emulated");
}

TEST(DeliveryPolicy, AnHourOfWaitsIsTheMost) {
  EXPECT_TRUE(parse_delivery_policy(
      R"({"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":60,"maxDelayTarget":60,"numRetries":60}}})",
      PolicyOf::Topic));
}

TEST(DeliveryPolicy, OfASubscriptionWinsUnlessTheTopicForbidsIt) {
  DeliveryPolicy topic = *parse_delivery_policy(kTopic, PolicyOf::Topic);
  const DeliveryPolicy own = {.retry = RetrySchedule{.backoff = 1}, .content_type = "text/xml"};
  const EffectivePolicy both = effective_policy(topic, own);
  EXPECT_EQ(both.retry.retries(), 1);
  EXPECT_EQ(both.receives_per_second, 10) << "what it does not say is the topic's";
  EXPECT_EQ(both.content_type, "text/xml");
  topic.disables_overrides = true;
  const EffectivePolicy forbidden = effective_policy(topic, own);
  EXPECT_EQ(forbidden.retry.retries(), 20);
  EXPECT_EQ(forbidden.content_type, "application/json");
  const EffectivePolicy neither = effective_policy({}, {});
  EXPECT_EQ(neither.retry, http_schedule());
  EXPECT_EQ(neither.content_type, "text/plain; charset=UTF-8");
}

TEST(DeliveryPolicy, ShowsWhatHolds) {
  EXPECT_EQ(
      effective_policy_json({}, PolicyOf::Topic, false),
      R"({"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,)"
      R"("numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,)"
      R"("defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}})");
  EXPECT_EQ(
      effective_policy_json({.receives_per_second = 4}, PolicyOf::Subscription, false),
      R"({"healthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,)"
      R"("numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"throttlePolicy":{"maxReceivesPerSecond":4},)"
      R"("requestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}})");
}

}  // namespace
}  // namespace emulator::topics
