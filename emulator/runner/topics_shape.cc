// The shape of given.topics.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/queues/ports.h"
#include "emulator/runner/given_shapes.h"
#include "emulator/topics/delivery_policy.h"
#include "emulator/topics/filter_policy.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::choice;
using config::duration;
using config::integer;
using config::list_of;
using config::map_of;
using config::MapOf;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using topics::Backoff;
using topics::FilterScope;
using namespace std::chrono_literals;

/// `retry` of an HTTP subscription, in whole seconds as the service has them.
struct RetryText {
  std::int64_t retries = 3;
  std::int64_t at_once = 0;
  std::int64_t pre_backoff = 0;
  std::int64_t post_backoff = 0;
  kernel::Duration wait_min = 20s;
  kernel::Duration wait_max = 20s;
  Backoff function = Backoff::Linear;
};

struct SubscriptionText {
  config::Place place{};
  std::optional<std::string> lambda{};
  std::optional<std::string> queue{};
  std::optional<std::string> middleware{};
  bool is_raw = false;
  std::optional<kernel::Json> filter{};
  FilterScope scope = FilterScope::MessageAttributes;
  std::optional<std::string> dead_letter{};
  std::optional<RetryText> retry{};
  std::optional<std::int64_t> per_second{};
  std::optional<std::string> content_type{};
};

struct TopicText {
  bool is_fifo = false;
  bool dedupes_by_content = false;
  std::optional<std::int64_t> message_bytes{};
  std::int64_t signature = 1;
  std::vector<SubscriptionGiven> subscriptions{};
};

Shape<kernel::Duration> whole_seconds() {
  return mapped<kernel::Duration>(duration(1s, 1h),
                                  [](const kernel::Duration& wait) -> kernel::Result<kernel::Duration> {
                                    if (wait % 1s == 0s) return wait;
                                    return kernel::invalid("wants whole seconds");
                                  });
}

kernel::Json policy_of(const SubscriptionText& text) {
  kernel::Json policy = kernel::Json::object();
  if (text.retry) {
    const RetryText& retry = *text.retry;
    policy["healthyRetryPolicy"] = {{"minDelayTarget", retry.wait_min / 1s},
                                    {"maxDelayTarget", retry.wait_max / 1s},
                                    {"numRetries", retry.retries},
                                    {"numNoDelayRetries", retry.at_once},
                                    {"numMinDelayRetries", retry.pre_backoff},
                                    {"numMaxDelayRetries", retry.post_backoff},
                                    {"backoffFunction", to_text(retry.function)}};
  }
  if (text.per_second) policy["throttlePolicy"] = {{"maxReceivesPerSecond", *text.per_second}};
  if (text.content_type) policy["requestPolicy"] = {{"headerContentType", *text.content_type}};
  return policy;
}

std::string dead_letter_policy(const std::string& queue) {
  return R"({"deadLetterTargetArn":")" + queues::queue_arn(queue) + R"("})";
}

kernel::Result<SubscriptionGiven> to_subscription(const SubscriptionText& text) {
  SubscriptionGiven given{.place = text.place, .dead_letter = text.dead_letter.value_or("")};
  if (text.lambda) given.protocol = "lambda", given.name = *text.lambda;
  if (text.queue) given.protocol = "sqs", given.name = *text.queue;
  if (text.middleware) given.protocol = "https", given.name = *text.middleware;
  if (text.middleware && !given.name.starts_with("/"))
    return kernel::invalid("'middleware' wants a path of the middleware, such as /sns");
  if (text.is_raw && text.lambda) return kernel::invalid("functions get no raw messages");
  if (text.is_raw) given.attributes.emplace_back("RawMessageDelivery", "true");
  if (text.filter) {
    const std::string filter = kernel::json_text(*text.filter);
    if (const auto compiled = topics::FilterPolicy::compile(filter, text.scope); !compiled)
      return kernel::invalid("'filter': " + compiled.error().message);
    given.attributes.emplace_back("FilterPolicyScope", to_text(text.scope));
    given.attributes.emplace_back("FilterPolicy", filter);
  }
  if (const kernel::Json policy = policy_of(text); !policy.empty()) {
    if (!text.middleware)
      return kernel::invalid("'retry', 'per_second' and 'content_type' are of HTTP subscriptions only");
    const std::string json = kernel::json_text(policy);
    const auto parsed = topics::parse_delivery_policy(json, topics::PolicyOf::Subscription);
    if (!parsed) return kernel::invalid("as a DeliveryPolicy: " + parsed.error().message);
    given.attributes.emplace_back("DeliveryPolicy", json);
  }
  const std::int64_t retries =
      text.middleware ? text.retry.value_or(RetryText{}).retries : topics::managed_schedule().retries();
  given.attempts_max = retries + 1;
  if (text.dead_letter) given.attributes.emplace_back("RedrivePolicy", dead_letter_policy(*text.dead_letter));
  return given;
}

