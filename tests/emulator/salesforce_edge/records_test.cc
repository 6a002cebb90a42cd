#include "emulator/salesforce_edge/query_cursors.h"
#include "tests/emulator/salesforce_edge/fake_org.h"
#include "tests/emulator/salesforce_edge/salesforce_edge_support.h"

namespace salesforce_edge_tests {
namespace {

using emulator::salesforce_edge::ApiResult;
using emulator::salesforce_edge::page_size_of;
using emulator::salesforce_edge::QueryCursors;
using emulator::salesforce_edge::RestCall;

/// The resources on fakes; who logs in and how much is the real org's.
struct Bench {
  Rig rig;
  FakeData data;
  FakeSetup setup;
  FakeSchema schema;
  emulator::salesforce_edge::Rest rest{{.data = data,
                                        .stream = rig.org,
                                        .directory = rig.org.directory(),
                                        .limits = rig.org,
                                        .schema = schema,
                                        .setup = &setup}};

  ApiResult call(std::string method, const std::string& path, std::string body = {}) {
    emulator::salesforce_edge::RestCall call{
        .method = std::move(method), .body = std::move(body), .caller = {.change_origin = "rest/66.0"}};
    EXPECT_TRUE(read_target("/services/data/v66.0" + path, call)) << path;
    return rest.call(call);
  }
  /// "201 {...}", "400 [...]"
  std::string said(std::string method, const std::string& path, std::string body = {}) {
    const auto response = to_response(call(std::move(method), path, std::move(body)));
    return std::to_string(response.status) + (response.body.empty() ? "" : " " + response.body);
  }
};

TEST(Records, AreMadeReadChangedAndDeleted) {
  Bench bench;
  EXPECT_EQ(bench.said("POST", "/sobjects/Account",
                       R"({"attributes":{"type":"Account"},"Name":"Acme","City":"Graz"})"),
            R"(201 {"id":"001000000000000AAA","success":true,"errors":[]})");
  const std::string path = "/sobjects/Account/001000000000000AAA";
  EXPECT_EQ(bench.said("GET", path + "?fields=Name,Number__c"),
            R"(200 {"attributes":{"type":"Account","url":"/services/data/v66.0)" + path +
                R"("},"Name":"Acme","Number__c":null})");
  EXPECT_EQ(bench.said("PATCH", path, R"({"City":"Wien"})"), "204");
  EXPECT_EQ(parsed(to_response(bench.call("GET", path)))["City"], "Wien");
  EXPECT_EQ(bench.said("DELETE", path), "204");
  EXPECT_EQ(bench.said("GET", path), R"(404 [{"errorCode":"NOT_FOUND","message":"none","fields":[]}])");
  EXPECT_EQ(bench.data.said, (std::vector<std::string>{"begin rest/66.0", "commit", "begin rest/66.0",
                                                       "commit", "begin rest/66.0", "commit"}));
}

TEST(Records, RefusalsAreRolledBack) {
  Bench bench;
  EXPECT_EQ(bench.said("POST", "/sobjects/Account", "{}"),
            R"(400 [{"errorCode":"REQUIRED_FIELD_MISSING","message":"Name","fields":["Name"]}])");
  EXPECT_EQ(bench.data.said, (std::vector<std::string>{"begin rest/66.0", "roll back"}));
  EXPECT_EQ(
      bench.said("PUT", "/sobjects/Account/1"),
      R"(405 [{"errorCode":"METHOD_NOT_ALLOWED","message":"HTTP Method 'PUT' not allowed.","fields":[]}])");
  EXPECT_EQ(parsed(to_response(bench.call("GET", "/sobjects/Nope/1")))[0]["errorCode"], "NOT_FOUND");
}

