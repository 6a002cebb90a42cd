#include "tests/emulator/salesforce_edge/salesforce_edge_support.h"

namespace salesforce_edge_tests {
namespace {

TEST(Rest, VersionsNeedNoLogin) {
  Rig rig;
  const HttpResponse answer = rig.send({.target = "/services/data"});
  EXPECT_EQ(answer.status, 200);
  const Json versions = parsed(answer);
  EXPECT_EQ(versions.back()["label"], "Summer '26");
  const auto label_of = [&versions](const char* version) {
    for (const Json& entry : versions) {
      if (entry["version"] == version) return entry["label"].get<std::string>();
    }
    return std::string();
  };
  EXPECT_EQ(label_of("41.0"), "Winter '18");
  EXPECT_EQ(label_of("62.0"), "Winter '25");
  EXPECT_EQ(label_of("66.0"), "Spring '26");
}

TEST(Rest, PublishingAnswersTheEventUuid) {
  Rig rig;
  const std::string token = rig.token();
  // With and without the slash at the end; the scheme in any case.
  for (const char* target :
       {"/services/data/v66.0/sobjects/Low_Ink__e", "/services/data/v66.0/sobjects/Low_Ink__e/"}) {
    const HttpResponse answer = rig.send({.method = "POST",
                                          .target = target,
                                          .headers = {{"authorization", "oauth " + token}},
                                          .body = R"({"Printer_Model__c":"XZO-5","Ink_Percentage__c":0.2})"});
    EXPECT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.headers.get("Content-Type"), "application/json;charset=UTF-8");
    const Json saved = parsed(answer);
    EXPECT_EQ(saved["success"], true);
    EXPECT_EQ(saved["errors"][0]["statusCode"], "OPERATION_ENQUEUED");
    EXPECT_EQ(saved["errors"][0]["message"], rig.journal.events.back().uuid);
    EXPECT_EQ(answer.headers.get("Location"),
              "/services/data/v66.0/sobjects/Low_Ink__e/" + saved["id"].get<std::string>());
  }
  EXPECT_EQ(rig.journal.events.size(), 2U);
  EXPECT_TRUE(
      rig.journal.events[0].payload.ends_with(R"("Printer_Model__c":"XZO-5","Ink_Percentage__c":0.2})"));
}

TEST(Rest, OldVersionsDoNotTellTheEventUuid) {
  Rig rig;
  const HttpResponse answer = rig.send({.method = "POST",
                                        .target = "/services/data/v45.0/sobjects/Low_Ink__e",
                                        .headers = {{"Authorization", "Bearer " + rig.token()}},
                                        .body = R"({"Printer_Model__c":"A"})"});
  EXPECT_EQ(parsed(answer)["errors"], Json::array());
}

TEST(Rest, RefusesInTheServicesWords) {
  struct Case {
    const char* method;
    const char* path;
    std::string body;
    int status;
    const char* code;
    const char* message;
  };
  const Case cases[] = {
      {"POST", "/sobjects/Low_Ink__e", R"({"Printer_Model__c":"A","Nope__c":1})", 400, "INVALID_FIELD",
       "No such column 'Nope__c' on sobject of type Low_Ink__e"},
      {"POST", "/sobjects/Low_Ink__e", "{}", 400, "REQUIRED_FIELD_MISSING",
       "Required fields are missing: [Printer_Model__c]"},
      {"POST", "/sobjects/Low_Ink__e", R"({"Printer_Model__c":"ABCDEFGHIJK"})", 400, "STRING_TOO_LONG",
       nullptr},
      {"POST", "/sobjects/Low_Ink__e", R"({"Printer_Model__c":1})", 400, "INVALID_TYPE_ON_FIELD_IN_RECORD",
       nullptr},
      {"POST", "/sobjects/Low_Ink__e", "{", 400, "JSON_PARSER_ERROR", nullptr},
      {"POST", "/sobjects/Low_Ink__e", "[]", 400, "JSON_PARSER_ERROR", "The body wants a JSON object"},
      {"POST", "/sobjects/Nope__c", "{}", 404, "NOT_FOUND", "The requested resource does not exist"},
      {"GET", "/sobjects/Nope__c/describe", "", 404, "NOT_FOUND", "The requested resource does not exist"},
      {"DELETE", "/sobjects/Low_Ink__e/e00xx", "", 405, "METHOD_NOT_ALLOWED",
       "HTTP Method 'DELETE' not allowed."},
      {"POST", "/limits", "{}", 405, "METHOD_NOT_ALLOWED", "HTTP Method 'POST' not allowed."},
      {"GET", "/search?q=x", "", 400, "NOT_IMPLEMENTED",
       "GET /services/data/v66.0/search is not emulated by relayrig"},
      {"POST", "/composite/sobjects", "{}", 400, "JSON_PARSER_ERROR", "The body wants a list 'records'"},
      {"POST", "/composite", R"({"compositeRequest":[{"url":"x"}]})", 400, "JSON_PARSER_ERROR",
       "Each subrequest wants a method"},
      {"GET", "/query?q=SELECT+Id+FROM", "", 400, "MALFORMED_QUERY", "unexpected token: '<EOF>'"},
      {"GET", "/query?q=SELECT+Id+FROM+Low_Ink__e", "", 400, "INVALID_TYPE",
       "sObject type 'Low_Ink__e' is not supported."},
  };
  Rig rig;
  const std::string token = rig.token();
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.method) + " " + c.path + " " + c.body);
    const HttpResponse answer = rig.api(token, c.method, c.path, c.body);
    EXPECT_EQ(answer.status, c.status);
    const Json error = parsed(answer);
    ASSERT_TRUE(error.is_array());
    EXPECT_EQ(error[0]["errorCode"], c.code);
    if (c.message != nullptr) EXPECT_EQ(error[0]["message"], c.message);
  }
}

