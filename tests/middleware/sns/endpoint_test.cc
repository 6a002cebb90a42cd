#include "middleware/sns/endpoint.h"

#include <gtest/gtest.h>

#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace sns {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;
using namespace std::chrono_literals;

const std::string kTopic = "arn:aws:sns:us-east-1:123456789012:orders";
const std::string kEvent =
    R"({"detail-type":"Order_Placed__e","source":"s","detail":{"id":"2ed6657d-e927-568b-95e1-2665a8aea6a2","payload":{"Order__c":"SO-1"}}})";

/// The service: keeps what it was asked and answers with `status`.
class FakeService final : public kernel::HttpHandler {
 public:
  explicit FakeService(std::vector<HttpRequest>& asked, int& status) : asked_(asked), status_(status) {}
  kernel::Task<HttpReply> handle(HttpRequest request) override {
    asked_.push_back(std::move(request));
    co_return HttpReply{{.status = status_, .body = "{}"}};
  }

 private:
  std::vector<HttpRequest>& asked_;
  int& status_;
};

class EndpointTest : public testing::Test {
 protected:
  static HttpRequest request(const std::string& type, const std::string& body) {
    return {.method = "POST",
            .host = "middleware",
            .target = "/sns",
            .headers = {{"x-amz-sns-message-type", type}, {"x-amz-sns-topic-arn", kTopic}},
            .body = body};
  }
  static std::string envelope(const std::string& type, const std::string& more) {
    return R"({"Type":")" + type + R"(","TopicArn":")" + kTopic + R"(",)" + more + "}";
  }
  static HttpRequest notification(const std::string& message) {
    return request("Notification", envelope("Notification", R"("Message":)" + kernel::json_quoted(message)));
  }
  static HttpRequest confirmation(const std::string& url) {
    return request("SubscriptionConfirmation",
                   envelope("SubscriptionConfirmation", R"("SubscribeURL":)" + kernel::json_quoted(url)));
  }
  std::string ask(HttpRequest asking) {
    const HttpReply reply = support::run(scheduler, endpoint.handle(std::move(asking)));
    return std::to_string(reply.response.status) + " " + reply.response.body;
  }
  /// The status, and whether the body has that in it.
  void expect(HttpRequest asking, int code, const std::string& part) {
    const std::string answer = ask(std::move(asking));
    EXPECT_TRUE(answer.starts_with(std::to_string(code) + " ")) << answer;
    EXPECT_NE(answer.find(part), std::string::npos) << answer;
  }

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  std::vector<HttpRequest> asked;
  int status = 200;
  support::ScriptedApi aws{scheduler};
  Endpoint endpoint{
      {.topics = {kTopic}},
      {.types = {{.name = "Order_Placed__e", .required = {{"Order__c", ingest::FieldKind::Text}}}}},
      scheduler,
      aws,
      std::make_unique<FakeService>(asked, status)};
};

