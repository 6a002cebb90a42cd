#include "tests/middleware/service/flow_support.h"

namespace service {
namespace {

constexpr const char* kDone = R"(200 {"status":"done"})";

class FlowPagesTest : public FlowTest {
 protected:
  Service make_list(std::int64_t pages_max = 3) {
    StepConfig all = step("all", "erp", "/list?q=1");
    all.method = "GET";
    all.is_fresh = true;
    all.headers.emplace_back("X-Options", text("batch ${/Size}"));
    all.pages =
        std::make_shared<const PagesConfig>(PagesConfig{.items = expression("map(answer/rows, '/id')"),
                                                        .next = expression("answer/next"),
                                                        .pages_max = pages_max});
    return make({all, step("tell", "payments", "/tell", R"({"ids":"${all}"})")});
  }
};

TEST_F(FlowPagesTest, AsksForEachPageAndReadsThemAsOneList) {
  api.on("GET erp/list?q=1", 200, R"({"rows":[{"id":1.50},{"id":2}],"next":"/list/2"})")
      .on("GET erp/list/2", 200, R"({"rows":[],"next":"/list/3"})")
      .on("GET erp/list/3", 200, R"({"rows":[{"id":"x"}]})");
  Service service = make_list();
  EXPECT_EQ(post(service, R"({"Size":200})"), kDone);
  EXPECT_EQ(api.lines(), (Texts{"0 GET erp/list?q=1", "10 GET erp/list/2", "20 GET erp/list/3",
                                R"(30 POST payments/tell {"ids":[1.50,2,"x"]})"}));
  EXPECT_EQ(journal(), Texts{}) << "the event is done";
}

TEST_F(FlowPagesTest, SaysWhatIsWrongWithAPage) {
  struct Case {
    const char* name;
    const char* page;
    const char* end;
  };
  const Case cases[] = {
      {"no list", R"({"rows":{"id":1}})",
       "422 refused: step all: gave up: pages: map(answer/rows, '/id'): map: answer/rows is an object, and a "
       "list is needed"},
      {"no path", R"({"rows":[],"next":"https://elsewhere/list"})",
       "422 refused: step all: gave up: pages: 'next' wants a path, found \"https://elsewhere/list\""},
      {"none at all", "ready",
       "422 refused: step all: gave up: pages: map(answer/rows, '/id'): map: answer/rows reads nothing, and "
       "a "
       "list is needed"},
      {"too many", R"({"rows":[],"next":"/list?q=1"})",
       "422 refused: step all: gave up: pages: there are more than 1"},
  };
  int number = 0;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    api.on("GET erp/list?q=1", 200, c.page);
    Service service = make_list(1);
    EXPECT_EQ(post(service, R"({"Size":1})", "event " + std::to_string(++number)), c.end);
  }
}

TEST_F(FlowPagesTest, BeginsAnewWhenTheRestIsForgotten) {
  api.on("GET erp/list?q=1", 200, R"({"rows":[{"id":1}],"next":"/list/2"})")
      .on("GET erp/list/2", 400)
      .on("GET erp/list?q=1", 200, R"({"rows":[{"id":7}]})");
  Service service = make_list();
  EXPECT_EQ(post(service, R"({"Size":1})"), "503 try-later: step all: status 400, gave up: permanent");
  EXPECT_EQ(post(service, R"({"Size":1})"), kDone);
  EXPECT_TRUE(api.lines().back().ends_with(R"({"ids":[7]})"));
}

}  // namespace
}  // namespace service
