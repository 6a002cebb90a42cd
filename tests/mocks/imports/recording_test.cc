// What was asked and answered, recorded, against the mock that it becomes.
#include "mocks/imports/recording.h"

#include "tests/mocks/imports/import_support.h"

namespace mocks::imports {
namespace {

kernel::HttpResponse json(int status, std::string body, kernel::Headers headers = {}) {
  headers.add("Content-Type", "application/json");
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

TEST(Recording, AnswersAsTheApiDid) {
  Recording recording{Redaction({})};
  recording.add(request_of("GET /orders"), json(200, "[]"));
  recording.add(
      request_of("POST /orders\nContent-Type: application/json\n\n{\"a\":1,\"b\":2}"),
      json(201, R"({"id":7})", {{"Location", "/orders/7"}, {"Date", "today"}, {"Content-Length", "8"}}));
  recording.add(request_of("GET /orders"), json(200, "[7]"));
  recording.add(request_of("GET /orders"), json(200, "[7]"));
  recording.add(request_of("GET /orders"), json(503, R"({"error":"busy"})"));
  recording.add(request_of("POST /orders\n\n{\"b\":2,\"a\":3}"), json(409, "{}"));
  recording.add(request_of("GET /logo?x=1"),
                {.status = 200, .headers = {{"Content-Type", "image/png"}}, .body = "\x89PNG\xff"});
  recording.add(request_of("GET /slow"), kernel::NoAnswer::Timeout);
  recording.add(request_of("GET /cut"), kernel::NoAnswer::Reset);
  const MockFile file = recording.file();
  EXPECT_EQ(findings_text(file), "");
  EXPECT_EQ(file.seen, 9);
  ImportedMock mock(file);
  const std::pair<const char*, const char*> cases[] = {
      {"GET /orders", "GET /orders 200 []"},
      {"GET /orders", "GET /orders 200 [7]"},
      {"GET /orders", "GET /orders 200 [7]"},
      {"GET /orders", R"(GET /orders 503 {"error":"busy"})"},
      {"GET /orders", R"(GET /orders 503 {"error":"busy"})"},
      {"POST /orders\n\n{\"b\":2.0,\"a\":1}", R"(POST /orders 201 {"id":7})"},
      {"POST /orders\n\n{\"a\":3,\"b\":2}", "POST /orders 2 409 {}"},
      {"POST /orders\n\n{}", "nobody"},
      {"GET /orders?page=2", "nobody"},
      {"GET /logo?x=1", "GET /logo?x=1 200 \x89PNG\xff"},
      {"GET /cut", "GET /cut reset"},
  };
  for (const auto& [request, answer] : cases) EXPECT_EQ(mock.ask(request), answer) << mock.text;
  EXPECT_EQ(mock.ask("POST /orders\n\n{\"a\":1,\"b\":2}"), R"(POST /orders 201 {"id":7})");
  const kernel::Headers& headers = mock.reply.response.headers;
  EXPECT_EQ(headers.get("Location"), "/orders/7");
  EXPECT_FALSE(headers.has("Date"));
}

TEST(Recording, KeepsNoSecret) {
  Recording recording{Redaction({"X-Partner"})};
  recording.add(
      request_of("POST /token?api_key=query-secret&x=1\nContent-Type: application/x-www-form-urlencoded\n"
                 "Authorization: Bearer header-secret\nCookie: s=cookie-secret\nX-Partner: partner-secret\n\n"
                 "client_secret=form-secret&grant_type=client"),
      json(200,
           R"({"access_token":"answer-secret","echo":"form-secret and header-secret","of":{"password":1}})",
           {{"Set-Cookie", "s=cookie-secret; Path=/"},
            {"X-Partner", "other-secret"},
            {"X-Echo", "query-secret"}}));
  recording.add(request_of("POST /login\n\n{\"user\":\"u\",\"Pass-Word\":1,\"password\":\"body-secret\"}"),
                json(200, R"({"hello":"body-secret"})"));
  const MockFile file = recording.file();
  EXPECT_EQ(file.yaml.find("secret\""), std::string::npos) << file.yaml;
  EXPECT_EQ(file.yaml.find("-secret"), std::string::npos) << file.yaml;
  ImportedMock mock(file);
  EXPECT_EQ(
      mock.ask("POST /token?api_key=another&x=1\nContent-Type: "
               "application/x-www-form-urlencoded\n\nclient_secret=any&grant_type=client"),
      R"(POST /token 200 {"access_token":"REDACTED","echo":"REDACTED and REDACTED","of":{"password":"REDACTED"}})")
      << mock.text;
  const kernel::Headers& headers = mock.reply.response.headers;
  EXPECT_EQ(headers.get("Set-Cookie"), "s=REDACTED");
  EXPECT_EQ(headers.get("X-Partner"), "REDACTED");
  EXPECT_EQ(headers.get("X-Echo"), "REDACTED");
  EXPECT_EQ(mock.ask("POST /token?x=1\nContent-Type: "
                     "application/x-www-form-urlencoded\n\nclient_secret=any&grant_type=client"),
            "nobody");
  EXPECT_EQ(mock.ask("POST /login\n\n{\"user\":\"u\",\"Pass-Word\":2,\"password\":\"another\"}"),
            R"(POST /login 200 {"hello":"REDACTED"})");
  EXPECT_EQ(mock.ask("POST /login\n\n{\"user\":\"v\",\"Pass-Word\":1,\"password\":\"body-secret\"}"),
            "nobody");
}

TEST(Recording, SaysWhichRequestsAreNotInTheFile) {
  Recording recording{Redaction({})};
  recording.add(request_of("OPTIONS *"), json(200, "{}"));
  EXPECT_EQ(findings_text(recording.file()),
            "left out: request 1# (OPTIONS *): it is no request that a stub can be for\n");
  EXPECT_EQ(recording.file().taken, 0);
}

}  // namespace
}  // namespace mocks::imports
