#include "tests/middleware/service/flow_support.h"

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr const char* kDone = R"(200 {"status":"done"})";

std::string change(const std::string& ids, int commit, int sequence = 1) {
  return R"({"Name":"A","Head":{"ids":)" + ids + R"(,"commit":)" + std::to_string(commit) + R"(,"seq":)" +
         std::to_string(sequence) + "}}";
}

/// Of which every `post` is one event.
class FlowBlockTest : public FlowTest {
 protected:
  /// `put`, for each of the event's ids; when late `read` and `put` what it says.
  static StepConfig block(bool late_runs, std::int64_t at_once = 1) {
    StepConfig read = step("read", "payments", "/accounts/${id}");
    read.method = "GET";
    read.is_fresh = true;
    read.when = expression("ordering/late");
    FlowConfig inner{.event = "Order_Placed__e",
                     .steps = {read, step("put", "erp", "/accounts/${id}",
                                          R"({"name":"${default(read/Name, /Name)}","n":"${each/index}"})")}};
    inner.ordering = OrderingConfig{.key = text("${id}"),
                                    .version = {text("${/Head/commit}"), text("${/Head/seq}")},
                                    .late_runs = late_runs};
    StepConfig outer{.name = "account", .api = {}};
    outer.for_each = std::make_shared<const ForEachConfig>(
        ForEachConfig{.in = expression("/Head/ids"), .as = "id", .at_once = at_once});
    outer.block = std::make_shared<const FlowConfig>(std::move(inner));
    return outer;
  }
  int outdated() const {
    int count = 0;
    for (const std::string& line : hops.lines()) count += line.contains("filtered 0 outdated") ? 1 : 0;
    return count;
  }
};

TEST_F(FlowBlockTest, DoesTheStepsOfEachItemUnderItsRecordsName) {
  Service service = make({block(false)});
  api.on("POST erp/accounts/b", 422);
  EXPECT_EQ(post(service, change(R"(["a","b"])", 1)),
            "422 refused: step account[b]/put: status 422, gave up: permanent");
  EXPECT_EQ(api.lines(), (Texts{R"(0 POST erp/accounts/a {"name":"A","n":0})",
                                R"(10 POST erp/accounts/b {"name":"A","n":1})"}));
  EXPECT_EQ(api.keys()[0], kernel::uuid5(kEvent, "account[a]/put\nerp"));
  EXPECT_EQ(journal(), (Texts{"account[a]/put Done", "account[a] Done"}));
}

TEST_F(FlowBlockTest, GoesOnBehindTheRecordsThatAreDone) {
  Service service = make({block(false)});
  api.on("POST erp/accounts/b", 503).on("POST erp/accounts/b", 503).on("POST erp/accounts/b", 200);
  EXPECT_EQ(post(service, change(R"(["a","b"])", 1)),
            "503 try-later: step account[b]/put: status 503, gave up: attempts");
  EXPECT_EQ(post(service, change(R"(["a","b"])", 1)), kDone);
  ASSERT_EQ(api.asked.size(), 4U);
  EXPECT_EQ(api.asked[3].line, "POST erp/accounts/b");
}

TEST_F(FlowBlockTest, SkipsOfAMergedEventTheRecordsThatANewerOneOvertook) {
  struct Case {
    const char* name;
    const char* ids;
    int commit;
    int sequence;
    const char* done;  ///< records that are put
    int late;
  };
  const Case cases[] = {
      {"the first", R"(["a","b"])", 5, 1, "ab", 0},
      {"a newer one of one record", R"(["b"])", 7, 1, "b", 0},
      {"older than b's, newer than a's", R"(["a","b","c"])", 6, 1, "ac", 1},
      {"the same commit, a later change of it", R"(["a"])", 6, 2, "a", 0},
      {"the same commit, an earlier change of it", R"(["a"])", 6, 1, "", 1},
      {"the same version", R"(["b"])", 7, 1, "b", 0},
      {"an id that is named twice", R"(["d","d"])", 1, 1, "d", 0},
      {"older than all of them", R"(["a","b","c","d"])", 0, 9, "", 4},
  };
  Service service = make({block(false)});
  int number = 0;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::size_t before = api.asked.size();
    const int late_before = outdated();
    EXPECT_EQ(post(service, change(c.ids, c.commit, c.sequence), "event " + std::to_string(++number)), kDone);
    std::string done;
    for (std::size_t i = before; i < api.asked.size(); ++i) done += api.asked[i].line.back();
    EXPECT_EQ(done, c.done);
    EXPECT_EQ(outdated() - late_before, c.late);
  }
}

