// Mappings of WireMock against the behaviour of the stubs that they become.
#include "mocks/imports/wiremock.h"

#include "tests/mocks/imports/import_support.h"

namespace mocks::imports {
namespace {

kernel::Result<std::string> file_of(const std::string& name) {
  if (name == "order.json") return R"({"from":"a file"})";
  if (name == "logo.png") return std::string("\x89PNG\xff", 5);
  return std::unexpected(kernel::Error{kernel::ErrorCode::NotFound, "there is no file " + name});
}

MockFile import_one(const std::string& json) {
  auto made = from_wiremock({{"m.json", json}}, file_of);
  EXPECT_TRUE(made.has_value());
  return made ? *made : MockFile{};
}

/// A mapping with this request, whose name is "it", that answers 200.
std::string asks(const std::string& request) {
  return R"({"name":"it","request":)" + request + R"(,"response":{"status":200}})";
}
/// A mapping for GET /x with this response.
std::string answers(const std::string& response) {
  return R"({"name":"it","request":{"method":"ANY","urlPath":"/x"},"response":)" + response + "}";
}

TEST(WireMockRequest, MatchesWhatTheMappingMatches) {
  struct Case {
    const char* name;
    const char* request;
    std::vector<std::string> taken;
    std::vector<std::string> refused;
  };
  const Case cases[] = {
      {"method and url", R"({"method":"GET","url":"/a?b=1"})", {"GET /a?b=1"}, {"GET /a", "POST /a?b=1"}},
      {"a small method", R"({"method":"get","url":"/a"})", {"GET /a"}, {"PUT /a"}},
      {"any method, any url", R"({"method":"ANY"})", {"GET /", "DELETE /x?y=1"}, {}},
      {"urlPattern", R"({"urlPattern":"/a/[0-9]+\\?x=.*"})", {"GET /a/12?x="}, {"GET /a/12", "GET /a/b?x="}},
      {"urlPath", R"({"urlPath":"/a"})", {"GET /a?b=1"}, {"GET /a/b"}},
      {"urlPathPattern", R"j({"urlPathPattern":"/a/(?<id>\\d+)"})j", {"GET /a/1?z=2"}, {"GET /a/1/2"}},
      {"urlPathTemplate",
       R"({"urlPathTemplate":"/o/{id}/l","pathParameters":{"id":{"matches":"[0-9]+"}}})",
       {"GET /o/7/l"},
       {"GET /o/x/l", "GET /o/7"}},
      {"query parameters",
       R"({"urlPath":"/a","queryParameters":{"q":{"equalTo":"1"},"none":{"absent":true}}})",
       {"GET /a?q=1", "GET /a?q=0&q=1"},
       {"GET /a?q=2", "GET /a", "GET /a?q=1&none"}},
      {"several values",
       R"({"urlPath":"/a","queryParameters":{"q":{"hasExactly":[{"equalTo":"1"},{"matches":"[23]"}]},"r":{"includes":[{"equalTo":"x"}]}}})",
       {"GET /a?q=1&q=3&r=y&r=x"},
       {"GET /a?q=1&r=x", "GET /a?q=1&q=3&q=4&r=x", "GET /a?q=1&q=3&r=y"}},
      {"headers, whatever the case of the name",
       R"({"headers":{"X-Id":{"contains":"7"},"Accept":{"equalTo":"A/b","caseInsensitive":true}}})",
       {"GET /\nx-id: 17\nAccept: a/B"},
       {"GET /\nx-id: 17", "GET /\nx-id: 18\nAccept: a/b"}},
      {"a header that must not say something may be absent",
       R"({"headers":{"X-A":{"doesNotMatch":"b.*"},"X-B":{"doesNotContain":"c"},"X-C":{"not":{"equalTo":"d"}}}})",
       {"GET /", "GET /\nX-A: a\nX-B: b\nX-C: c"},
       {"GET /\nX-A: bb", "GET /\nX-B: cc", "GET /\nX-C: d"}},
      {"a cookie that must not say something must be there",
       R"({"cookies":{"s":{"doesNotMatch":"b.*"}}})",
       {"GET /\nCookie: s=a"},
       {"GET /", "GET /\nCookie: s=bb"}},
      {"basic auth",
       R"({"basicAuth":{"username":"u","password":"p:w"}})",
       {"GET /\nAuthorization: Basic dTpwOnc="},
       {"GET /", "GET /\nAuthorization: Basic dTpw"}},
      {"body texts",
       R"({"bodyPatterns":[{"contains":"a"},{"matches":"a.*z"},{"doesNotContain":"q"}]})",
       {"POST /\n\na\nz"},
       {"POST /\n\naqz", "POST /\n\nb", "POST /"}},
      {"no body", R"({"bodyPatterns":[{"absent":true}]})", {"GET /"}, {"POST /\n\nx"}},
      {"and, or, not",
       R"({"bodyPatterns":[{"or":[{"and":[{"contains":"a"},{"contains":"b"}]},{"not":{"contains":"c"}}]}]})",
       {"POST /\n\nab", "POST /\n\nabc", "POST /\n\nx"},
       {"POST /\n\nc", "POST /\n\nac"}},
      {"equalToJson from a text",
       R"({"bodyPatterns":[{"equalToJson":"{\"a\":1,\"b\":[1,2]}"}]})",
       {R"(POST /

{"b":[1.0,2],"a":1})"},
       {R"(POST /

{"b":[2,1],"a":1})",
        R"(POST /

{"a":1,"b":[1,2],"c":0})",
        "POST /\n\nno JSON"}},
      {"equalToJson as it stands, loosely",
       R"({"bodyPatterns":[{"equalToJson":{"a":"${json-unit.any-number}","b":[1,2]},"ignoreArrayOrder":true,"ignoreExtraElements":true}]})",
       {R"(POST /

{"a":7,"b":[2,1],"c":0})"},
       {R"(POST /

{"a":"7","b":[1,2]})"}},
      {"a path that selects something",
       R"({"bodyPatterns":[{"matchesJsonPath":"$.a"}]})",
       {"POST /\n\n{\"a\":0}", "POST /\n\n{\"a\":\"\"}"},
       {"POST /\n\n{\"a\":null}", "POST /\n\n{\"a\":[]}", "POST /\n\n{\"a\":{}}", "POST /\n\n{}",
        "POST /\n\na", "POST /"}},
      {"a name with a hyphen",
       R"({"bodyPatterns":[{"matchesJsonPath":"$.user-id.x"}]})",
       {"POST /\n\n{\"user-id\":{\"x\":1}}"},
       {"POST /\n\n{}"}},
      {"a path and what is there",
       R"({"bodyPatterns":[{"matchesJsonPath":{"expression":"$.a","equalTo":"x"}}]})",
       {"POST /\n\n{\"a\":\"x\"}", "POST /\n\n{\"a\":[\"y\",\"x\"]}"},
       {"POST /\n\n{\"a\":\"y\"}", "POST /\n\n{\"a\":{\"b\":\"x\"}}", "POST /\n\n{}"}},
      {"a path and what is not there",
       R"({"bodyPatterns":[{"matchesJsonPath":{"expression":"$.a","doesNotContain":"x"}}]})",
       {"POST /\n\n{\"a\":\"y\"}", "POST /\n\n{\"a\":[\"y\",\"x\"]}"},
       {"POST /\n\n{\"a\":\"x\"}", "POST /\n\n{\"a\":[\"ax\",\"x\"]}", "POST /\n\n{}"}},
      {"a path to JSON",
       R"({"bodyPatterns":[{"matchesJsonPath":{"expression":"$.a","equalToJson":[1,2]}}]})",
       {"POST /\n\n{\"a\":[1,2]}"},
       {"POST /\n\n{\"a\":[2,1]}"}},
      {"a path to nothing",
       R"j({"bodyPatterns":[{"matchesJsonPath":{"expression":"$.a","absent":"(absent)"}}]})j",
       {"POST /\n\n{}", "POST /\n\n{\"a\":null}", "POST /\n\n{\"a\":[]}"},
       {"POST /\n\n{\"a\":1}", "POST /\n\nno JSON"}},
      {"a filter on a list",
       R"({"bodyPatterns":[{"matchesJsonPath":"$.l[?(@.n == 'x')]"}]})",
       {R"(POST /

{"l":[{"n":"y"},{"n":"x"}]})"},
       {R"(POST /

{"l":[{"n":"y"}]})",
        R"(POST /

{"l":[]})"}},
      {"a filter on an object asks the object",
       R"({"bodyPatterns":[{"matchesJsonPath":"$[?(@.n == 'x')]"}]})",
       {R"(POST /

{"n":"x"})"},
       {R"(POST /

{"n":"y"})",
        R"(POST /

{"m":{"n":"x"}})"}},
      {"a filter with a pattern",
       R"({"bodyPatterns":[{"matchesJsonPath":"$.l[?(@.n =~ /a.c/i)]"}]})",
       {R"(POST /

{"l":[{"n":"AbC"}]})"},
       {R"(POST /

{"l":[{"n":"xabc"}]})"}},
      {"moments",
       R"({"headers":{"X-At":{"before":"2026-01-05T09:00:01Z"}},"queryParameters":{"d":{"after":"now -3 days"}}})",
       {"GET /?d=2026-01-04T00:00:00Z\nX-At: Mon, 05 Jan 2026 09:00:00 GMT",
        "GET /?d=2026-01-04T00:00:00Z\nX-At: 2026-01-05T09:00:00Z"},
       {"GET /?d=2025-12-01T00:00:00Z\nX-At: 2026-01-05T09:00:00Z",
        "GET /?d=2026-01-04T00:00:00Z\nX-At: 2026-01-05T09:00:01Z"}},
      {"a moment in seconds",
       R"({"queryParameters":{"d":{"equalToDateTime":"2026-01-05T09:00:00Z","actualFormat":"unix"}}})",
       {"GET /?d=1767603600"},
       {"GET /?d=1767603601"}},
      {"form fields",
       R"({"formParameters":{"a":{"equalTo":"x y"}}})",
       {"POST /\nContent-Type: application/x-www-form-urlencoded\n\na=x+y"},
       {"POST /\n\na=x+y"}},
      {"numbers",
       R"({"queryParameters":{"n":{"greaterThanNumber":3}}})",
       {"GET /?n=4"},
       {"GET /?n=3", "GET /?n=x"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const MockFile file = import_one(asks(c.request));
    EXPECT_EQ(findings_text(file), "");
    ImportedMock mock(file);
    for (const std::string& request : c.taken)
      EXPECT_EQ(mock.ask(request), "it 200") << request << "\n" << mock.text;
    for (const std::string& request : c.refused)
      EXPECT_EQ(mock.ask(request), "nobody") << request << "\n" << mock.text;
  }
}

TEST(WireMockRequest, IsLeftOutByNameWhereItWouldMatchSomethingElse) {
  struct Case {
    const char* request;
    const char* finding;
  };
  const Case cases[] = {
      {R"({"host":{"equalTo":"a"}})",
       "#/request/host (it): every mock has a host of its own: 'host' is not matched"},
      {R"({"method":{"oneOf":["GET"]}})", "#/request/method (it): wants the name of a method"},
      {R"({"url":"/a","urlPath":"/a"})", "#/request/urlPath (it): one form of URL at a time"},
      {R"({"urlPattern":"/(?!a).*"})",
       "#/request/urlPattern (it): '/(?!a).*' is no pattern: invalid perl operator: (?!"},
      {R"({"urlPattern":"/[a-z&&[^b]]"})",
       "#/request/urlPattern (it): RE2 has no intersection of classes (&&)"},
      {R"({"urlPathTemplate":"/a-{id}"})",
       "#/request/urlPathTemplate (it): a variable is a whole segment: /orders/{id}"},
      {R"({"multipartPatterns":[{"name":"x"}]})",
       "#/request/multipartPatterns (it): 'multipartPatterns' is not known"},
      {R"({"bodyPatterns":[{"contains":"a"},{"equalToXml":"<a/>"}]})",
       "#/request/bodyPatterns/1/equalToXml (it): 'equalToXml' is not known here"},
      {R"({"bodyPatterns":[{"equalToJson":"{"}]})",
       "#/request/bodyPatterns/0/equalToJson (it): holds no JSON: "},
      {R"({"bodyPatterns":[{"equalToJson":{"a":"${json-unit.ignore-element}"}}]})",
       "#/request/bodyPatterns/0/equalToJson (it): the placeholder ${json-unit.ignore-element} is not known"},
      {R"j({"bodyPatterns":[{"matchesJsonPath":"$.a.length()"}]})j",
       "#/request/bodyPatterns/0/matchesJsonPath (it): '$.a.length()' is no JSONPath of RFC 9535"},
      {R"({"headers":{"A/b":{"equalTo":"x","size":1}}})",
       "#/request/headers/A~1b/size (it): 'size' is not known beside 'equalTo'"},
      {R"({"headers":{"A":{"matches":"(a)\\1"}}})",
       "#/request/headers/A/matches (it): '(a)\\1' is no pattern: invalid escape sequence: \\1"},
      {R"({"headers":{"A":{}}})", "#/request/headers/A (it): names no operator that is known"},
      {R"({"queryParameters":{"d":{"before":"now +1 months"}}})",
       "#/request/queryParameters/d/before (it): 'now +1 months' is no moment"},
      {R"({"queryParameters":{"d":{"before":"now","truncateExpected":"first day of month"}}})",
       "#/request/queryParameters/d/truncateExpected (it): 'truncateExpected' is not known beside 'before'"},
      {R"({"pathParameters":{"d":{"equalTo":"x"}}})",
       "#/request/pathParameters (it): goes with urlPathTemplate"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.request);
    const MockFile file = import_one(asks(c.request));
    EXPECT_TRUE(findings_text(file).starts_with(std::string("left out: m.json") + c.finding))
        << findings_text(file);
    EXPECT_EQ(file.taken, 0);
    EXPECT_EQ(file.seen, 1);
  }
}

TEST(WireMockResponse, IsSentAsTheMappingSends) {
  struct Case {
    const char* name;
    const char* response;
    const char* answer;
    const char* header = "";  ///< "Name: value" that must be there
    const char* after = "0s";
  };
  const Case cases[] = {
      {"nothing said", "{}", "it 200"},
      {"status and text", R"({"status":503,"body":"no\nway"})", "it 503 no\nway"},
      {"headers", R"({"headers":{"X-A":"b","X-B":["c","d"]}})", "it 200", "X-B: c"},
      {"JSON with its type",
       R"({"jsonBody":{"a":[1,null]},"headers":{"content-type":"application/hal+json"}})",
       R"(it 200 {"a":[1,null]})", "Content-Type: application/hal+json"},
      {"JSON without a type", R"({"jsonBody":{"a":"yes"}})", R"(it 200 {"a":"yes"})", "Content-Type: "},
      {"bytes", R"({"base64Body":"AAH/"})", "it 200 \0\x01\xff"},
      {"a file", R"({"bodyFileName":"order.json"})", R"(it 200 {"from":"a file"})"},
      {"a file of bytes", R"({"bodyFileName":"logo.png"})", "it 200 \x89PNG\xff"},
      {"braces that are no template", R"({"body":"{{x}}"})", "it 200 {{x}}"},
      {"a fixed delay", R"({"fixedDelayMilliseconds":1500})", "it 200", "", "1s500ms"},
      {"delays add up",
       R"({"fixedDelayMilliseconds":20,"delayDistribution":{"type":"uniform","lower":30,"upper":30}})",
       "it 200", "", "50ms"},
      {"reset", R"({"fault":"CONNECTION_RESET_BY_PEER"})", "it reset"},
      {"empty", R"({"fault":"EMPTY_RESPONSE"})", "it empty"},
      {"garbage", R"({"status":200,"fault":"RANDOM_DATA_THEN_CLOSE"})", "it garbage"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const MockFile file = import_one(answers(c.response));
    EXPECT_EQ(findings_text(file), "");
    ImportedMock mock(file);
    const std::string expected =
        c.name == std::string("bytes") ? std::string("it 200 \0\x01\xff", 10) : std::string(c.answer);
    EXPECT_EQ(mock.ask("GET /x"), expected) << mock.text;
    EXPECT_EQ(kernel::duration_text(mock.scheduler.now().time_since_epoch()), c.after);
    const std::string header = c.header;
    if (header.empty()) continue;
    EXPECT_EQ(std::string(mock.reply.response.headers.get(header.substr(0, header.find(':')))),
              header.substr(header.find(':') + 2));
  }
}

TEST(WireMockResponse, SaysWhatIsDifferent) {
  struct Case {
    const char* response;
    const char* finding;
    const char* answer;
  };
  const Case cases[] = {
      {R"({"statusMessage":"Fine"})",
       "differs: m.json#/response/statusMessage (it): the reason phrase is the usual one of the status\n",
       "it 200"},
      {R"({"fault":"MALFORMED_RESPONSE_CHUNK"})",
       "differs: m.json#/response/fault (it): the head arrives and the body breaks off, instead of a chunk "
       "that cannot be read\n",
       "it truncated"},
      {R"({"chunkedDribbleDelay":{"numberOfChunks":5,"totalDuration":1000}})",
       "differs: m.json#/response/chunkedDribbleDelay (it): the body arrives in one piece when its last "
       "chunk would\n",
       "it 200"},
      {R"({"headers":{"transfer-encoding":"chunked"}})",
       "differs: m.json#/response/headers/transfer-encoding (it): 'transfer-encoding' is the server's own "
       "affair: it is not sent as it stands\n",
       "it 200"},
      {R"({"delayDistribution":{"type":"lognormal","median":80,"sigma":0.4,"maxValue":90}})",
       "differs: m.json#/response/delayDistribution/maxValue (it): longer draws are cut to it, not drawn "
       "again\n",
       "it 200"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.response);
    const MockFile file = import_one(answers(c.response));
    EXPECT_EQ(findings_text(file), c.finding);
    ImportedMock mock(file);
    EXPECT_EQ(mock.ask("GET /x"), c.answer) << mock.text;
  }
}

TEST(WireMockResponse, IsLeftOutByNameWhereItCannotBeSent) {
  struct Case {
    const char* response;
    const char* finding;
  };
  const Case cases[] = {
      {R"({"proxyBaseUrl":"http://a"})",
       "/proxyBaseUrl (it): a mock answers by itself: nothing is passed on"},
      {R"({"body":"a","jsonBody":1})", "/jsonBody (it): one form of body at a time"},
      {R"({"bodyFileName":"none"})", "/bodyFileName (it): there is no file none"},
      {R"({"status":42})", "/status (it): wants 100 to 599"},
      {R"({"transformers":["mine"]})", "/transformers (it): the transformer \"mine\" is not known"},
      {R"({"fault":"X"})", "/fault (it): \"X\" is not known"},
      {R"({"fixedDelayMilliseconds":5,"delayDistribution":{"type":"lognormal","median":80,"sigma":0.4}})",
       "/delayDistribution (it): a lognormal delay and a fixed one do not add up here"},
      {R"({"transformers":["response-template"],"body":"{{hostname}}"})",
       "/body (it): template, column 3: there is no 'hostname' here"},
      {R"({"colour":"red"})", "/colour (it): 'colour' is not known"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.response);
    const MockFile file = import_one(answers(c.response));
    EXPECT_EQ(findings_text(file), std::string("left out: m.json#/response") + c.finding + "\n");
    EXPECT_EQ(file.taken, 0);
  }
}

TEST(WireMockTemplates, GiveTheSameText) {
  struct Case {
    const char* text;
    const char* rendered;
  };
  const Case cases[] = {
      {"{{request.method}} {{request.url}} {{request.path}}", "POST /x?q=1&q=2 /x"},
      {"{{request.path.[0]}}/{{request.pathSegments.[0]}}", "x/x"},
      {"{{request.query.q}},{{request.query.q.[1]}},{{request.query.none}}|", "1,2,|"},
      {"{{request.headers.X-Id}}{{request.headers.[X-Id]}}{{request.cookies.c}}", "77"},
      {"{{jsonPath request.body '$.name'}}<{{jsonPath request.body '$.none'}}>", "say \"hi\"<>"},
      {"{{jsonPath request.body '$.none' default='d'}} {{jsonPath request.body '$.list'}}", "d [1,2]"},
      {"{{{jsonPath request.body '$.name'}}}", "say \"hi\""},
      {"{{now}} {{now offset='3 days' format='yyyy-MM-dd'}} {{now format='unix'}} {{now format='epoch'}}",
       "2026-01-05T09:00:00Z 2026-01-08 1767603600 1767603600000"},
      {"{{upper 'a'}}{{lower 'B'}}{{trim ' c '}}{{size 'four'}}{{math 2 'x' 3}}{{substring 'abc' 1 2}}",
       "Abc46b"},
      {"{{base64 'a'}} {{base64 'YQ==' decode=true}} {{urlEncode 'a%20b' decode=true}}", "YQ== a a b"},
      {"{{regexExtract request.body '[0-9]+'}} {{regexExtract request.body '[#]+' default='no'}}", "1 no"},
      {"{{randomInt lower=5 upper=6}} {{size (randomValue)}} {{size (randomValue length=3 type='NUMERIC')}}",
       "5 36 3"},
      {"{{#if request.query.q}}yes{{else}}no{{/if}}{{#unless request.query.none}}!{{/unless}}", "yes!"},
      {"{{#each request.query.none}}{{this}}{{/each}}.", "."},
      {"{\"a\":{{jsonPath request.body '$.list'}}}", R"({"a":[1,2]})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    kernel::Json response{{"body", c.text},
                          {"headers", {{"Content-Type", "application/json"}}},
                          {"transformers", {"response-template"}}};
    const MockFile file = import_one(answers(response.dump()));
    EXPECT_EQ(findings_text(file), "");
    ImportedMock mock(file);
    EXPECT_EQ(mock.ask("POST /x?q=1&q=2\nX-Id: 7\n\n{\"name\":\"say \\\"hi\\\"\",\"list\":[1,2]}"),
              std::string("it 200 ") + c.rendered)
        << mock.text;
  }
}

TEST(WireMockTemplates, OfJsonBodiesAreOfTheirText) {
  const MockFile file = import_one(answers(
      R"({"jsonBody":{"id":"{{jsonPath request.body '$.n'}}","n":1},"transformers":["response-template"],"headers":{"Content-Type":"application/json","X-N":"{{jsonPath request.body '$.n'}}"}})"));
  ImportedMock mock(file);
  EXPECT_EQ(mock.ask("POST /x\n\n{\"n\":7}"), R"(it 200 {"id":"7","n":1})");
  EXPECT_EQ(mock.reply.response.headers.get("X-N"), "7");
}

TEST(WireMockTemplates, AreRefusedWhereOursWouldSaySomethingElse) {
  const std::pair<const char*, const char*> cases[] = {
      {"a{{request.id}}", "column 4: 'request.id' is not the same here"},
      {"{{request.baseUrl}}", "column 3: 'request.baseUrl' is not the same here"},
      {"{{now format='dd/MM/yyyy HH:mm z'}}",
       "column 3: now: the format 'dd/MM/yyyy HH:mm z' is not known here"},
      {"{{now timezone='Australia/Sydney'}}", "column 3: now: times are UTC here"},
      {"{{now offset='1 months'}}",
       "column 3: now: the offset '1 months' is in seconds, minutes, hours or days"},
      {"{{jsonPath request.body '$..a'}}",
       "column 3: jsonPath: a path that may select several is not the same here"},
      {"{{math 1 '/' 2}}", "column 3: math: '/' is not the same here"},
      {"{{urlEncode 'a'}}", "column 3: urlEncode: a space is %20 here and + in WireMock"},
      {"{{#trim}} a {{/trim}}", "column 1: there is no block 'trim'"},
      {"{{~request.url}}", "column 1: {{~ is not known"},
      {"{{randomValue type='ALPHANUMERIC_AND_SYMBOLS'}}",
       "column 3: randomValue: the type 'ALPHANUMERIC_AND_SYMBOLS' is not known here"},
  };
  for (const auto& [text, why] : cases) {
    SCOPED_TRACE(text);
    kernel::Json response{{"body", text}, {"transformers", {"response-template"}}};
    EXPECT_EQ(findings_text(import_one(answers(response.dump()))),
              std::string("left out: m.json#/response/body (it): template, ") + why + "\n");
  }
}

constexpr const char* kMappings = R"({"mappings":[
  {"name":"open","scenarioName":"order","requiredScenarioState":"Started","newScenarioState":"paid",
   "request":{"method":"GET","url":"/order"},"response":{"body":"open"}},
  {"name":"paid","scenarioName":"order","requiredScenarioState":"paid",
   "request":{"method":"GET","url":"/order"},"response":{"body":"paid"}},
  {"name":"rest","priority":10000,"request":{"urlPattern":".*"},"response":{"status":404}},
  {"name":"old","request":{"method":"GET","url":"/a"},"response":{"body":"old"}},
  {"name":"new","request":{"method":"GET","url":"/a"},"response":{"body":"new"}},
  {"name":"same","request":{"method":"GET","url":"/b","headers":{"A":{"equalTo":"1"}}},"response":{"body":"1"}},
  {"name":"same","request":{"method":"GET","url":"/b","headers":{"A":{"equalTo":"2"}}},"response":{"body":"2"}},
  {"name":"urgent","priority":-3,"request":{"method":"GET","url":"/b","headers":{"A":{"matches":"[23]"}}},"response":{"body":"3"}}
]})";

TEST(WireMock, KeepsStatesPrioritiesAndTheOrderOfMappings) {
  const MockFile file = import_one(kMappings);
  EXPECT_EQ(findings_text(file),
            "left out: m.json#/mappings/3 (old): it never answers: 'new' comes first and takes all of its "
            "requests\n");
  EXPECT_EQ(file.taken, 7);
  EXPECT_EQ(file.seen, 8);
  ImportedMock mock(file);
  const std::pair<const char*, const char*> steps[] = {
      {"GET /order", "open 200 open"}, {"GET /order", "paid 200 paid"}, {"GET /order", "paid 200 paid"},
      {"GET /a", "new 200 new"},       {"GET /b\nA: 1", "same 200 1"},  {"GET /b\nA: 2", "urgent 200 3"},
      {"GET /c", "rest 404"},
  };
  for (const auto& [request, answer] : steps) EXPECT_EQ(mock.ask(request), answer) << mock.text;
}

TEST(WireMock, TellsFilesApartAndTakesTheLaterOne) {
  const auto parsed = [](const char* body) {
    return std::string(R"({"request":{"url":"/a","headers":{"B":{"absent":true}}},"response":{"body":")") +
           body + "\"}}";
  };
  const auto file = from_wiremock({{"a.json", parsed("first")}, {"b.json", parsed("second")}}, file_of);
  ASSERT_TRUE(file.has_value());
  ImportedMock mock(*file);
  EXPECT_EQ(mock.ask("GET /a"), "ANY /a 2 200 second");
}

TEST(WireMock, RefusesAFileWithoutMappings) {
  const auto file = from_wiremock({{"a.json", R"({"openapi":"3.0.0"})"}}, file_of);
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().text(),
            "a.json: holds no mapping: wants 'request' and 'response', or a list of 'mappings'");
}

TEST(WireMock, LeavesOutMappingsThatDoMore) {
  const MockFile file =
      import_one(R"({"name":"it","request":{},"response":{"statusMessage":"x"},"newScenarioState":"a",
    "serveEventListeners":[{"name":"webhook"}],"times":3,"metadata":{"a":1},"persistent":true})");
  EXPECT_EQ(findings_text(file),
            "left out: m.json#/serveEventListeners (it): webhooks are not taken: write them as 'callbacks' "
            "of the stub\n"
            "left out: m.json#/times (it): 'times' is not known\n"
            "left out: m.json#/newScenarioState (it): a state without 'scenarioName'\n");
}

TEST(MockFileText, SaysOnTopWhatWasNotTaken) {
  const MockFile file = import_one(kMappings);
  EXPECT_TRUE(file_text(file, "m.json")
                  .starts_with("# Made from m.json: 7 of 8 taken.\n# left out: m.json#/mappings/3 (old): it "
                               "never answers: 'new' comes first and "
                               "takes all of its requests\nstubs:\n  - id: open\n"))
      << file_text(file, "m.json");
}

}  // namespace
}  // namespace mocks::imports
