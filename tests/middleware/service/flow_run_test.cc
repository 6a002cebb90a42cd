#include "middleware/service/flow_run.h"

#include "tests/middleware/service/flow_support.h"

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOrder =
    R"({"No":"SO-1","Amount":12.50,"Lines":"[{\"sku\":\"A\",\"q\":3,\"p\":1.10},{\"sku\":\"B\",\"q\":5},{\"sku\":\"C\",\"q\":1}]"})";
constexpr const char* kDone = R"(200 {"status":"done"})";

std::shared_ptr<const ForEachConfig> each(std::string_view in, std::int64_t at_once = 1) {
  return std::make_shared<const ForEachConfig>(
      ForEachConfig{.in = expression(in), .as = "line", .at_once = at_once, .items_max = 5});
}

class FlowRunTest : public FlowTest {};

TEST_F(FlowRunTest, LeavesOutStepsWhoseConditionDoesNotHold) {
  StepConfig large = step("check", "erp", "/checks");
  large.when = expression("/Amount > 100");
  StepConfig small = step("note", "erp", "/notes", R"({"checked":"${exists(check/id)}"})");
  small.when = expression("/Amount = 12.5 and not exists(check)");
  Service service = make({large, small});
  EXPECT_EQ(post(service, kOrder), kDone);
  EXPECT_EQ(api.lines(), (Texts{R"(0 POST erp/notes {"checked":false})"}));
  EXPECT_EQ(hops.lines()[0], "step erp check #1 under 0 0..0 filtered 0 when");
}

TEST_F(FlowRunTest, FailsForGoodWhereAnExpressionDoes) {
  StepConfig bad = step("book", "erp", "/orders", R"({"name":"${upper(/Name)}"})");
  EXPECT_EQ(is_plain(FlowConfig{.event = "Order_Placed__e", .steps = {bad}}), true);
  Service plain = make({step("first", "erp", "/first"), bad});
  EXPECT_EQ(post(plain, kOrder),
            "422 refused: step book: gave up: body: ${upper(/Name)}: upper: /Name reads nothing, and a text "
            "is needed");
  EXPECT_EQ(api.lines(), (Texts{"0 POST erp/first"})) << "nothing is sent for it";

  bad.when = expression("/No > 1");
  Service conditional = make({bad});
  EXPECT_EQ(post(conditional, kOrder, "other"),
            "422 refused: step book: gave up: when: /No > 1: /No is the text 'SO-1' and 1 is the number 1: "
            "only two "
            "numbers or two texts have an order");
}

TEST_F(FlowRunTest, AnswersAtOnceWhenTheFlowsConditionDoesNotHold) {
  flow.when = expression("not starts_with(/No, 'SO')");
  Service service = make({step("book", "erp", "/orders")});
  EXPECT_EQ(post(service, kOrder), kDone);
  EXPECT_TRUE(api.asked.empty());
  EXPECT_EQ(post(service, R"({"No":"XO-1"})", "other"), kDone);
  EXPECT_EQ(api.asked.size(), 1U);
}

TEST_F(FlowRunTest, DoesNothingForAReason) {
  flow.skip = "our own change";
  Service service = make({});
  EXPECT_EQ(post(service, kOrder), kDone);
  EXPECT_TRUE(api.asked.empty());
  EXPECT_EQ(hops.lines(), (Texts{"step  skip #1 under 0 0..0 filtered 0 our own change"}));
}