kernel::Result<std::vector<TopicGiven>> to_topics(const MapOf<TopicText>& entries) {
  std::vector<TopicGiven> all;
  for (const auto& [name, text] : entries) {
    TopicGiven given{.name = name};
    if (text.is_fifo != name.ends_with(".fifo"))
      return kernel::invalid("topic '" + name + "': 'fifo: true' and a name that ends in .fifo go together");
    if (text.is_fifo) given.attributes.emplace_back("FifoTopic", "true");
    if (text.dedupes_by_content) given.attributes.emplace_back("ContentBasedDeduplication", "true");
    if (text.message_bytes)
      given.attributes.emplace_back("MaximumMessageSize", std::to_string(*text.message_bytes));
    if (text.signature != 1) given.attributes.emplace_back("SignatureVersion", "2");
    given.subscriptions = text.subscriptions;
    for (auto one = given.subscriptions.begin(); one != given.subscriptions.end(); ++one) {
      const auto is_the_same = [&one](const SubscriptionGiven& other) {
        return other.protocol == one->protocol && other.name == one->name;
      };
      // Over the API the second is the first; here that is a mistake.
      if (std::any_of(given.subscriptions.begin(), one, is_the_same))
        return kernel::invalid("topic '" + name + "': '" + one->name + "' subscribes twice");
    }
    all.push_back(std::move(given));
  }
  return all;
}

Shape<RetryText> retry_shape() {
  return object<RetryText>("retries", "How often and when an HTTP endpoint is tried again.")
      .optional("retries", &RetryText::retries, integer(0, 100), "All of them together.")
      .optional("at_once", &RetryText::at_once, integer(0, 100), "First, so many without a wait.")
      .optional("pre_backoff", &RetryText::pre_backoff, integer(0, 100), "Then so many after wait_min.")
      .optional("post_backoff", &RetryText::post_backoff, integer(0, 100), "Last, so many after wait_max.")
      .optional("wait_min", &RetryText::wait_min, whole_seconds(), "Shortest wait.")
      .optional("wait_max", &RetryText::wait_max, whole_seconds(), "Longest wait.")
      .optional("backoff", &RetryText::function,
                choice<Backoff>({{"linear", Backoff::Linear},
                                 {"arithmetic", Backoff::Arithmetic},
                                 {"geometric", Backoff::Geometric},
                                 {"exponential", Backoff::Exponential}}),
                "How waits grow in between.")
      .done();
}

Shape<SubscriptionText> subscription_shape() {
  return object<SubscriptionText>("a subscription", "Who gets the messages of the topic.")
      .optional("lambda", &SubscriptionText::lambda, non_empty_text(), "A function, asynchronously.")
      .optional("queue", &SubscriptionText::queue, non_empty_text(), "A queue.")
      .optional("middleware", &SubscriptionText::middleware, non_empty_text(),
                "The middleware over HTTPS: a path, /sns.")
      .not_yet("url", "subscriptions reach functions, queues and the middleware")
      .optional("raw", &SubscriptionText::is_raw, boolean(), "The message alone, without the envelope.")
      .optional("filter", &SubscriptionText::filter, config::json(), "Filter policy: which messages.")
      .optional("filter_scope", &SubscriptionText::scope,
                choice<FilterScope>({{"MessageAttributes", FilterScope::MessageAttributes},
                                     {"MessageBody", FilterScope::MessageBody}}),
                "What the filter looks at.")
      .optional("dead_letter", &SubscriptionText::dead_letter, non_empty_text(),
                "Queue for messages that are given up; without it they are lost.")
      .optional("retry", &SubscriptionText::retry, retry_shape(), "Of HTTP only.")
      .optional("per_second", &SubscriptionText::per_second, integer(1, 1'000'000),
                "At most so many receipts a second; of HTTP only.")
      .optional("content_type", &SubscriptionText::content_type, non_empty_text(), "Of HTTP only.")
      .exactly_one_of({"lambda", "queue", "middleware"})
      .place(&SubscriptionText::place)
      .done();
}

}  // namespace

Shape<std::vector<TopicGiven>> topics_shape() {
  const auto topic =
      object<TopicText>("a topic", "An SNS topic.")
          .optional("fifo", &TopicText::is_fifo, boolean(), "Keeps order; its name ends in .fifo.")
          .optional("deduplicate_by_content", &TopicText::dedupes_by_content, boolean(),
                    "The same text within five minutes is a duplicate; FIFO only.")
          .optional("message_bytes", &TopicText::message_bytes, config::size(),
                    "Largest message, 1 KiB to 1 MiB.")
          .optional("signature", &TopicText::signature, integer(1, 2), "1: SHA-1, 2: SHA-256.")
          .optional("subscriptions", &TopicText::subscriptions,
                    list_of(mapped<SubscriptionGiven>(subscription_shape(), to_subscription)),
                    "All that want a message get it.")
          .done();
  return mapped<std::vector<TopicGiven>>(map_of(topic), to_topics);
}

Shape<TopicsAccount> topics_account_shape() {
  using topics::On429;
  return object<TopicsAccount>("how topics deliver", "What AWS's pages leave open.")
      .optional("on_429", &TopicsAccount::on_429,
                choice<On429>(
                    {{"again", On429::Again}, {"refused", On429::Refused}, {"delivered", On429::Delivered}}),
                "What a topic makes of a 429: tries again, gives the message up, or takes it for delivered.")
      .done();
}

}  // namespace emulator::runner
