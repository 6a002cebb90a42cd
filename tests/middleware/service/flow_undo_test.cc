#include "tests/middleware/service/flow_support.h"

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOrder = R"({"No":"SO-1","Lines":["A","B","C"]})";

/// Book, charge, ship each line; all but the shipping can be undone.
class FlowUndoTest : public FlowTest {
 protected:
  static std::vector<StepConfig> order() {
    StepConfig book = step("book", "erp", "/orders", R"({"no":"${/No}"})");
    book.undo = undo("erp", "/cancel", R"({"no":"${/No}"})");
    StepConfig charge = step("charge", "payments", "/charges");
    charge.undo =
        undo("payments", "/refunds", R"({"no":"${/No}","charge":"${answer/id}","order":"${book/id}"})");
    return {book, charge, step("ship", "shipping", "/ship")};
  }
  void SetUp() override {
    api.on("POST erp/orders", 201, R"({"id":"o1"})").on("POST payments/charges", 201, R"({"id":"c1"})");
  }
};

TEST_F(FlowUndoTest, UndoesInReverseOrderWhatWasDone) {
  api.on("POST shipping/ship", 422);
  Service service = make(order());
  EXPECT_EQ(post(service, kOrder),
            "422 compensated: step ship: status 422, gave up: permanent; what was done is undone");
  EXPECT_EQ(api.lines(),
            (Texts{R"(0 POST erp/orders {"no":"SO-1"})", "10 POST payments/charges", "20 POST shipping/ship",
                   R"(30 POST payments/refunds {"no":"SO-1","charge":"c1","order":"o1"})",
                   R"(40 POST erp/cancel {"no":"SO-1"})"}));
  EXPECT_EQ(api.keys()[3], kernel::uuid5(kEvent, "undo charge\npayments"));
  EXPECT_EQ(hops.lines()[6], "step payments undo charge #1 under 0 30..40 ok 200");
  EXPECT_EQ(post(service, kOrder), R"(200 {"status":"done","duplicate":true})") << "it is over";
}