TEST(Rest, RequestsThatCannotBeReadAreRefused) {
  Rig rig;
  const std::string token = rig.token();
  EXPECT_EQ(parsed(rig.send({.target = "/services/data/v66.0/limits"}))[0]["errorCode"],
            "INVALID_AUTH_HEADER");
  EXPECT_EQ(
      rig.send({.target = "/services/data/v66.0/limits", .headers = {{"Authorization", "Basic x"}}}).status,
      401);
  EXPECT_EQ(parsed(rig.api("nope", "GET", "/limits"))[0]["errorCode"], "INVALID_SESSION_ID");
  EXPECT_EQ(
      rig.send({.target = "/services/data/v36.0/limits", .headers = {{"Authorization", "Bearer " + token}}})
          .status,
      404);
  EXPECT_EQ(rig.send({.target = "/" + std::string(16'384, 'x')}).status, 414);
  EXPECT_EQ(rig.send({.target = "/x", .headers = {{"X-Long", std::string(16'384, 'x')}}}).status, 431);
  EXPECT_EQ(rig.send({.method = "POST",
                      .target = "/services/data/v66.0/sobjects/Low_Ink__e",
                      .headers = {{"Authorization", "Bearer " + token}, {"Content-Type", "text/xml"}},
                      .body = "<x/>"})
                .status,
            415);
  EXPECT_EQ(parsed(rig.send({.target = "/services/apexrest/x"}))[0]["message"],
            "GET /services/apexrest/x is not emulated by relayrig");
}

TEST(Rest, CallsOfADayAreCountedAndLimited) {
  auto config = ink_org();
  config.api_requests_per_day = 2;
  Rig rig(config);
  const std::string token = rig.token();
  EXPECT_EQ(rig.api(token, "GET", "/limits").headers.get("Sforce-Limit-Info"), "api-usage=1/2");
  const Json limits = parsed(rig.api(token, "GET", "/limits"));
  EXPECT_EQ(kernel::json_text(limits["DailyApiRequests"]), R"({"Max":2,"Remaining":0})");
  const HttpResponse refused = rig.api(token, "GET", "/limits");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(parsed(refused)[0]["errorCode"], "REQUEST_LIMIT_EXCEEDED");
}

TEST(Rest, PublishesManyInTheOrderOfTheRequest) {
  Rig rig;
  const HttpResponse answer = rig.api(rig.token(), "POST", "/composite/sobjects",
                                      R"({"allOrNone":false,"records":[
      {"attributes":{"type":"Low_Ink__e"},"Printer_Model__c":"A"},
      {"attributes":{"type":"Low_Ink__e"}},
      {"Printer_Model__c":"B"},
      {"attributes":{"type":"Low_Ink__e"},"Printer_Model__c":"C"}]})");
  EXPECT_EQ(answer.status, 200);
  const Json rows = parsed(answer);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0]["success"], true);
  EXPECT_EQ(
      kernel::json_text(rows[1]),
      R"({"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [Printer_Model__c]","fields":["Printer_Model__c"]}]})");
  EXPECT_EQ(rows[2]["errors"][0]["statusCode"], "INVALID_FIELD");
  EXPECT_EQ(rows[3]["errors"][0]["message"], rig.journal.events.back().uuid);
  std::string payload = R"({"records":[)";
  for (int i = 0; i < 201; ++i) payload += (i == 0 ? "{}" : ",{}");
  EXPECT_EQ(parsed(rig.api(rig.token(), "POST", "/composite/sobjects", payload + "]}"))[0]["errorCode"],
            "EXCEEDED_ID_LIMIT");
}

emulator::salesforce::OrgConfig with_after_commit() {
  auto config = ink_org();
  config.events.push_back({"Late__e", {.publish = emulator::salesforce::PublishBehaviour::AfterCommit}});
  return config;
}

std::string kinds(const Rig& rig) {
  std::string text;
  for (const auto& event : rig.journal.events) {
    text += (text.empty() ? "" : " ") + event.kind;
    if (!event.ends.empty()) text += ":" + event.ends.front();
  }
  return text;
}

TEST(Rest, AllOrNoneHoldsBackOnlyWhatIsPublishedAfterTheCommit) {
  Rig rig(with_after_commit());
  const Json rows = parsed(rig.api(rig.token(), "POST", "/composite/sobjects",
                                   R"({"allOrNone":true,"records":[
      {"attributes":{"type":"Low_Ink__e"},"Printer_Model__c":"A"},
      {"attributes":{"type":"Late__e"},"X__c":1},
      {"attributes":{"type":"Low_Ink__e"}}]})"));
  EXPECT_EQ(rows[0]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
  EXPECT_EQ(rows[1]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
  EXPECT_EQ(rows[2]["errors"][0]["statusCode"], "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(kinds(rig),
            "Low_Ink__e:0s filtered salesforce: no channel that is relayed carries it "
            "Low_Ink__e:0s rejected salesforce Late__e:0s rejected salesforce: rolled back");
}

TEST(Rest, ACompositeRequestRunsItsCallsInOrder) {
  Rig rig;
  const Json answer = parsed(rig.api(rig.token(), "POST", "/composite",
                                     R"({"compositeRequest":[
      {"method":"POST","url":"/services/data/v66.0/sobjects/Low_Ink__e","referenceId":"first","body":{"Printer_Model__c":"A"}},
      {"method":"POST","url":"/services/data/v66.0/sobjects/Low_Ink__e","referenceId":"bad","body":{}},
      {"method":"POST","url":"/services/data/v66.0/sobjects/Low_Ink__e","referenceId":"second","body":{"Printer_Model__c":"@{bad[0].errorCode}"}},
      {"method":"POST","url":"/services/data/v66.0/sobjects/Low_Ink__e","referenceId":"third","body":{"Printer_Model__c":"@{nope.id}"}},
      {"method":"GET","url":"/services/data/v66.0/sobjects/@{first.errors[0].statusCode}","referenceId":"fourth"}]})"))
      ["compositeResponse"];
  ASSERT_EQ(answer.size(), 5U);
  EXPECT_EQ(answer[0]["httpStatusCode"], 201);
  EXPECT_EQ(answer[0]["referenceId"], "first");
  EXPECT_EQ(answer[0]["body"]["errors"][0]["message"], rig.journal.events[0].uuid);
  EXPECT_TRUE(answer[0]["httpHeaders"].contains("Location"));
  EXPECT_EQ(answer[1]["httpStatusCode"], 400);
  EXPECT_EQ(answer[1]["body"][0]["errorCode"], "REQUIRED_FIELD_MISSING");
  // Its text is too long for the field: the reference was followed.
  EXPECT_EQ(answer[2]["body"][0]["errorCode"], "STRING_TOO_LONG");
  EXPECT_EQ(answer[3]["body"][0]["message"],
            "Invalid reference specified. No value for nope.id found in the answers before it");
  EXPECT_EQ(answer[4]["httpStatusCode"], 404);
}

TEST(Rest, AFailedCompositeRequestIsRolledBack) {
  Rig rig(with_after_commit());
  const Json answer = parsed(rig.api(rig.token(), "POST", "/composite",
                                     R"({"allOrNone":true,"compositeRequest":[
      {"method":"POST","url":"/services/data/v66.0/sobjects/Late__e","referenceId":"a","body":{"X__c":1}},
      {"method":"POST","url":"/services/data/v66.0/sobjects/Low_Ink__e","referenceId":"b","body":{}},
      {"method":"POST","url":"/services/data/v66.0/sobjects/Late__e","referenceId":"c","body":{"X__c":2}}]})"))
      ["compositeResponse"];
  ASSERT_EQ(answer.size(), 3U);
  EXPECT_EQ(answer[0]["body"][0]["errorCode"], "PROCESSING_HALTED");
  EXPECT_EQ(answer[1]["body"][0]["errorCode"], "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(answer[2]["body"][0]["errorCode"], "PROCESSING_HALTED");
  EXPECT_EQ(kinds(rig), "Low_Ink__e:0s rejected salesforce Late__e:0s rejected salesforce: rolled back");
}

TEST(Rest, DescribesEvents) {
  Rig rig;
  const std::string token = rig.token();
  const Json all = parsed(rig.api(token, "GET", "/sobjects"));
  EXPECT_EQ(all["maxBatchSize"], 200);
  EXPECT_EQ(all["sobjects"][0]["name"], "Low_Ink__e");
  const Json described = parsed(rig.api(token, "GET", "/sobjects/Low_Ink__e/describe"));
  EXPECT_EQ(described["createable"], true);
  EXPECT_EQ(described["queryable"], false);
  Json model;
  for (const Json& field : described["fields"]) {
    if (field["name"] == "Printer_Model__c") model = field;
  }
  EXPECT_EQ(model["type"], "string");
  EXPECT_EQ(model["nillable"], false);
  EXPECT_EQ(model["length"], 10);

  const Json compact =
      parsed(rig.api(token, "GET", "/sobjects/Low_Ink__e/eventSchema?payloadFormat=COMPACT"));
  EXPECT_EQ(compact["name"], "Low_Ink__e");
  const std::string schema_id = compact["uuid"];
  EXPECT_EQ(schema_id.size(), 22U);
  const Json expanded = parsed(rig.api(token, "GET", "/event/eventSchema/" + schema_id));
  EXPECT_EQ(expanded["uuid"], schema_id);
  EXPECT_EQ(expanded["type"], "expanded-record");
  EXPECT_EQ(rig.api(token, "GET", "/event/eventSchema/nope").status, 404);
}

TEST(Rest, ThePublishersCallIsTheCauseOfItsEvents) {
  Rig rig;
  rig.api(rig.token(), "POST", "/sobjects/Low_Ink__e", R"({"Printer_Model__c":"A"})");
  const auto publish =
      std::ranges::find(rig.journal.hops, kernel::Stage::Publish, &emulator::RecordingJournal::Hop::stage);
  ASSERT_NE(publish, rig.journal.hops.end());
  const auto& call = rig.journal.hops.at(publish->parent - 1);
  EXPECT_EQ(call.operation, "POST /services/data/v66.0/sobjects/Low_Ink__e");
  EXPECT_EQ(call.status, 201);
}

TEST(Admin, PublishesWithoutALogin) {
  Rig rig;
  const HttpResponse answer = rig.send({.method = "POST",
                                        .target = "/_relayrig/events/Low_Ink__e",
                                        .body = R"([{"Printer_Model__c":"A"},{}])"});
  EXPECT_EQ(answer.status, 200);
  const Json rows = parsed(answer);
  EXPECT_EQ(rows[0]["errors"][0]["message"], rig.journal.events[0].uuid);
  EXPECT_EQ(rows[1]["errors"][0]["statusCode"], "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(rig.send({.method = "POST", .target = "/_relayrig/events/Low_Ink__e", .body = "{}"}).status, 400);
  EXPECT_EQ(rig.send({.target = "/_relayrig/nope"}).status, 404);
}

}  // namespace
}  // namespace salesforce_edge_tests