TEST_F(FlowBlockTest, ReadsALateRecordAgainWhereTheFlowSaysSo) {
  Service service = make({block(true)});
  EXPECT_EQ(post(service, change(R"(["a"])", 5), "first"), kDone);
  api.on("GET payments/accounts/a", 200, R"({"Name":"now"})");
  EXPECT_EQ(post(service, change(R"(["b","a"])", 4), "late"), kDone);
  EXPECT_EQ(api.lines(), (Texts{R"(0 POST erp/accounts/a {"name":"A","n":0})",
                                R"(10 POST erp/accounts/b {"name":"A","n":0})", "20 GET payments/accounts/a",
                                R"(30 POST erp/accounts/a {"name":"now","n":1})"}));
  EXPECT_EQ(support::run(scheduler, store.applied_version("Order_Placed__e\na")).substr(0, 21),
            "n09223372036854775813")
      << "the newer version stays";
}

TEST_F(FlowBlockTest, AsksAFreshStepAgainAtEachDelivery) {
  Service service = make({block(true)});
  EXPECT_EQ(post(service, change(R"(["a"])", 5), "first"), kDone);
  api.on("GET payments/accounts/a", 200, R"({"Name":"then"})")
      .on("POST erp/accounts/a", 503)
      .on("POST erp/accounts/a", 503)
      .on("POST erp/accounts/a", 200)
      .on("GET payments/accounts/a", 200, R"({"Name":"now"})");
  EXPECT_EQ(post(service, change(R"(["a"])", 4)),
            "503 try-later: step account[a]/put: status 503, gave up: attempts");
  EXPECT_EQ(post(service, change(R"(["a"])", 4)), kDone);
  EXPECT_TRUE(api.lines().back().ends_with(R"({"name":"now","n":0})")) << api.lines().back();
}

TEST_F(FlowBlockTest, WorksOnARecordForOneEventAtATime) {
  Service service = make({block(false, 2)});
  api.on("POST erp/accounts/a", 200, "{}", 100ms);
  std::vector<kernel::Task<kernel::HttpReply>> both;
  for (const auto& [id, body] :
       {std::pair("first", change(R"(["a","b"])", 5)), std::pair("second", change(R"(["c","a","d"])", 4))}) {
    both.push_back(service.handle({.method = "POST",
                                   .host = "middleware",
                                   .target = "/events",
                                   .headers = {{"ce-id", id}, {"ce-type", "Order_Placed__e"}},
                                   .body = body}));
  }
  const auto replies =
      support::run(scheduler, [](auto tasks) -> kernel::Task<std::vector<kernel::HttpReply>> {
        co_return co_await kernel::all_of<kernel::HttpReply>(std::move(tasks));
      }(std::move(both)));
  EXPECT_EQ(replies[0].response.status, 200);
  EXPECT_EQ(replies[1].response.status, 200);
  EXPECT_EQ(
      api.lines(),
      (Texts{R"(0 POST erp/accounts/a {"name":"A","n":0})", R"(0 POST erp/accounts/b {"name":"A","n":1})",
             R"(0 POST erp/accounts/c {"name":"A","n":0})", R"(10 POST erp/accounts/d {"name":"A","n":2})"}));
  EXPECT_EQ(outdated(), 1) << "only when the newer one was written did the older one look";
}

TEST_F(FlowBlockTest, FailsForGoodWhereTheRecordHasNoName) {
  StepConfig account = block(false);
  FlowConfig inner = *account.block;
  inner.ordering->key = text("${upper(id/no)}");
  account.block = std::make_shared<const FlowConfig>(std::move(inner));
  Service service = make({account});
  EXPECT_EQ(
      post(service, change(R"(["a"])", 1)),
      "422 refused: step account: gave up: ordering: ${upper(id/no)}: upper: id/no reads nothing, and a "
      "text is needed");
}

TEST_F(FlowBlockTest, GivesABlockWhatEarlierStepsAnswered) {
  StepConfig first = step("first", "erp", "/first");
  FlowConfig inner{.event = "Order_Placed__e",
                   .steps = {step("one", "erp", "/one/${first/id}/${item}", R"({"p":"${first/p}"})")}};
  StepConfig each{.name = "each", .api = {}};
  each.for_each = std::make_shared<const ForEachConfig>(ForEachConfig{.in = expression("first/list")});
  each.block = std::make_shared<const FlowConfig>(std::move(inner));
  api.on("POST erp/first", 200, R"({"id":7,"p":1.10,"list":["x","y"]})");
  Service service = make({first, each});
  EXPECT_EQ(post(service, "{}"), kDone);
  EXPECT_EQ(api.lines(), (Texts{"0 POST erp/first", R"(10 POST erp/one/7/x {"p":1.10})",
                                R"(20 POST erp/one/7/y {"p":1.10})"}));
  EXPECT_TRUE(hops.lines()[2].starts_with("step erp each[0]/one #1"));
}

}  // namespace
}  // namespace service
