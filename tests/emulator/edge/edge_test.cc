#include "emulator/edge/edge.h"

#include "emulator/edge/box_errors.h"
#include "emulator/edge/sts.h"
#include "middleware/kernel/wait.h"
#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

using emulator::edge::AwsReply;
using emulator::edge::Dialect;
using emulator::edge::Operation;

/// Speaks JSON and forms; answers after a second what it was asked, or refuses it.
class Echo final : public emulator::edge::AwsService {
 public:
  explicit Echo(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  std::string_view name() const override { return "sqs"; }
  const Dialect* dialect() const override {
    static constexpr Dialect kDialect{"http://queue.amazonaws.com/doc/2012-11-05/", {}};
    return &kDialect;
  }
  kernel::Task<AwsResult> call(AwsCall call) override {
    static constexpr Operation<Echo> kOperations[] = {{"Say", &Echo::say}, {"Refuse", &Echo::refuse}};
    return emulator::edge::run_operation<Echo>(*this, kOperations, std::move(call));
  }

 private:
  kernel::Task<AwsResult> say(AwsCall call) {
    co_await kernel::sleep_for_duration(scheduler_, std::chrono::seconds{1});
    co_return emulator::edge::reply_with(*call.input);
  }
  AwsResult refuse(const AwsCall&) {
    return std::unexpected(AwsError{.code = "OverLimit", .message = "enough", .status = 403});
  }
  kernel::Scheduler& scheduler_;
};

struct EchoRig : Rig {
  EchoRig() {
    edge.add(std::make_unique<Echo>(scheduler));
    edge.add(std::make_unique<emulator::edge::Sts>("123456789012"));
  }
};

TEST(Edge, AnswersEachClientInItsOwnProtocol) {
  EchoRig rig;
  const HttpResponse json = rig.send(js_json("sqs", "AmazonSQS.Say", R"({"A":"x"})", "1.0"));
  EXPECT_EQ(json.status, 200);
  EXPECT_EQ(json.body, R"({"A":"x"})");
  const HttpResponse xml = rig.send(boto_form("sqs", "Action=Say&Version=2012-11-05&A=x"));
  EXPECT_NE(xml.body.find("<SayResult><A>x</A></SayResult>"), std::string::npos) << xml.body;
  EXPECT_NE(header(json, "x-amzn-RequestId"), header(xml, "x-amzn-RequestId"));
  EXPECT_EQ(header(json, "Date"), "Mon, 05 Jan 2026 09:00:01 GMT") << "of the answer, not of the question";
}

TEST(Edge, RecordsEachCallAsAHopWithTheClientsAttempt) {
  EchoRig rig;
  rig.send(js_json("sqs", "AmazonSQS.Say", "{}", "1.0"));
  rig.send(boto_form("sqs", "Action=Refuse&Version=2012-11-05"));
  EXPECT_EQ(rig.hops.lines(),
            (std::vector<std::string>{"client sqs Say #1 under 0 0..1000 ok 200",
                                      "client sqs Refuse #2 under 0 1000..1000 rejected 403 OverLimit"}));
}

TEST(Edge, RefusesByNameWhatItDoesNotEmulate) {
  EchoRig rig;
  HttpRequest bucket{
      .method = "PUT", .target = "/bucket/key?x=1", .headers = {{"authorization", signed_for("s3")}}};
  HttpRequest cbor{
      .method = "POST",
      .target = "/service/GraniteServiceVersion20100801/operation/PutMetricData",
      .headers = {{"smithy-protocol", "rpc-v2-cbor"}, {"authorization", signed_for("monitoring")}}};
  HttpRequest abroad = js_json("sqs", "AmazonSQS.Say", "{}");
  abroad.headers.set("authorization", signed_for("sqs", "eu-west-1"));
  struct Case {
    const char* name;
    HttpRequest request;
    const char* says;
  };
  const Case cases[] = {
      {"an operation", js_json("sqs", "AmazonSQS.ListMessageMoveTasks", "{}"),
       R"("__type":"NotImplemented","message":"SQS ListMessageMoveTasks is not emulated by relayrig")"},
      {"an operation in a form", boto_form("sqs", "Action=AddPermission&Version=2012-11-05"),
       "<Code>NotImplemented</Code><Message>SQS AddPermission is not emulated by relayrig</Message>"},
      {"a service", js_json("dynamodb", "DynamoDB_20120810.PutItem", "{}"),
       "DynamoDB PutItem is not emulated by relayrig"},
      {"a service of XML", bucket, "<Message>S3 PUT /bucket/key is not emulated by relayrig</Message>"},
      {"a service of CBOR", cbor, "CloudWatch PutMetricData is not emulated by relayrig"},
      {"a form for a service without one", boto_form("iam", "Action=ListRoles&Version=2010-05-08"),
       "<Message>IAM ListRoles is not emulated by relayrig</Message>"},
      {"another region", abroad, "The region eu-west-1 (this rig stands in us-east-1;"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const HttpResponse got = rig.send(c.request);
    EXPECT_EQ(got.status, 400) << "clients retry what is 500 or more";
    EXPECT_NE(got.body.find(c.says), std::string::npos) << got.body;
  }
}

TEST(Edge, WhatABoxLeavesOutIsNotImplementedWhateverCodeItHas) {
  using emulator::edge::AwsError;
  const AwsError refusal =
      emulator::edge::told_by_box({.code = "UnsupportedOperation",
                                   .message = "The queue attribute Policy is not emulated.",
                                   .query_code = "AWS.X"});
  EXPECT_EQ(refusal.code, "NotImplemented");
  EXPECT_EQ(refusal.message, "The queue attribute Policy is not emulated by relayrig.");
  EXPECT_EQ(refusal.query_code, "") << "older clients get the same code";
  const AwsError other =
      emulator::edge::told_by_box({.code = "NotFound", .message = "Topic does not exist", .status = 404});
  EXPECT_EQ(other.code + " " + other.message, "NotFound Topic does not exist");
  EXPECT_EQ(other.status, 404);
}

TEST(Edge, AnswersNoCallAfterItWasStopped) {
  EchoRig rig;
  std::optional<kernel::HttpReply> reply;
  kernel::TaskScope caller;
  caller.spawn(support::keep(rig.edge.handle(js_json("sqs", "AmazonSQS.Say", "{}")), reply));
  EXPECT_EQ(rig.hops.open_hops(), 1U);
  rig.edge.stop();
  EXPECT_EQ(rig.hops.lines().front(), "client sqs Say #1 under 0 0..0 cancelled 0");
  while (rig.scheduler.step()) {
  }
  EXPECT_FALSE(reply);
}

TEST(Edge, RefusesABodyThatItCannotRead) {
  EchoRig rig;
  const HttpResponse got = rig.send(js_json("sqs", "AmazonSQS.Say", "{"));
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(Json::parse(got.body)["__type"], "SerializationException");
}

TEST(Edge, SaysWhoItIs) {
  EchoRig rig;
  const HttpResponse got = rig.send({.target = "/_relayrig/health"});
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(
      got.body,
      R"({"status":"ok","version":"0.1.0","region":"us-east-1","account":"123456789012","services":["sqs","sts"]})");
  EXPECT_EQ(rig.send({.target = "/_relayrig/nothing"}).status, 404);
  EXPECT_EQ(rig.send({.method = "POST", .target = "/_relayrig/health"}).status, 405);
  EXPECT_TRUE(rig.hops.lines().empty());
}

TEST(Edge, SendsStrangersAway) {
  EchoRig rig;
  const HttpResponse got = rig.send({.target = "/favicon.ico?x=1"});
  EXPECT_EQ(got.status, 404);
  EXPECT_NE(got.body.find("there is nothing at GET /favicon.ico."), std::string::npos) << got.body;
  EXPECT_TRUE(rig.hops.lines().empty());
}

TEST(Edge, HandsMountedPathsOn) {
  class Page final : public kernel::HttpHandler {
   public:
    kernel::Task<kernel::HttpReply> handle(HttpRequest request) override {
      co_return kernel::HttpReply{.response = {.body = "page " + request.target}};
    }
  };
  EchoRig rig;
  Page page;
  rig.edge.mount("/services", page);
  EXPECT_EQ(rig.send({.target = "/services"}).body, "page /services");
  EXPECT_EQ(rig.send({.target = "/services/data?q=1"}).body, "page /services/data?q=1");
  EXPECT_EQ(rig.send({.target = "/services?q=1"}).body, "page /services?q=1");
  EXPECT_EQ(rig.send({.target = "/servicesx"}).status, 404);
}

TEST(Sts, SaysWhoseCredentialsTheyAre) {
  EchoRig rig;
  const HttpResponse form = rig.send(boto_form("sts", "Action=GetCallerIdentity&Version=2011-06-15"));
  EXPECT_NE(form.body.find("<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                           "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root</Arn>"
                           "<UserId>123456789012</UserId><Account>123456789012</Account>"),
            std::string::npos)
      << form.body;
  EXPECT_EQ(rig.send(boto_form("sts", "Action=AssumeRole&Version=2011-06-15")).status, 400);
}

}  // namespace
}  // namespace edge_tests
