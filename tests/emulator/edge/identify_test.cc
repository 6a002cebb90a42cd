#include "emulator/edge/identify.h"

#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

using emulator::edge::identify;
using emulator::edge::Identity;
using emulator::edge::Protocol;

struct Case {
  const char* name;
  HttpRequest request;
  Protocol protocol;
  const char* service;
  const char* region;
  const char* operation;
};

void check(const Case& c) {
  SCOPED_TRACE(c.name);
  const Identity got = identify(c.request);
  EXPECT_EQ(got.protocol, c.protocol);
  EXPECT_EQ(got.service, c.service);
  EXPECT_EQ(got.region, c.region);
  EXPECT_EQ(got.operation, c.operation);
}

HttpRequest unsigned_form(std::string body) {
  return {.method = "POST",
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
          .body = std::move(body)};
}

TEST(Identify, KnowsEachClientByItsSignature) {
  HttpRequest invoke{
      .method = "POST",
      .target = "/2015-03-31/functions/arn%3Aaws%3Alambda/invocations?Qualifier=%24LATEST",
      .headers = {{"content-type", "application/octet-stream"}, {"authorization", signed_for("lambda")}},
      .body = "{\"a\":1}"};
  const Case cases[] = {
      {"EventBridge, JS", js_json("events", "AWSEvents.PutEvents", "{}"), Protocol::Json11, "events",
       "us-east-1", "PutEvents"},
      {"SQS, JS", js_json("sqs", "AmazonSQS.SendMessage", "{}", "1.0"), Protocol::Json10, "sqs", "us-east-1",
       "SendMessage"},
      {"SQS, old boto3, at the queue's path",
       boto_form("sqs", "Action=SendMessage&Version=2012-11-05&MessageBody=x", "/123456789012/q"),
       Protocol::Query, "sqs", "us-east-1", "SendMessage"},
      {"SNS", boto_form("sns", "Action=Publish&Version=2010-03-31"), Protocol::Query, "sns", "us-east-1",
       "Publish"},
      {"STS", boto_form("sts", "Action=GetCallerIdentity&Version=2011-06-15"), Protocol::Query, "sts",
       "us-east-1", "GetCallerIdentity"},
      {"Lambda", invoke, Protocol::RestJson, "lambda", "us-east-1", ""},
      {"DynamoDB keeps its name", js_json("dynamodb", "DynamoDB_20120810.PutItem", "{}", "1.0"),
       Protocol::Json10, "dynamodb", "us-east-1", "PutItem"},
      {"S3",
       {.target = "/bucket", .headers = {{"authorization", signed_for("s3", "eu-west-1")}}},
       Protocol::RestXml,
       "s3",
       "eu-west-1",
       ""},
      {"CloudWatch in CBOR",
       {.method = "POST",
        .target = "/service/GraniteServiceVersion20100801/operation/PutMetricData",
        .headers = {{"smithy-protocol", "rpc-v2-cbor"},
                    {"content-type", "application/cbor"},
                    {"authorization", signed_for("monitoring")}}},
       Protocol::Cbor,
       "monitoring",
       "us-east-1",
       "PutMetricData"},
  };
  for (const Case& c : cases) check(c);
}

TEST(Identify, TheScopeWinsOverEverythingElse) {
  HttpRequest request = boto_form("sns", "Action=SendMessage&Version=2012-11-05");
  request.target = "/2015-03-31/functions/f";
  check({"scope", request, Protocol::Query, "sns", "us-east-1", "SendMessage"});
}

TEST(Identify, FindsUnsignedCallsByTargetPathAndVersion) {
  HttpRequest json = js_json("sqs", "AmazonSQS.ListQueues", "{}", "1.0");
  json.headers.remove("Authorization");
  HttpRequest strange = js_json("x", "Strange_2020.Do", "{}");
  strange.headers.remove("Authorization");
  const Case cases[] = {
      {"target", json, Protocol::Json10, "sqs", "", "ListQueues"},
      {"unknown target", strange, Protocol::Json11, "Strange_2020", "", "Do"},
      {"path of Lambda",
       {.target = "/2019-09-25/functions/f/event-invoke-config"},
       Protocol::RestJson,
       "lambda",
       "",
       ""},
      {"mappings",
       {.target = "/2015-03-31/event-source-mappings?FunctionName=f"},
       Protocol::RestJson,
       "lambda",
       "",
       ""},
      {"a date alone is no path of Lambda", {.target = "/2015-03-31/orders"}, Protocol::RestJson, "", "", ""},
      {"version of SNS", unsigned_form("Action=Publish&Version=2010-03-31"), Protocol::Query, "sns", "",
       "Publish"},
      {"version of SQS", unsigned_form("Version=2012-11-05&Action=ListQueues"), Protocol::Query, "sqs", "",
       "ListQueues"},
      {"a link in a confirmation",
       {.target = "/?Action=ConfirmSubscription&TopicArn=arn%3Aaws&Token=t"},
       Protocol::Query,
       "sns",
       "",
       "ConfirmSubscription"},
      {"a link of a queue",
       {.target = "/?Action=ListQueues&Version=2012-11-05"},
       Protocol::Query,
       "sqs",
       "",
       "ListQueues"},
      {"nothing", {.target = "/"}, Protocol::RestJson, "", "", ""},
  };
  for (const Case& c : cases) check(c);
}

TEST(Identify, ReadsTheScopeFromTheRight) {
  HttpRequest request = js_json("sqs", "AmazonSQS.ListQueues", "{}");
  request.headers.set("Authorization",
                      "AWS4-HMAC-SHA256 Credential=AK/with/slashes/20261125/eu-central-1/sqs/aws4_request");
  EXPECT_EQ(identify(request).region, "eu-central-1");
  EXPECT_EQ(identify(request).service, "sqs");
  request.headers.set("Authorization", "AWS4-HMAC-SHA256 Credential=AK");
  EXPECT_EQ(identify(request).region, "");
  EXPECT_EQ(identify(request).service, "sqs") << "by the target";
}

TEST(ServiceTitle, IsWhatPeopleCallIt) {
  EXPECT_EQ(emulator::edge::service_title("events"), "EventBridge");
  EXPECT_EQ(emulator::edge::service_title("kinesis"), "kinesis");
}

}  // namespace
}  // namespace edge_tests