TEST(ChooseFlow, TakesTheFirstWhoseConditionHolds) {
  std::vector<FlowConfig> flows;
  for (const auto& [event, when] : {std::pair("A", "/N = 1"), std::pair("B", "/N = 2"),
                                    std::pair("A", "/N < 3"), std::pair("A", "/N = 9")}) {
    flows.push_back({.event = event});
    flows.back().when = expression(when);
  }
  struct Case {
    const char* name;
    const char* event;
    const char* payload;
    int index;  ///< -1: none
  };
  const Case cases[] = {
      {"the first", "A", R"({"N":1})", 0},
      {"another of the type", "A", R"({"N":2})", 2},
      {"no flow of another type", "B", R"({"N":1})", 1},
      {"none holds: the last ends it", "A", R"({"N":7})", 3},
      {"one that fails says so", "A", R"({"N":"x"})", 2},
      {"no such type", "C", R"({"N":1})", -1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const kernel::Json payload = kernel::parse_json(c.payload).value();
    const FlowConfig* chosen = choose_flow(flows, c.event, payload, c.payload);
    EXPECT_EQ(chosen == nullptr ? -1 : static_cast<int>(chosen - flows.data()), c.index);
  }
  flows[2].when.reset();
  const kernel::Json payload = kernel::parse_json(R"({"N":"x"})").value();
  EXPECT_EQ(choose_flow(flows, "A", payload, ""), &flows[2]) << "what has no condition takes the rest";
}

TEST_F(FlowRunTest, RunsAGroupSideBySideAndGoesOnWhenAllHaveEnded) {
  StepConfig a = step("a", "erp", "/a");
  StepConfig b = step("b", "payments", "/b");
  a.group = b.group = 1;
  api.on("POST erp/a", 200, R"({"id":1})", 50ms).on("POST payments/b", 200, R"({"id":2})", 20ms);
  Service service = make({a, b, step("c", "shipping", "/c", R"({"a":"${a/id}","b":"${b/id}"})")});
  EXPECT_EQ(post(service, kOrder), kDone);
  EXPECT_EQ(api.lines(), (Texts{"0 POST erp/a", "0 POST payments/b", R"(50 POST shipping/c {"a":1,"b":2})"}));
}

TEST_F(FlowRunTest, LetsTheOthersOfAGroupEndWhenOneFails) {
  StepConfig a = step("a", "erp", "/a");
  StepConfig b = step("b", "payments", "/b");
  a.group = b.group = 1;
  api.on("POST erp/a", 200, "{}", 100ms).on("POST payments/b", 422);
  Service service = make({a, b, step("c", "shipping", "/c")});
  EXPECT_EQ(post(service, kOrder), "422 refused: step b: status 422, gave up: permanent");
  EXPECT_EQ(scheduler.now(), kernel::at(100ms));
  EXPECT_EQ(journal(), (Texts{"a Done"})) << "what ended is not done again";
}

TEST_F(FlowRunTest, DoesAStepForEachItemUnderItsOwnKey) {
  StepConfig ship = step("ship", "shipping", "/s/${line/sku}",
                         R"({"line":"${line}","price":"${line/p}","n":"${each/index} of ${each/count}"})");
  ship.for_each = each("json(/Lines)");
  api.on("POST shipping/s/A", 202, R"({"id":"s1"})").on("POST shipping/s/B", 202, R"({"id":"s2"})");
  Service service = make({ship, step("tell", "erp", "/t", R"({"ids":"${join(map(ship, '/id'), ',')}"})")});
  api.on("POST shipping/s/C", 202, R"({"id":"s3"})");
  EXPECT_EQ(post(service, kOrder), kDone);
  EXPECT_EQ(api.lines(),
            (Texts{R"(0 POST shipping/s/A {"line":{"sku":"A","q":3,"p":1.10},"price":1.10,"n":"0 of 3"})",
                   R"(10 POST shipping/s/B {"line":{"sku":"B","q":5},"price":null,"n":"1 of 3"})",
                   R"(20 POST shipping/s/C {"line":{"sku":"C","q":1},"price":null,"n":"2 of 3"})",
                   R"(30 POST erp/t {"ids":"s1,s2,s3"})"}));
  EXPECT_EQ(api.keys()[1], kernel::uuid5(kEvent, "ship[1]\nshipping"));
  EXPECT_EQ(hops.lines()[2], "step shipping ship[1] #1 under 0 10..20 ok 202");
}

TEST_F(FlowRunTest, KeepsToTheNumberOfCallsAtOnce) {
  StepConfig ship = step("ship", "shipping", "/s/${line}");
  ship.for_each = each("split('a,b,c,d,e', ',')", 2);
  api.on("POST shipping/s/a", 200, "{}", 100ms);
  Service service = make({ship});
  EXPECT_EQ(post(service, kOrder), kDone);
  EXPECT_EQ(api.lines(), (Texts{"0 POST shipping/s/a", "0 POST shipping/s/b", "10 POST shipping/s/c",
                                "20 POST shipping/s/d", "30 POST shipping/s/e"}));
}

TEST_F(FlowRunTest, BeginsNoFurtherItemOnceOneFailedAndGoesOnThere) {
  StepConfig ship = step("ship", "shipping", "/s/${line/sku}");
  ship.for_each = each("json(/Lines)");
  api.on("POST shipping/s/B", 503).on("POST shipping/s/B", 503).on("POST shipping/s/B", 200);
  Service service = make({ship});
  EXPECT_EQ(post(service, kOrder), "503 try-later: step ship[1]: status 503, gave up: attempts");
  EXPECT_EQ(api.asked.size(), 3U);
  EXPECT_EQ(post(service, kOrder), kDone);
  EXPECT_EQ(api.asked.size(), 5U);
  EXPECT_EQ(api.asked[3].line, "POST shipping/s/B") << "what was shipped is not shipped again";
  EXPECT_EQ(api.asked[4].line, "POST shipping/s/C");
}

TEST_F(FlowRunTest, RefusesWhatIsNoListAndTooLongAList) {
  StepConfig ship = step("ship", "shipping", "/s");
  ship.for_each = each("/No");
  Service service = make({ship});
  EXPECT_EQ(post(service, kOrder), "422 refused: step ship: gave up: for_each wants a list, found \"SO-1\"");
  ship.for_each = each("split('1,2,3,4,5,6', ',')");
  Service longer = make({ship});
  EXPECT_EQ(post(longer, kOrder, "2"), "422 refused: step ship: gave up: for_each has 6 items, more than 5");
  ship.for_each = each("split('', ',')");
  ship.for_each = each("chunks(json('[]'), 2)");
  Service none = make({ship});
  EXPECT_EQ(post(none, kOrder, "3"), kDone);
  EXPECT_TRUE(api.asked.empty());
}

TEST_F(FlowRunTest, KeepsOfAnAnswerWhatItsOutputSays) {
  StepConfig book = step("book", "erp", "/orders");
  book.output = json(
      R"({"id":"${upper(answer/id)}","total":"${answer/total}","where":"${response/headers/location}","code":"${response/status}"})");
  api.on("POST erp/orders", kernel::HttpResponse{.status = 201,
                                                 .headers = {{"Location", "/orders/7"}},
                                                 .body = R"({"id":"erp_1","secret":"x","total":10.10})"});
  api.on("POST payments/c", 503).on("POST payments/c", 503).on("POST payments/c", 200);
  Service service =
      make({book, step("charge", "payments", "/c", R"({"order":"${book}","amount":"${book/total}"})")});
  EXPECT_EQ(post(service, kOrder), "503 try-later: step charge: status 503, gave up: attempts");
  EXPECT_EQ(journal(), (Texts{R"(book Done {"id":"ERP_1","total":10.10,"where":"/orders/7","code":201})"}));
  EXPECT_EQ(post(service, kOrder), kDone);
  EXPECT_EQ(api.asked.back().request.body,
            R"({"order":{"id":"ERP_1","total":10.10,"where":"/orders/7","code":201},"amount":10.10})");
}

class Counting final : public StepHandler {
 public:
  kernel::Task<std::expected<std::string, HandlerFailure>> handle(HandlerCall call) override {
    calls.push_back(call.key + " " + call.input);
    if (calls.size() == 1)
      co_return std::unexpected(
          HandlerFailure{.reason = "not now", .is_permanent = false, .retry_after = 7s});
    co_return R"({"n":5})";
  }
  std::vector<std::string> calls;
};

TEST_F(FlowRunTest, LetsAHandlerTakeThePlaceOfACall) {
  const auto counting = std::make_shared<Counting>();
  StepConfig count{.name = "count", .api = "", .body = json(R"({"no":"${/No}"})"), .handler = "counting"};
  Service service =
      make({count, step("tell", "erp", "/t", R"({"n":"${count/n}"})")}, {{"counting", counting}});
  EXPECT_EQ(post(service, kOrder), "503 try-later: step count: gave up: not now");
  EXPECT_EQ(post(service, kOrder), kDone);
  EXPECT_EQ(api.lines(), (Texts{R"(0 POST erp/t {"n":5})"}));
  const std::string key = kernel::uuid5(kEvent, "count\ncounting");
  EXPECT_EQ(counting->calls, (Texts{key + R"( {"no":"SO-1"})", key + R"( {"no":"SO-1"})"}));
  EXPECT_EQ(hops.lines()[0], "step counting count #1 under 0 0..0 failed 0 not now");
}

}  // namespace
}  // namespace service
