// OpenAPI documents against the behaviour of the mocks that they become.
#include "mocks/imports/openapi.h"

#include "middleware/config/reader.h"
#include "mocks/imports/openapi_sample.h"
#include "mocks/imports/openapi_schema.h"
#include "mocks/imports/pattern_sample.h"
#include "tests/mocks/imports/import_support.h"

namespace mocks::imports {
namespace {

kernel::Json yaml(const std::string& text) {
  const auto read = config::read_text(text, "api.yaml", config::json());
  EXPECT_TRUE(read.has_value()) << read.error().text();
  return read ? *read : kernel::Json();
}

MockFile imported(const std::string& text) {
  auto made = from_openapi("api.yaml", yaml(text));
  EXPECT_TRUE(made.has_value()) << made.error().text();
  return made ? *made : MockFile{};
}

constexpr const char* kOrders = R"(
openapi: 3.0.3
info: {title: Orders, version: "1"}
servers: [{url: "https://{region}.example.com/v1/", variables: {region: {default: eu}}}]
paths:
  /orders:
    parameters:
      - {name: X-Tenant, in: header, required: true, schema: {type: string, minLength: 2}}
    get:
      operationId: listOrders
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: state, in: query, explode: false, schema: {type: array, items: {type: string, enum: [open, paid]}}}
        - {name: id, in: query, schema: {type: array, maxItems: 2, items: {type: integer}}}
      responses:
        "404": {description: none}
        "200":
          description: fine
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Order"}}}}
    post:
      operationId: createOrder
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
      responses:
        2XX: {description: odd}
        "201":
          description: made
          headers: {Location: {required: true, schema: {type: string, example: /orders/7}}}
          content: {application/json: {example: {id: 7, sku: A-1, quantity: 1}, schema: {$ref: "#/components/schemas/Order"}}}
  /orders/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        default: {description: any, content: {application/vnd.order+json: {examples: {first: {value: {id: 1}}}}}}
    delete:
      operationId: removeOrder
      responses: {"204": {description: gone, content: {application/json: {example: 1}}}}
  /orders/mine:
    get: {operationId: mine, responses: {"200": {description: mine, content: {text/plain: {schema: {type: string}}}}}}
  /files/{name}.{kind}:
    get: {operationId: file, responses: {"302": {description: elsewhere}}}
components:
  schemas:
    Order:
      type: object
      required: [id, sku, quantity]
      properties:
        id: {type: integer, readOnly: true}
        sku: {type: string, pattern: "^[A-Z]-\\d+$"}
        quantity: {type: integer, minimum: 0, exclusiveMinimum: true}
        note: {type: string, nullable: true, maxLength: 3}
        kind: {type: string, enum: [small, large]}
        secret: {type: string, writeOnly: true}
        due: {type: string, format: date}
)";

TEST(OpenApi, AnswersAsTheDocumentSays) {
  const MockFile file = imported(kOrders);
  EXPECT_EQ(findings_text(file), "");
  EXPECT_EQ(file.taken, 6);
  ImportedMock mock(file);
  const std::pair<const char*, const char*> cases[] = {
      {"GET /v1/orders\nX-Tenant: ab",
       R"(listOrders 200 [{"id":1,"sku":"A-1","quantity":1,"note":"tex","kind":"small","due":"2026-01-01"}])"},
      {"POST /v1/orders\nX-Tenant: ab\n\n{\"sku\":\"B-2\",\"quantity\":3}",
       R"(createOrder 201 {"id":7,"sku":"A-1","quantity":1})"},
      {"GET /v1/orders/7", R"(GET /v1/orders/{id} 200 {"id":1})"},
      {"DELETE /v1/orders/7", "removeOrder 204"},
      {"GET /v1/orders/mine", "mine 200 text"},
      {"GET /v1/files/a.b", "file 302"},
      {"GET /v1/files/ab", "nobody"},
      {"GET /orders/7", "nobody"},
  };
  for (const auto& [request, answer] : cases) EXPECT_EQ(mock.ask(request), answer) << mock.text;
  mock.ask("POST /v1/orders\nX-Tenant: ab\n\n{\"sku\":\"B-2\",\"quantity\":3}");
  EXPECT_EQ(mock.reply.response.headers.get("Location"), "/orders/7");
  mock.ask("GET /v1/orders/7");
  EXPECT_EQ(mock.reply.response.headers.get("Content-Type"), "application/vnd.order+json");
}