TEST_F(EndpointTest, GivesTheEventInsideToTheService) {
  expect(notification(kEvent), 200, R"("eventId":"2ed6657d-e927-568b-95e1-2665a8aea6a2")");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].target, "/events");
  EXPECT_EQ(asked[0].headers.get("ce-id"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_EQ(asked[0].headers.get("X-Deadline-Ms"), "14500") << "SNS waits 15 s";
  EXPECT_EQ(asked[0].body, R"({"Order__c":"SO-1"})");
}

TEST_F(EndpointTest, KeepsTheHopThatTheRequestCameIn) {
  HttpRequest asking = notification(kEvent);
  asking.headers.add("traceparent", kernel::traceparent("2ed6657d-e927-568b-95e1-2665a8aea6a2", 9));
  ask(std::move(asking));
  EXPECT_EQ(asked.at(0).headers.get("traceparent"),
            kernel::traceparent("2ed6657d-e927-568b-95e1-2665a8aea6a2", 9));
}

TEST_F(EndpointTest, TakesRawMessagesToo) {
  HttpRequest asking = request("Notification", kEvent);
  asking.headers.add("x-amz-sns-rawdelivery", "true");
  expect(std::move(asking), 200, "eventId");
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(EndpointTest, AnswersSoThatSnsRepeatsOnlyWhatMaySucceed) {
  struct Case {
    int service;
    int answer;
  };
  // 409 means that another delivery is being worked on; SNS would give a 4xx up.
  const Case cases[] = {{200, 200}, {422, 422}, {400, 422}, {409, 503}, {429, 503}, {503, 503}};
  for (const Case& c : cases) {
    status = c.service;
    expect(notification(kEvent), c.answer, "");
  }
  asked.clear();
  expect(notification("no JSON"), 422, "ValidationError");
  expect(notification(R"({"detail-type":"Other__e","detail":{"payload":{}}})"), 422, "RoutingError");
  EXPECT_TRUE(asked.empty());
}

TEST_F(EndpointTest, ConfirmsASubscriptionByVisitingItsUrl) {
  aws.then(200);
  expect(confirmation("https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"), 200,
         "confirmed");
  ASSERT_EQ(aws.asked.size(), 1U);
  EXPECT_EQ(aws.asked[0].request.method + " " + aws.asked[0].request.host + aws.asked[0].request.target,
            "GET sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=t");
  aws.then(400);
  expect(confirmation("https://sns.us-east-1.amazonaws.com/?x"), 502, "SNS answered 400");
  aws.then(std::unexpected(kernel::NoAnswer::Refused));
  expect(confirmation("https://sns.us-east-1.amazonaws.com/?x"), 503, "refused");
}

TEST_F(EndpointTest, VisitsNobodyButSns) {
  aws.then(200);
  for (const char* url :
       {"http://sns.us-east-1.amazonaws.com/?x", "https://sns.us-east-1.amazonaws.com.evil.org/?x",
        "https://evil.org/sns.us-east-1.amazonaws.com/", "https://sns.eu-west-1.amazonaws.com/?x", ""})
    expect(confirmation(url), 403, "SubscribeURL does not lie at https://sns.us-east-1.amazonaws.com");
  EXPECT_TRUE(aws.asked.empty());
}

TEST_F(EndpointTest, RefusesWhatItDoesNotKnow) {
  HttpRequest other = notification(kEvent);
  other.headers.set("x-amz-sns-topic-arn", kTopic + "2");
  expect(std::move(other), 403, "this topic is not taken here");
  HttpRequest mixed = notification(kEvent);
  mixed.body = R"({"Type":"Notification","TopicArn":"arn:aws:sns:us-east-1:123456789012:other"})";
  expect(std::move(mixed), 400, "different topics");
  expect(request("Notification", "{"), 400, "body");
  expect(request("Greeting", envelope("Greeting", R"("a":1)")), 400, "SNS sends nothing of type 'Greeting'");
  HttpRequest get = notification(kEvent);
  get.method = "GET";
  expect(std::move(get), 405, "POST /sns");
  EXPECT_TRUE(asked.empty());
}

TEST_F(EndpointTest, LeavesEverythingElseToTheService) {
  ask({.method = "GET", .target = "/health"});
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].target, "/health");
}

TEST(Endpoint, IsNotThereWithoutTopics) {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  std::vector<HttpRequest> asked;
  int status = 404;
  support::ScriptedApi aws{scheduler};
  Endpoint endpoint({}, {}, scheduler, aws, std::make_unique<FakeService>(asked, status));
  const auto reply = support::run(scheduler, endpoint.handle({.method = "POST", .target = "/sns"}));
  EXPECT_EQ(reply.response.status, 404);
  EXPECT_EQ(asked.size(), 1U);
}

TEST(ServiceHost, FollowsTheRegionOfTheTopic) {
  const std::pair<const char*, const char*> cases[] = {
      {"arn:aws:sns:us-east-1:123456789012:orders", "sns.us-east-1.amazonaws.com"},
      {"arn:aws-cn:sns:cn-north-1:123456789012:orders", "sns.cn-north-1.amazonaws.com.cn"},
      {"arn:aws:sqs:us-east-1:123456789012:orders", ""},
      {"arn:aws:sns:us-east-1", ""},
      {"orders", ""}};
  for (const auto& [arn, host] : cases) EXPECT_EQ(service_host(arn), host) << arn;
}

}  // namespace
}  // namespace sns
