#include "emulator/edge/wire.h"

#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

using emulator::edge::AwsReply;
using emulator::edge::Dialect;
using emulator::edge::Identity;
using emulator::edge::Protocol;
using emulator::edge::read_input;
using emulator::edge::reply_with;
using emulator::edge::ResponseStamp;
using emulator::edge::write_result;

constexpr Dialect kDialect{"http://example.com/doc/", {}};
const ResponseStamp kStamp{"rid-1", "Mon, 05 Jan 2026 09:00:00 GMT"};

HttpResponse write(Protocol protocol, const AwsResult& result, const Dialect* dialect = &kDialect) {
  return write_result({.protocol = protocol, .service = "sqs", .operation = "Op"}, result, kStamp, dialect);
}

TEST(WriteResult, StampsEveryAnswer) {
  for (const Protocol protocol : {Protocol::Json10, Protocol::Json11, Protocol::Query, Protocol::RestJson}) {
    for (const AwsResult& result : {AwsResult(reply_with({{"A", 1}})),
                                    AwsResult(std::unexpect, AwsError{.code = "C", .message = "m"})}) {
      const HttpResponse got = write(protocol, result);
      EXPECT_EQ(header(got, "x-amzn-RequestId"), "rid-1");
      EXPECT_EQ(header(got, "Date"), "Mon, 05 Jan 2026 09:00:00 GMT");
    }
  }
}

TEST(WriteResult, WritesResultsInTheClientsProtocol) {
  struct Case {
    const char* name;
    Protocol protocol;
    AwsReply reply;
    const char* content_type;
    const char* body;
  };
  const Case cases[] = {
      {"JSON 1.0", Protocol::Json10, reply_with({{"A", 1}}), "application/x-amz-json-1.0", R"({"A":1})"},
      {"JSON 1.1", Protocol::Json11, reply_with({{"A", "é"}}), "application/x-amz-json-1.1", R"({"A":"é"})"},
      {"no result", Protocol::Json10, AwsReply{}, "", ""},
      {"rest", Protocol::RestJson, reply_with({{"A", 1}}), "application/json", R"({"A":1})"},
      {"query", Protocol::Query, reply_with({{"A", 1}}), "text/xml",
       "<?xml version=\"1.0\"?>\n<OpResponse xmlns=\"http://example.com/doc/\"><OpResult><A>1</A></OpResult>"
       "<ResponseMetadata><RequestId>rid-1</RequestId></ResponseMetadata></OpResponse>\n"},
      {"query, an empty result is there", Protocol::Query, reply_with(Json::object()), "text/xml",
       "<?xml version=\"1.0\"?>\n<OpResponse xmlns=\"http://example.com/doc/\"><OpResult></OpResult>"
       "<ResponseMetadata><RequestId>rid-1</RequestId></ResponseMetadata></OpResponse>\n"},
      {"query, no result is not", Protocol::Query, AwsReply{}, "text/xml",
       "<?xml version=\"1.0\"?>\n<OpResponse xmlns=\"http://example.com/doc/\">"
       "<ResponseMetadata><RequestId>rid-1</RequestId></ResponseMetadata></OpResponse>\n"},
      {"a payload stays as it is", Protocol::RestJson, AwsReply{.payload = "null"}, "application/json",
       "null"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const HttpResponse got = write(c.protocol, c.reply);
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(header(got, "Content-Type"), c.content_type);
    EXPECT_EQ(got.body, c.body);
  }
}

TEST(WriteResult, WritesErrorsInTheClientsProtocol) {
  const AwsError error{.code = "QueueDoesNotExist",
                       .message = "The specified queue does not <exist>.",
                       .query_code = "AWS.SimpleQueueService.NonExistentQueue",
                       .members = {{"Type", "User"}}};
  struct Case {
    const char* name;
    Protocol protocol;
    const char* body;
    const char* header;
    const char* value;
  };
  const Case cases[] = {
      {"JSON", Protocol::Json10,
       R"({"__type":"QueueDoesNotExist","message":"The specified queue does not <exist>."})",
       "x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"},
      {"query", Protocol::Query,
       "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"http://example.com/doc/\"><Error><Type>Sender</Type>"
       "<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"
       "<Message>The specified queue does not &lt;exist&gt;.</Message></Error><RequestId>rid-1</RequestId>"
       "</ErrorResponse>\n",
       "x-amzn-query-error", ""},
      {"rest", Protocol::RestJson, R"({"Type":"User","message":"The specified queue does not <exist>."})",
       "x-amzn-ErrorType", "QueueDoesNotExist"},
      {"rest XML", Protocol::RestXml,
       "<?xml version=\"1.0\"?>\n<Error><Code>QueueDoesNotExist</Code>"
       "<Message>The specified queue does not &lt;exist&gt;.</Message><RequestId>rid-1</RequestId></Error>",
       "Content-Type", "application/xml"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const HttpResponse got = write(c.protocol, std::unexpected(error));
    EXPECT_EQ(got.status, 400);
    EXPECT_EQ(got.body, c.body);
    EXPECT_EQ(header(got, c.header), c.value);
  }
  const HttpResponse cbor = write(Protocol::Cbor, std::unexpected(AwsError{.code = "C", .message = "m"}));
  EXPECT_EQ(cbor.body, "\xA2\x66__type\x61\x43\x67message\x61m");
  EXPECT_EQ(header(cbor, "smithy-protocol"), "rpc-v2-cbor");
}

TEST(WriteResult, BlamesTheServiceFrom500On) {
  const AwsError error{.code = "InternalError", .message = "m", .status = 500, .query_code = "InternalError"};
  EXPECT_NE(write(Protocol::Query, std::unexpected(error)).body.find("<Type>Receiver</Type>"),
            std::string::npos);
  EXPECT_EQ(header(write(Protocol::Json10, std::unexpected(error)), "x-amzn-query-error"),
            "InternalError;Receiver");
  EXPECT_EQ(write(Protocol::Query, std::unexpected(error), nullptr).body.find("xmlns"), std::string::npos);
}

TEST(ReadInput, WantsAnObject) {
  const Identity json{.protocol = Protocol::Json11};
  const auto read = [&](const char* body) {
    const auto got = read_input(json, {.body = body}, nullptr);
    return got ? kernel::json_text(*got) : got.error().code;
  };
  EXPECT_EQ(read(R"({"A":1700000000.123})"), R"({"A":1700000000.123})");
  EXPECT_EQ(read(""), "{}");
  for (const char* bad : {"[]", "1", "{", "\"x\""}) EXPECT_EQ(read(bad), "SerializationException") << bad;
}

}  // namespace
}  // namespace edge_tests