TEST(OpenApi, RefusesRequestsThatDoNotKeepTheDocument) {
  ImportedMock mock(imported(kOrders));
  struct Case {
    const char* request;
    const char* in;
    const char* pointer;
    const char* rule;
    int status = 400;
  };
  const Case cases[] = {
      {"GET /v1/orders", "header parameter X-Tenant", "", "required"},
      {"GET /v1/orders\nX-Tenant: a", "header parameter X-Tenant", "", "minLength"},
      {"GET /v1/orders?limit=0\nX-Tenant: ab", "query parameter limit", "", "minimum"},
      {"GET /v1/orders?limit=many\nX-Tenant: ab", "query parameter limit", "", "type"},
      {"GET /v1/orders?state=open,lost\nX-Tenant: ab", "query parameter state", "/1", "enum"},
      {"GET /v1/orders?id=1&id=2&id=3\nX-Tenant: ab", "query parameter id", "", "maxItems"},
      {"GET /v1/orders?id=x\nX-Tenant: ab", "query parameter id", "/0", "type"},
      {"GET /v1/orders/seven", "path parameter id", "", "type"},
      {"POST /v1/orders\nX-Tenant: ab", "body", "", "required"},
      {"POST /v1/orders\nX-Tenant: ab\n\nno", "body", "", "json"},
      {"POST /v1/orders\nX-Tenant: ab\n\n{\"sku\":\"A-1\"}", "body", "/quantity", "required"},
      {"POST /v1/orders\nX-Tenant: ab\n\n{\"sku\":\"A-1\",\"quantity\":0}", "body", "/quantity",
       "exclusiveMinimum"},
      {"POST /v1/orders\nX-Tenant: ab\n\n{\"sku\":\"a\",\"quantity\":1}", "body", "/sku", "pattern"},
      {"POST /v1/orders\nX-Tenant: ab\n\n{\"sku\":\"A-1\",\"quantity\":1,\"note\":\"long\"}", "body", "/note",
       "maxLength"},
      {"POST /v1/orders\nX-Tenant: ab\nContent-Type: text/xml\n\n<a/>", "header Content-Type", "",
       "content type", 415},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.request);
    mock.ask(c.request);
    const kernel::HttpResponse& response = mock.reply.response;
    EXPECT_EQ(response.status, c.status);
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
    const auto body = kernel::parse_json(response.body);
    ASSERT_TRUE(body) << response.body;
    EXPECT_EQ((*body)["in"], c.in);
    EXPECT_EQ((*body)["pointer"], c.pointer);
    EXPECT_EQ((*body)["rule"], c.rule);
    EXPECT_FALSE(mock.api->exchanges().rows().back().is_executed);
  }
  const char* const kept[] = {"GET /v1/orders?limit=50&state=open,paid&id=1&id=2\nX-Tenant: ab",
                              "POST /v1/orders\nX-Tenant: ab\nContent-Type: application/json; "
                              "charset=utf-8\n\n{\"sku\":\"A-1\",\"quantity\":1,\"note\":null}"};
  for (const char* request : kept) {
    mock.ask(request);
    EXPECT_LT(mock.reply.response.status, 300) << request << "\n" << mock.reply.response.body;
  }
}