TEST(Records, ExternalIdsNameThem) {
  Bench bench;
  const std::string path = "/sobjects/Account/Number__c/A%201";
  EXPECT_EQ(bench.said("PATCH", path, R"({"Name":"Acme"})"),
            R"(201 {"id":"001000000000000AAA","success":true,"errors":[],"created":true})");
  EXPECT_EQ(bench.said("PATCH", path, R"({"City":"Graz"})"),
            R"(200 {"id":"001000000000000AAA","success":true,"errors":[],"created":false})");
  EXPECT_EQ(bench.data.accounts["001000000000000AAA"]["Number__c"], "A 1");
  EXPECT_EQ(parsed(to_response(bench.call("GET", path)))["City"], "Graz");
  EXPECT_EQ(bench.said("DELETE", path), "204");
  EXPECT_EQ(bench.data.accounts.size(), 0U);
}

TEST(Records, ManyAreOneTransaction) {
  Bench bench;
  EXPECT_EQ(
      bench.said(
          "POST", "/composite/sobjects",
          R"({"records":[{"attributes":{"type":"Account"},"Name":"A"},{"attributes":{"type":"Account"}}]})"),
      R"(200 [{"id":"001000000000000AAA","success":true,"errors":[]},)"
      R"({"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Name","fields":["Name"]}]}])");
  EXPECT_EQ(bench.said(
                "PATCH", "/composite/sobjects",
                R"({"records":[{"attributes":{"type":"Account"},"id":"001000000000000AAA","City":"Graz"}]})"),
            R"(200 [{"id":"001000000000000AAA","success":true,"errors":[]}])");
  EXPECT_EQ(
      bench.said(
          "PATCH", "/composite/sobjects/Account/Number__c",
          R"({"records":[{"attributes":{"type":"Account"},"Number__c":"7","Name":"B"},{"Name":"C"}]})"),
      R"(200 [{"id":"001000000000001AAA","success":true,"errors":[],"created":true},)"
      R"({"success":false,"errors":[{"statusCode":"MISSING_ARGUMENT","message":"Number__c not specified","fields":["Number__c"]}]}])");
  EXPECT_EQ(
      bench.said("POST", "/composite/sobjects/Account",
                 R"({"ids":["001000000000001AAA","x"],"fields":["Name"]})"),
      R"(200 [{"attributes":{"type":"Account","url":"/services/data/v66.0/sobjects/Account/001000000000001AAA"},"Name":"B"},null])");
  EXPECT_EQ(
      bench.said("DELETE", "/composite/sobjects?ids=001000000000000AAA,zzz&allOrNone=false"),
      R"(200 [{"id":"001000000000000AAA","success":true,"errors":[]},)"
      R"({"success":false,"errors":[{"statusCode":"MALFORMED_ID","message":"malformed id zzz","fields":["Id"]}]}])");
  EXPECT_EQ(bench.data.accounts.size(), 1U);
}

