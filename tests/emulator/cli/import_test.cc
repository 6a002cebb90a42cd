#include "tests/emulator/cli/cli_support.h"

namespace cli_tests {
namespace {

constexpr const char* kMapping =
    R"({"name":"order","request":{"method":"GET","url":"/order"},"response":{"bodyFileName":"order.json"}})";
constexpr const char* kProxied =
    R"({"name":"rest","request":{"urlPattern":"/rest/.*"},"response":{"proxyBaseUrl":"http://real"}})";
constexpr const char* kDocument =
    "openapi: 3.0.0\n"
    "paths:\n"
    "  /orders: {post: {operationId: order, requestBody: {required: true, content: {application/json: "
    "{schema: "
    "{type: object}}}}, responses: {'201': {description: made}}}}\n";

TEST(Import, WritesAFileThatAScenarioCanName) {
  const Project project;
  project.put("wiremock/mappings/order.json", kMapping);
  project.put("wiremock/mappings/more/rest.json", kProxied);
  project.put("wiremock/__files/order.json", R"({"id":7})");
  const Outcome ended = relayrig(project, {"import", "wiremock", "wiremock", "-o", "erp.yaml"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err,
            "left out: mappings/more/rest.json#/response/proxyBaseUrl (rest): a mock answers by itself: "
            "nothing is passed on\n"
            "1 of 2 taken\n");
  EXPECT_EQ(project.read("erp.yaml"),
            "# Made from wiremock wiremock: 1 of 2 taken.\n"
            "# left out: mappings/more/rest.json#/response/proxyBaseUrl (rest): a mock answers by itself: "
            "nothing is passed on\n"
            "stubs:\n"
            "  - {id: order, request: {method: GET, url: /order}, respond: {text: \"{\\\"id\\\":7}\"}}\n");

  EXPECT_EQ(relayrig(project, {"import", "openapi", "openapi.yaml"}).code, 2);
  project.put("openapi.yaml", kDocument);
  EXPECT_EQ(relayrig(project, {"import", "openapi", "openapi.yaml", "-o", "erp.yaml"}).code, 0);
  const std::string stack = project.read("stack.yaml");
  project.put("stack.yaml", stack.substr(0, stack.find("apis:")));
  project.put("scenarios/imported.yaml",
              "name: imported\nwhy: Orders are booked.\nuse: ../stack.yaml\ngiven: {apis: {erp: {mock: "
              "../erp.yaml}}}\n"
              "timeline:\n  - {at: 0s, publish: Order__e, fields: {Number__c: SO-1}}\n"
              "expect:\n  - {mock: erp, stub: order, status: 201, equals: 1}\n");
  const Outcome run = relayrig(project, {"run", "scenarios/imported.yaml"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
}

TEST(Import, SaysWhatCameOut) {
  const Project project;
  project.put("one.json", kMapping);
  project.put("proxied.json", kProxied);
  project.put("__files/order.json", "7");
  project.put("leads_out.json", R"({"request":{},"response":{"bodyFileName":"../one.json"}})");
  project.put("broken.json", "{");
  project.put("other.yaml", "a: 1\n");
  project.put("twice.yaml", "a: 1\na: 2\n");
  project.put("empty/README.md", "none\n");
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
    int code;
    const char* out;
    const char* err;
  };
  const Case cases[] = {
      {"to stdout",
       {"wiremock", "one.json"},
       0,
       "# Made from wiremock one.json: 1 of 1 taken.\nstubs:\n  - {id: order, request: {method: GET, url: "
       "/order}, respond: {text: \"7\"}}\n",
       "1 of 1 taken\n"},
      {"nothing taken",
       {"wiremock", "proxied.json"},
       4,
       "",
       "left out: proxied.json#/response/proxyBaseUrl (rest): a mock answers by itself: nothing is passed "
       "on\n0 of 1 taken\n"},
      {"a folder without mappings", {"wiremock", "empty"}, 4, "", "0 of 0 taken\n"},
      {"a body from elsewhere",
       {"wiremock", "leads_out.json"},
       4,
       "",
       "left out: leads_out.json#/response/bodyFileName (ANY): '../one.json' leads out of __files\n0 of 1 "
       "taken\n"},
      {"no JSON", {"wiremock", "broken.json"}, 2, "", "relayrig: broken.json: "},
      {"no mapping", {"wiremock", "../none.json"}, 2, "", "relayrig: ../none.json: "},
      {"no OpenAPI",
       {"openapi", "other.yaml"},
       2,
       "",
       "relayrig: other.yaml: wants 'openapi' as 3.0 or 3.1\n"},
      {"no YAML", {"openapi", "twice.yaml"}, 2, "", "relayrig: twice.yaml:2:1: "},
      {"a kind that is not known",
       {"swagger", "other.yaml"},
       2,
       "",
       "relayrig: KIND: swagger not in {wiremock,openapi}\n"},
      {"a file that cannot be written",
       {"wiremock", "one.json", "-o", "none/erp.yaml"},
       3,
       "",
       "1 of 1 taken\nrelayrig: cannot write none/erp.yaml\n"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<std::string> arguments = {"import"};
    arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
    const Outcome ended = relayrig(project, arguments);
    EXPECT_EQ(ended.code, c.code);
    EXPECT_EQ(ended.out, c.out);
    EXPECT_TRUE(ended.err.starts_with(c.err)) << ended.err;
  }
}

}  // namespace
}  // namespace cli_tests