TEST(OpenApi, SaysWhatIsNotTaken) {
  const MockFile file = imported(R"yaml(
openapi: 3.1.0
servers: [{url: /v1}, {url: /v2}]
webhooks: {paid: {post: {}}}
paths:
  /a:
    get:
      parameters:
        - {name: f, in: query, style: deepObject, schema: {type: object}}
        - {name: g, in: query, schema: {type: string, pattern: "(?!a)"}}
      callbacks: {done: {}}
      responses: {"200": {description: x, content: {application/json: {schema: {$ref: "#/components/schemas/Node"}}}}}
    put:
      requestBody: {content: {application/xml: {schema: {type: object}}}}
      responses: {}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "other.yaml#/Order"}}}}
      responses: {"200": {description: x, content: {application/json: {example: {n: "one"}, schema: {properties: {n: {type: integer}}}}}}}
  /b: {$ref: "#/paths/~1c"}
  /c: {$ref: "#/paths/~1b"}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Node: {type: object, required: [next], properties: {next: {$ref: "#/components/schemas/Node"}}}
)yaml");
  EXPECT_EQ(findings_text(file),
            "left out: api.yaml#/webhooks: webhooks are not sent: write them as 'callbacks' of a stub\n"
            "differs: api.yaml#/components/securitySchemes: no request is asked for credentials: "
            "'credential' or 'oauth' of the mock does that\n"
            "left out: api.yaml#/servers/1: the paths are those of the first server: this one has another "
            "base path\n"
            "differs: api.yaml#/paths/~1a/get/parameters/0/style (GET /v1/a): it is not checked: the style "
            "'deepObject' is not read\n"
            "differs: api.yaml#/paths/~1a/get/parameters/1/schema/pattern (GET /v1/a): the pattern is not "
            "checked: invalid perl operator: (?!\n"
            "left out: api.yaml#/paths/~1a/get/callbacks (GET /v1/a): callbacks are not sent: write them as "
            "'callbacks' of the stub\n"
            "left out: api.yaml#/paths/~1a/get/responses/200/content/application~1json/schema (GET /v1/a): "
            "no answer can be made: a value of it holds another one without end\n"
            "differs: api.yaml#/paths/~1a/put/requestBody/content/application~1xml/schema (PUT /v1/a): a "
            "body of application/xml is not checked\n"
            "left out: api.yaml#/paths/~1a/put (PUT /v1/a): it has no response\n"
            "differs: api.yaml#/paths/~1a/post/requestBody/content/application~1json/schema (POST /v1/a): "
            "'other.yaml#/Order' leads out of the document: what stands there is not checked\n"
            "differs: api.yaml#/paths/~1a/post/responses/200/content/application~1json/schema (POST /v1/a): "
            "the answer does not keep 'type' of its schema at '/n'\n"
            "left out: api.yaml#/paths/~1b (/b): '#/paths/~1c' leads back to itself\n"
            "left out: api.yaml#/paths/~1c (/c): '#/paths/~1b' leads back to itself\n");
  EXPECT_EQ(file.taken, 2);
  EXPECT_EQ(file.seen, 3);
  ImportedMock mock(file);
  EXPECT_EQ(mock.ask("POST /v1/a\n\n{}"), R"(POST /v1/a 200 {"n":"one"})");
}

TEST(OpenApi, RefusesOtherDocumentsByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"swagger: '2.0'", "x.yaml: is Swagger 2: OpenAPI 3.0 and 3.1 are read"},
      {"openapi: 4.0.0", "x.yaml: wants 'openapi' as 3.0 or 3.1"},
      {"openapi: 3.0.0", "x.yaml: has no 'paths'"},
  };
  for (const auto& [text, why] : cases) {
    const auto made = from_openapi("x.yaml", yaml(text));
    ASSERT_FALSE(made.has_value()) << text;
    EXPECT_EQ(made.error().text(), why);
  }
}