TEST(Records, AllOrNoneMakesNoneOfThem) {
  Bench bench;
  const Json rows = parsed(to_response(bench.call(
      "POST", "/composite/sobjects",
      R"({"allOrNone":true,"records":[{"attributes":{"type":"Account"},"Name":"A"},{"attributes":{"type":"Account"}}]})")));
  EXPECT_EQ(rows[0]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
  EXPECT_EQ(bench.data.said.back(), "roll back");
  EXPECT_EQ(bench.data.accounts.size(), 0U);
}

TEST(Records, ACompositeRequestMayUseTheNewId) {
  Bench bench;
  const Json answer =
      parsed(to_response(bench.call("POST", "/composite", R"({"allOrNone":true,"compositeRequest":[
      {"method":"POST","url":"/services/data/v66.0/sobjects/Account","referenceId":"a","body":{"Name":"A"}},
      {"method":"PATCH","url":"/services/data/v66.0/sobjects/Account/@{a.id}","referenceId":"b","body":{"City":"@{a.id}"}}]})")));
  EXPECT_EQ(answer["compositeResponse"][1]["httpStatusCode"], 204);
  EXPECT_EQ(answer["compositeResponse"][1]["body"], Json());
  EXPECT_EQ(bench.data.accounts["001000000000000AAA"]["City"], "001000000000000AAA");
  EXPECT_EQ(bench.data.said, (std::vector<std::string>{"begin rest/66.0", "commit"}));
}

TEST(Query, SelectsSortsAndCuts) {
  Bench bench;
  for (const auto& [name, city] :
       {std::pair("A", "Graz"), std::pair("B", "Wien"), std::pair("C", "Graz"), std::pair("D", "Linz")})
    bench.call("POST", "/sobjects/Account", kernel::json_text({{"Name", name}, {"City", city}}));
  const auto names = [&bench](const std::string& soql) {
    const Json answer = parsed(to_response(bench.call("GET", "/query?q=" + soql)));
    std::string text = answer.is_object() ? std::to_string(answer["totalSize"].get<int>())
                                          : answer[0]["errorCode"].get<std::string>();
    if (answer.is_object()) {
      for (const Json& row : answer["records"]) text += " " + row["Name"].get<std::string>();
    }
    return text;
  };
  EXPECT_EQ(names("SELECT+name+FROM+account+WHERE+city='graz'"), "2 A C");
  EXPECT_EQ(names("SELECT+Name+FROM+Account+ORDER+BY+City,Name+DESC"), "4 C A D B");
  EXPECT_EQ(names("SELECT+Name+FROM+Account+ORDER+BY+City+DESC,Name+LIMIT+2+OFFSET+1"), "2 D A");
  EXPECT_EQ(names("SELECT+COUNT()+FROM+Account+WHERE+City!='Graz'"), "2");
  EXPECT_EQ(names("SELECT+Nope+FROM+Account"), "INVALID_FIELD");
  EXPECT_EQ(names("SELECT+Name+FROM+Account+WHERE+Nope=1"), "INVALID_FIELD");
  EXPECT_EQ(names("SELECT+Name+FROM+Nope"), "INVALID_TYPE");
}

TEST(Query, CountsDeletedRecordsInWhereItIsAskedTo) {
  Bench bench;
  bench.call("POST", "/sobjects/Account", R"({"Name":"A"})");
  bench.data.deleted = {{{"Id", "001000000000009AAA"}, {"Name", "Gone"}}};
  EXPECT_EQ(parsed(to_response(bench.call("GET", "/query?q=SELECT+Id+FROM+Account")))["totalSize"], 1);
  const Json all =
      parsed(to_response(bench.call("GET", "/queryAll?q=SELECT+Name,IsDeleted+FROM+Account+ORDER+BY+Name")));
  EXPECT_EQ(all["totalSize"], 2);
  EXPECT_EQ(all["records"][0]["IsDeleted"], false);
  EXPECT_EQ(all["records"][1]["Name"], "Gone");
  EXPECT_EQ(all["records"][1]["IsDeleted"], true);
}

TEST(QueryCursors, GiveRowsPageByPage) {
  Json rows = Json::array();
  for (int i = 0; i < 450; ++i) rows.push_back(i);
  QueryCursors cursors;
  RestCall call{.page_size = 200};
  const Json first = *kernel::parse_json(cursors.first_page(call, rows).body);
  EXPECT_EQ(first["totalSize"], 450);
  EXPECT_EQ(first["done"], false);
  EXPECT_EQ(first["records"].size(), 200U);
  EXPECT_EQ(first["nextRecordsUrl"], "/services/data/v66.0/query/01g000000000001AAA-200");
  const Json last = *kernel::parse_json(cursors.page(call, "01g000000000001AAA-400")->body);
  EXPECT_EQ(last["done"], true);
  EXPECT_EQ(last["records"].front(), 400);
  EXPECT_EQ(last["records"].size(), 50U);
  EXPECT_FALSE(last.contains("nextRecordsUrl"));
  for (const char* locator :
       {"01g000000000001AAA-450", "01g000000000001AAA", "01g000000000002AAA-200", "x-y"})
    EXPECT_EQ(cursors.page(call, locator).error().code, "INVALID_QUERY_LOCATOR") << locator;
  for (int i = 0; i < 10; ++i) cursors.first_page(call, rows);
  EXPECT_FALSE(cursors.page(call, "01g000000000001AAA-200")) << "the eleventh closes the oldest";
  EXPECT_TRUE(cursors.page(call, "01g000000000002AAA-200"));
}

TEST(QueryCursors, TakeTheSizeOfAPageFromAHeader) {
  struct Case {
    const char* options;
    std::int64_t size;
  };
  const Case cases[] = {{"", 2'000},          {"batchSize=500", 500},       {"x=1, batchSize=250;y", 250},
                        {"batchSize=1", 200}, {"batchSize=9999999", 2'000}, {"batchSize=many", 2'000}};
  for (const Case& c : cases) EXPECT_EQ(page_size_of(c.options), c.size) << c.options;
}

TEST(Query, GoesOnWhereThePageSaid) {
  Bench bench;
  for (int i = 0; i < 9; ++i) bench.call("POST", "/sobjects/Account", R"({"Name":"A"})");
  EXPECT_EQ(bench.said("GET", "/query/01g000000000001AAA-2000"),
            R"(400 [{"errorCode":"INVALID_QUERY_LOCATOR","message":"invalid query locator","fields":[]}])");
  EXPECT_EQ(parsed(to_response(bench.call("GET", "/query/a/b")))[0]["errorCode"], "NOT_FOUND");
  EXPECT_EQ(parsed(to_response(bench.call("POST", "/query/a")))[0]["errorCode"], "METHOD_NOT_ALLOWED");
}

TEST(Tooling, ObjectsOfSetupAreMadeStartedAndAsked) {
  Bench bench;
  EXPECT_EQ(
      bench.said("POST", "/tooling/sobjects/EventRelayConfig",
                 R"({"FullName":"OrdersRelay","Metadata":{"eventChannel":"Orders__chn","state":"STOP"}})"),
      R"(201 {"id":"7k20","success":true,"errors":[],"warnings":[],"infos":[]})");
  EXPECT_EQ(bench.said("PATCH", "/tooling/sobjects/EventRelayConfig/7k20",
                       R"({"FullName":"OrdersRelay","Metadata":{"state":"RUN"}})"),
            "204");
  const std::string record =
      R"({"attributes":{"type":"EventRelayConfig","url":"/services/data/v66.0/tooling/sobjects/EventRelayConfig/7k20"},)";
  EXPECT_EQ(
      bench.said("GET", "/tooling/sobjects/EventRelayConfig/7k20"),
      "200 " + record +
          R"("Id":"7k20","FullName":"OrdersRelay","Metadata":{"eventChannel":"Orders__chn","state":"RUN"}})");
  for (const char* path : {"/tooling/query/?q=", "/query?q="}) {
    EXPECT_EQ(
        bench.said("GET", path + std::string("SELECT+Id,State+FROM+EventRelayConfig+WHERE+State='RUN'")),
        R"(200 {"totalSize":1,"done":true,"records":[)" + record + R"("Id":"7k20","State":"RUN"}]})");
  }
  EXPECT_EQ(
      bench.said("GET", "/query?q=SELECT+Status+FROM+EventRelayFeedback+WHERE+EventRelayConfigId='7k20'"),
      R"(200 {"totalSize":0,"done":true,"records":[]})");
  EXPECT_EQ(bench.said("DELETE", "/tooling/sobjects/EventRelayConfig/7k20"), "204");
  EXPECT_EQ(bench.said("DELETE", "/tooling/sobjects/EventRelayConfig/7k20"),
            R"(404 [{"errorCode":"NOT_FOUND","message":"none","fields":[]}])");
  EXPECT_EQ(
      bench.said("POST", "/tooling/sobjects/ApexClass", "{}"),
      R"(400 [{"errorCode":"NOT_IMPLEMENTED","message":"The Tooling API's ApexClass is not emulated by relayrig","fields":[]}])");
}

}  // namespace
}  // namespace salesforce_edge_tests