TEST_F(FlowUndoTest, CountsHowSagasEndAndWhatTheirUndosCost) {
  Metrics metrics(scheduler, hops);
  api.on("POST shipping/ship", 422).on("POST payments/refunds", 503).on("POST payments/refunds", 200);
  const Surroundings counted{.scheduler = scheduler, .client = api, .hops = metrics, .notes = &metrics};
  Service service = make_in(counted, order());
  post(service, kOrder);
  const std::string page = metrics.text(service.flow_ends());
  for (const char* line : {"relayrig_saga_ended_total{route=\"Order_Placed__e\",state=\"compensated\"} 1\n",
                           "relayrig_saga_undos_total{dependency=\"payments\",outcome=\"ok\"} 1\n",
                           "relayrig_saga_undo_attempts_total{dependency=\"payments\"} 2\n",
                           "relayrig_saga_undo_attempts_total{dependency=\"erp\"} 1\n",
                           "relayrig_gave_up_total{dependency=\"shipping\",reason=\"permanent\"} 1\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << page;
  }
}

TEST_F(FlowUndoTest, UndoesAStepThatMayHaveHappened) {
  api.set("POST payments/charges", 400);
  api.on("POST payments/refunds", 404);
  Service service = make(order());
  EXPECT_EQ(post(service, kOrder),
            "422 compensated: step charge: status 400, gave up: permanent; what was done is undone")
      << "404: there was nothing to undo";
  EXPECT_EQ(api.lines()[2], R"(20 POST payments/refunds {"no":"SO-1","charge":null,"order":"o1"})");
  EXPECT_EQ(api.lines()[3], R"(30 POST erp/cancel {"no":"SO-1"})");
}

TEST_F(FlowUndoTest, UndoesNothingForAFailureThatMayPass) {
  api.on("POST shipping/ship", 503).on("POST shipping/ship", 503).on("POST shipping/ship", 202);
  Service service = make(order());
  EXPECT_EQ(post(service, kOrder), "503 try-later: step ship: status 503, gave up: attempts");
  EXPECT_EQ(journal(), (Texts{R"(book Done {"id":"o1"})", R"(charge Done {"id":"c1"})"}));
  EXPECT_EQ(post(service, kOrder), R"(200 {"status":"done"})");
}

TEST_F(FlowUndoTest, WritesDownWhatItIntendsBeforeItDoesIt) {
  api.set("POST payments/charges", 503);
  Service service = make(order());
  EXPECT_EQ(post(service, kOrder), "503 try-later: step charge: status 503, gave up: attempts");
  EXPECT_EQ(journal(), (Texts{R"(book Done {"id":"o1"})", "charge Intended"}));
}

TEST_F(FlowUndoTest, TriesAnUndoEightTimesAndGoesOnAtTheNextDelivery) {
  api.on("POST shipping/ship", 422).on("POST payments/refunds", 503);
  Service service = make(order());
  EXPECT_EQ(post(service, kOrder), "503 try-later: step undo charge: status 503, gave up: attempts");
  EXPECT_EQ(api.asked.size(), 11U) << "three steps and eight attempts, though the API's own rules say two";
  EXPECT_GT(scheduler.now(), kernel::at(20s)) << "the event's deadline does not cut it off";
  EXPECT_EQ(journal(), (Texts{R"(book Done {"id":"o1"})", R"(charge Done {"id":"c1"})",
                              R"((compensation) Intended {"step":"ship","reason":"permanent"})"}));
  api.set("POST payments/refunds", 200);
  api.set("POST shipping/ship", 202);
  EXPECT_EQ(post(service, kOrder),
            "422 compensated: step ship: status 422, gave up: permanent; what was done is undone")
      << "it only goes back, though shipping would take it now";
  EXPECT_EQ(api.asked.size(), 13U);
  EXPECT_EQ(api.asked[11].request.body, R"({"no":"SO-1","charge":"c1","order":"o1"})");
  EXPECT_EQ(api.keys()[11], api.keys()[3]) << "the same key over deliveries";
}

TEST_F(FlowUndoTest, SaysWhenAnUndoIsRefusedAndUndoesTheOthers) {
  api.on("POST shipping/ship", 422).on("POST payments/refunds", 400);
  Service service = make(order());
  EXPECT_EQ(
      post(service, kOrder),
      "422 compensation-failed: step undo charge: status 400, gave up: permanent; somebody has to look");
  EXPECT_EQ(api.asked.back().line, "POST erp/cancel");
  EXPECT_EQ(post(service, kOrder), R"(200 {"status":"done","duplicate":true})") << "it is over";
}

TEST_F(FlowUndoTest, UndoesNothingBehindThePivot) {
  std::vector<StepConfig> steps = order();
  steps[2].pivot = true;
  steps.push_back(step("tell", "erp", "/tell"));
  api.on("POST erp/tell", 422);
  Service service = make(steps);
  EXPECT_EQ(post(service, kOrder), "422 refused: step tell: status 422, gave up: permanent");
  EXPECT_EQ(api.asked.size(), 4U);
}

TEST_F(FlowUndoTest, KnowsAfterARedeliveryThatThePivotIsPassed) {
  std::vector<StepConfig> steps = order();
  steps[2].pivot = true;
  steps.push_back(step("tell", "erp", "/tell"));
  api.on("POST erp/tell", 503).on("POST erp/tell", 503).on("POST erp/tell", 422);
  Service service = make(steps);
  EXPECT_EQ(post(service, kOrder), "503 try-later: step tell: status 503, gave up: attempts");
  EXPECT_EQ(post(service, kOrder), "422 refused: step tell: status 422, gave up: permanent");
}

TEST_F(FlowUndoTest, UndoesTheItemsOfAListFromTheLastToTheFirst) {
  StepConfig ship = step("ship", "shipping", "/s/${line}");
  ship.for_each =
      std::make_shared<const ForEachConfig>(ForEachConfig{.in = expression("/Lines"), .as = "line"});
  ship.undo = undo("shipping", "/back/${line}", R"({"id":"${answer/id}"})");
  api.on("POST shipping/s/A", 202, R"({"id":"s1"})").on("POST shipping/s/B", 422);
  Service service = make({ship});
  EXPECT_EQ(post(service, kOrder),
            "422 compensated: step ship[1]: status 422, gave up: permanent; what was done is undone");
  EXPECT_EQ(api.lines(),
            (Texts{"0 POST shipping/s/A", "10 POST shipping/s/B", R"(20 POST shipping/back/B {"id":null})",
                   R"(30 POST shipping/back/A {"id":"s1"})"}));
}

TEST_F(FlowUndoTest, UndoesWhenTheFlowsOwnDeadlineRanOut) {
  api.on("POST shipping/ship", 202, "{}", 1h);
  for (const bool undoes : {true, false}) {
    SCOPED_TRACE(undoes);
    flow.deadline = 2s;
    flow.late_is_undone = undoes;
    Service service = make(order());
    EXPECT_EQ(post(service, kOrder, undoes ? "1" : "2"),
              undoes ? "422 compensated: step ship: gave up: deadline; what was done is undone"
                     : "503 try-later: step ship: no answer (timeout), gave up: deadline");
  }
}

}  // namespace
}  // namespace service
