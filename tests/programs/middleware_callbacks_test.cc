// What becomes of callbacks when the real program is told to stop.
#include "tests/programs/running_middleware.h"

namespace program_tests {
namespace {

std::string yaml(const std::string& store, const std::string& erp, const std::string& crm) {
  return "name: orders\ninbox: {store: " + store +
         "}\nserver: {farewell: 3s}\noutbox: {parking: {first: 1s}}\napis:\n  erp: {url: \"" + erp +
         "\"}\n  crm: {url: \"" + crm + R"(", retry: off}
flows:
  - event: Order_Placed__e
    steps:
      - {name: book, api: erp, path: /orders, body: {number: "${/Order_Number__c}"}}
    callbacks:
      - {name: tell, api: crm, path: /told, body: {number: "${/Order_Number__c}", state: "${end/state}"}}
)";
}

/// An ERP that does what it is asked.
struct Erp {
  explicit Erp(live::Loop& loop) : server(serve(loop, handler)) {}
  ScriptedHandler handler{[](const HttpRequest&) { return HttpReply{{201, {}, R"({"id":"E-1"})"}}; }};
  std::unique_ptr<live::HttpServer> server;
};

TEST(MiddlewareProgram, EndsTheDeliveryOfACallbackBeforeItStops) {
  for (const bool lasts : {false, true}) {
    live::Loop loop;
    const Folder folder;
    const Erp erp(loop);
    live_tests::HeldHandler crm(loop);
    const auto server = serve(loop, crm);
    const std::string store = lasts ? "{sqlite: \"" + folder.path() + "/store.db\"}" : "memory";
    Middleware middleware(
        loop, {"--config", folder.file("m.yaml", yaml(store, erp.server->base_url(), server->base_url())),
               "--port", "0"});
    const HttpResult answer = middleware.call(event_request());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200) << "the caller does not wait for the CRM";
    ASSERT_TRUE(run_until(loop, [&crm] { return crm.started == 1; }));

    middleware.program.send_term();
    ASSERT_FALSE(middleware.program.log_line("stopping").is_null());
    crm.let_go();
    ASSERT_TRUE(run_until(loop, [&crm] { return crm.ended == 1; }));
    EXPECT_TRUE(middleware.program.log_line("callbacks").is_null()) << "nothing is left";
    EXPECT_EQ(middleware.program.wait(), 0);
  }
}

TEST(MiddlewareProgram, TellsAtItsNextStartWhatItCouldNotTell) {
  live::Loop loop;
  const Folder folder;
  const Erp erp(loop);
  std::vector<std::string> keys;
  int status = 503;
  ScriptedHandler crm([&](const HttpRequest& request) {
    keys.emplace_back(request.headers.get("Idempotency-Key"));
    EXPECT_EQ(request.body, R"({"number":"SO-1","state":"done"})");
    return HttpReply{{status, {}, ""}};
  });
  const auto server = serve(loop, crm);
  const std::string config = folder.file("m.yaml", yaml("{sqlite: \"" + folder.path() + "/store.db\"}",
                                                        erp.server->base_url(), server->base_url()));
  {
    Middleware middleware(loop, {"--config", config, "--port", "0"});
    const HttpResult answer = middleware.call(event_request());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    ASSERT_TRUE(run_until(loop, [&keys] { return keys.size() == 1; }));
    EXPECT_FALSE(middleware.program.log_line("callback parked: tell to crm: status 503").is_null());
    middleware.program.send_term();
    const kernel::Json left = middleware.program.log_line("callbacks wait for the next start");
    ASSERT_FALSE(left.is_null());
    EXPECT_EQ(left.at("fields").at("callbacks"), 1);
    EXPECT_EQ(middleware.program.wait(), 0);
  }
  ASSERT_EQ(keys.size(), 1U);
  status = 204;
  Middleware again(loop, {"--config", config, "--port", "0"});
  ASSERT_TRUE(run_until(loop, [&keys] { return keys.size() == 2; }));
  EXPECT_EQ(keys[1], keys[0]);
  again.program.send_term();
  EXPECT_TRUE(again.program.log_line("callbacks").is_null()) << "nothing is left";
  EXPECT_EQ(again.program.wait(), 0);
}

}  // namespace
}  // namespace program_tests