TEST(OpenApiSample, KeepsItsSchema) {
  const std::pair<const char*, const char*> cases[] = {
      {"{type: string}", R"("text")"},
      {"{type: string, minLength: 6}", R"("textte")"},
      {"{type: string, maxLength: 2}", R"("te")"},
      {"{type: string, format: date-time}", R"("2026-01-01T09:00:00Z")"},
      {"{type: string, format: uuid}", R"("00000000-0000-4000-8000-000000000001")"},
      {"{type: string, format: email}", R"("user1@example.com")"},
      {"{type: string, pattern: '^SO-[0-9]{4}(-x)?$'}", R"("SO-0000")"},
      {"{type: string, enum: [b, a]}", R"("b")"},
      {"{type: string, default: d, enum: [b, d]}", R"("d")"},
      {"{const: 5}", "5"},
      {"{type: integer}", "1"},
      {"{type: integer, minimum: 7}", "7"},
      {"{type: integer, maximum: -2}", "-2"},
      {"{type: integer, exclusiveMinimum: 7, multipleOf: 5}", "10"},
      {"{type: integer, minimum: 7, exclusiveMinimum: true}", "8"},
      {"{type: integer, exclusiveMaximum: 0}", "-1"},
      {"{type: number, minimum: 0.2, maximum: 0.4}", "0.30000000000000004"},
      {"{type: number, multipleOf: 0.5}", "0.5"},
      {"{type: boolean}", "true"},
      {"{type: [string, 'null']}", R"("text")"},
      {"{type: 'null'}", "null"},
      {"{type: array, items: {type: integer}}", "[1]"},
      {"{type: array, items: {type: integer}, minItems: 3, uniqueItems: true}", "[1,2,3]"},
      {"{type: array, items: {type: string}, minItems: 2, uniqueItems: true}", R"(["text","text2"])"},
      {"{type: array, items: {type: integer}, maxItems: 0}", "[]"},
      {"{type: array, prefixItems: [{type: integer}, {type: boolean}]}", "[1,true]"},
      {"{oneOf: [{type: integer}, {type: string}]}", "1"},
      {"{allOf: [{properties: {a: {type: integer}}}, {required: [b], properties: {b: {type: string}}}]}",
       R"({"a":1,"b":"text"})"},
      {"{allOf: [{type: string}]}", R"("text")"},
      {"{type: object, additionalProperties: {type: integer}, minProperties: 2}", R"({"key1":1,"key2":2})"},
      {"{type: object}", "{}"},
      {"{}", "{}"},
  };
  for (const auto& [schema, expected] : cases) {
    SCOPED_TRACE(schema);
    const kernel::Json json = yaml(schema);
    const Document document(json);
    Findings findings("", "");
    const auto sample = Sampler(document, findings).sample(document.root());
    ASSERT_TRUE(sample.has_value());
    EXPECT_EQ(kernel::json_text(*sample), expected);
    const kernel::Json strict = draft7(document, document.root(), Direction::Response, findings);
    EXPECT_TRUE(findings.all().empty());
    ASSERT_FALSE(strict.is_null());
    EXPECT_TRUE((*ingest::Schema::compile(strict))->check(*sample).has_value());
  }
}

TEST(OpenApiSample, EndsWhereASchemaHoldsItself) {
  const std::pair<const char*, const char*> cases[] = {
      {"{properties: {name: {type: string}, next: {$ref: '#'}}}", R"({"name":"text"})"},
      {"{properties: {all: {type: array, items: {$ref: '#'}}}}", R"({"all":[]})"},
      {"{required: [next], properties: {next: {nullable: true, allOf: [{$ref: '#'}]}}}", R"({"next":null})"},
      {"{required: [next], properties: {next: {oneOf: [{$ref: '#'}, {type: string}]}}}",
       R"({"next":"text"})"},
      {"{required: [next], properties: {next: {$ref: '#'}}}", ""},
      {"{type: array, minItems: 1, items: {$ref: '#'}}", ""},
  };
  for (const auto& [schema, expected] : cases) {
    SCOPED_TRACE(schema);
    const kernel::Json json = yaml(schema);
    const Document document(json);
    Findings findings("", "");
    const auto sample = Sampler(document, findings).sample(document.root());
    EXPECT_EQ(sample ? kernel::json_text(*sample) : "", expected);
  }
}

TEST(PatternSample, SpellsATextThatMatches) {
  const std::pair<const char*, const char*> cases[] = {
      {"^[A-Z]{2}\\d{3}$", "AA111"},
      {"a|b", "a"},
      {"^(?:x|y)+z*$", "x"},
      {"^[^a-z]$", "A"},
      {"^\\w{2,}@\\w+\\.[a-z]{2,3}$", "aa@a.aa"},
      {"^$", ""},
      {"^a?b$", "b"},
      {"\\p{L}", "(none)"},
      {"(?i)a", "(none)"},
  };
  for (const auto& [pattern, expected] : cases)
    EXPECT_EQ(pattern_sample(pattern, 0, 0).value_or("(none)"), expected) << pattern;
  EXPECT_EQ(pattern_sample("^[a-c]+$", 5, 1), "bbbbb");
}

}  // namespace
}  // namespace mocks::imports
