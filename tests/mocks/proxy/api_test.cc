#include "mocks/proxy/api.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mocks/proxy/address.h"

namespace {

using namespace mocks::proxy;

/// Sockets that only remember. Port 0 becomes 4711, 4712, ...; a port in `taken` cannot be had.
class FakeCarrier final : public Carrier {
 public:
  kernel::Result<std::string> open(const Proxy& proxy) override {
    if (proxy.listen == taken) return kernel::infrastructure("cannot listen: Address already in use", taken);
    std::string listen = proxy.listen;
    if (listen.ends_with(":0")) listen = listen.substr(0, listen.size() - 1) + std::to_string(next_port++);
    note("open " + proxy.name + " " + listen + " " + proxy.upstream);
    for (const Toxic& toxic : proxy.toxics) note("with " + toxic.name);
    return listen;
  }
  void close(const std::string& proxy) override { note("close " + proxy); }
  void add(const std::string& proxy, const Toxic& toxic) override { note("add " + proxy + " " + toxic.name); }
  void update(const std::string& proxy, const Toxic& toxic) override {
    note("update " + proxy + " " + toxic.name);
  }
  void remove(const std::string& proxy, const std::string& toxic) override {
    note("remove " + proxy + " " + toxic);
  }

  /// What was asked of the sockets since the last call.
  std::string asked() { return std::exchange(asked_, ""); }

  std::string taken = "";
  int next_port = 4711;

 private:
  void note(const std::string& what) { asked_ += (asked_.empty() ? "" : ", ") + what; }
  std::string asked_;
};

class Api : public testing::Test {
 protected:
  /// "201 {...}"
  std::string ask(const std::string& method, const std::string& target, const std::string& body = "") {
    const kernel::HttpResponse response = answer(
        registry, {.method = method, .target = target, .headers = {{"User-Agent", "node"}}, .body = body},
        "2.0.0");
    return std::to_string(response.status) + (response.body.empty() ? "" : " " + response.body);
  }
  void make_db() {
    ask("POST", "/proxies", R"({"name": "db", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:5432"})");
    carrier.asked();
  }

  FakeCarrier carrier;
  Registry registry{carrier};
};

const std::string kDb =
    R"({"name":"db","listen":"127.0.0.1:4711","upstream":"127.0.0.1:5432","enabled":true,"toxics":[]})";
const std::string kLate =
    R"({"attributes":{"latency":100,"jitter":0},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":1})";

TEST_F(Api, MakesShowsAndDeletesProxies) {
  EXPECT_EQ(ask("GET", "/proxies"), "200 {}");
  EXPECT_EQ(
      ask("POST", "/proxies", R"({"name": "db", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:5432"})"),
      "201 " + kDb);
  EXPECT_EQ(carrier.asked(), "open db 127.0.0.1:4711 127.0.0.1:5432");
  EXPECT_EQ(ask("GET", "/proxies/db"), "200 " + kDb);
  EXPECT_EQ(ask("GET", "/proxies"), "200 {\"db\":" + kDb + "}");
  EXPECT_EQ(ask("DELETE", "/proxies/db"), "204");
  EXPECT_EQ(carrier.asked(), "close db");
  EXPECT_EQ(ask("GET", "/proxies/db"), R"(404 {"error":"proxy not found","status":404})");
  EXPECT_EQ(ask("GET", "/version"), R"(200 {"version":"2.0.0"})");
}

TEST_F(Api, MakesAProxyWithItsToxicsInOneCall) {
  EXPECT_EQ(
      ask("POST", "/proxies",
          R"({"name": "db", "upstream": "127.0.0.1:5432", "enabled": true, "toxics": [
                   {"type": "latency", "attributes": {"latency": 100}},
                   {"name": "up", "type": "limit_data", "stream": "upstream", "toxicity": 0.5}]})"),
      R"(201 {"name":"db","listen":"127.0.0.1:4711","upstream":"127.0.0.1:5432","enabled":true,"toxics":[)"
      R"({"attributes":{"bytes":0},"name":"up","type":"limit_data","stream":"upstream","toxicity":0.5},)" +
          kLate + "]}");
  EXPECT_EQ(carrier.asked(), "open db 127.0.0.1:4711 127.0.0.1:5432, with latency_downstream, with up");
}

TEST_F(Api, UpdatesAProxy) {
  make_db();
  EXPECT_EQ(ask("POST", "/proxies/db", R"({"enabled": false})").substr(0, 3), "200");
  EXPECT_EQ(carrier.asked(), "close db");
  EXPECT_EQ(ask("PATCH", "/proxies/db", R"({"enabled": true})"), "200 " + kDb);
  EXPECT_EQ(carrier.asked(), "open db 127.0.0.1:4711 127.0.0.1:5432");
  // What is as it was drops nobody's connection: the port that was asked for, and the one it got.
  ask("POST", "/proxies/db", R"({"name": "db", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:5432"})");
  ask("POST", "/proxies/db", R"({"listen": "127.0.0.1:4711"})");
  EXPECT_EQ(carrier.asked(), "");
  ask("POST", "/proxies/db", R"({"upstream": "127.0.0.1:5433"})");
  EXPECT_EQ(carrier.asked(), "close db, open db 127.0.0.1:4711 127.0.0.1:5433");
  ask("POST", "/proxies/db", R"({"listen": "127.0.0.1:99"})");
  EXPECT_EQ(carrier.asked(), "close db, open db 127.0.0.1:99 127.0.0.1:5433");
}

TEST_F(Api, AProxyThatCannotListenIsNotMadeAndAnUpdatedOneIsDisabled) {
  carrier.taken = "127.0.0.1:80";
  EXPECT_EQ(
      ask("POST", "/proxies", R"({"name": "web", "listen": "127.0.0.1:80", "upstream": "localhost:1"})"),
      R"(500 {"error":"127.0.0.1:80: cannot listen: Address already in use","status":500})");
  EXPECT_EQ(ask("GET", "/proxies"), "200 {}");
  make_db();
  EXPECT_EQ(ask("POST", "/proxies/db", R"({"listen": "127.0.0.1:80"})").substr(0, 3), "500");
  EXPECT_NE(ask("GET", "/proxies/db").find(R"("listen":"127.0.0.1:80")"), std::string::npos);
  EXPECT_NE(ask("GET", "/proxies/db").find(R"("enabled":false)"), std::string::npos);
}

TEST_F(Api, MakesShowsChangesAndDeletesToxics) {
  make_db();
  EXPECT_EQ(ask("GET", "/proxies/db/toxics"), "200 []");
  EXPECT_EQ(ask("POST", "/proxies/db/toxics", R"({"type": "latency", "attributes": {"latency": 100}})"),
            "200 " + kLate);
  EXPECT_EQ(ask("GET", "/proxies/db/toxics/latency_downstream"), "200 " + kLate);
  EXPECT_EQ(ask("GET", "/proxies/db/toxics"), "200 [" + kLate + "]");
  EXPECT_EQ(
      ask("POST", "/proxies/db/toxics/latency_downstream",
          R"({"attributes": {"jitter": 7}, "toxicity": 0.25})"),
      R"(200 {"attributes":{"latency":100,"jitter":7},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":0.25})");
  EXPECT_EQ(ask("DELETE", "/proxies/db/toxics/latency_downstream"), "204");
  EXPECT_EQ(ask("GET", "/proxies/db/toxics"), "200 []");
  EXPECT_EQ(carrier.asked(),
            "add db latency_downstream, update db latency_downstream, remove db latency_downstream");
}

TEST_F(Api, ToxicsOfADisabledProxyWaitForIt) {
  make_db();
  ask("POST", "/proxies/db", R"({"enabled": false})");
  ask("POST", "/proxies/db/toxics", R"({"type": "timeout"})");
  ask("POST", "/proxies/db", R"({"enabled": true})");
  EXPECT_EQ(carrier.asked(), "close db, open db 127.0.0.1:4711 127.0.0.1:5432, with timeout_downstream");
}

TEST_F(Api, PopulateMakesWhatIsMissingAndLeavesWhatIsAsWished) {
  make_db();
  ask("POST", "/proxies/db/toxics", R"({"type": "timeout"})");
  carrier.asked();
  const std::string body =
      R"([{"name": "db", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:5432"}, {"name": "web", "upstream": "127.0.0.1:80", "enabled": false}])";
  const std::string both = ask("POST", "/populate", body);
  EXPECT_EQ(both.substr(0, 17), R"(201 {"proxies":[{)");
  EXPECT_EQ(carrier.asked(), "");
  EXPECT_EQ(ask("POST", "/populate", body), both);
  EXPECT_NE(ask("GET", "/proxies/db").find("timeout_downstream"), std::string::npos);
  EXPECT_EQ(ask("POST", "/populate", "[]"), R"(201 {"proxies":[]})");
}

TEST_F(Api, PopulateDoesNothingWhenOneWishIsWrong) {
  EXPECT_EQ(
      ask("POST", "/populate", R"([{"name": "a", "upstream": "localhost:1"}, {"upstream": "localhost:2"}])"),
      R"(400 {"error":"missing required field: name at proxy 2","status":400,"proxies":[]})");
  EXPECT_EQ(ask("POST", "/populate",
                R"([{"name": "a", "upstream": "localhost:1"}, {"name": "a", "upstream": "localhost:1"}])"),
            R"(400 {"error":"bad request body: two proxies are named 'a'","status":400,"proxies":[]})");
  EXPECT_EQ(carrier.asked(), "");
}

TEST_F(Api, ResetEnablesEveryProxyAndTakesItsToxics) {
  make_db();
  ask("POST", "/proxies/db/toxics", R"({"type": "timeout"})");
  ask("POST", "/proxies", R"({"name": "web", "upstream": "127.0.0.1:80", "enabled": false})");
  carrier.asked();
  EXPECT_EQ(ask("POST", "/reset"), "204");
  EXPECT_EQ(carrier.asked(), "remove db timeout_downstream, open web 127.0.0.1:4712 127.0.0.1:80");
  EXPECT_EQ(ask("GET", "/proxies/db"), "200 " + kDb);
}

TEST_F(Api, RefusesAsToxiproxyDoesAndByName) {
  make_db();
  ask("POST", "/proxies/db/toxics", R"({"type": "latency"})");
  struct Case {
    const char* method;
    const char* target;
    const char* body;
    int status;
    const char* error;
  };
  const Case cases[] = {
      {"POST", "/proxies", R"({"upstream": "localhost:1"})", 400, "missing required field: name"},
      {"POST", "/proxies", R"({"name": "x"})", 400, "missing required field: upstream"},
      {"POST", "/proxies", R"({"name": "db", "upstream": "localhost:1"})", 409, "proxy already exists"},
      {"POST", "/proxies", R"({"name": "x", "upstream": "localhost"})", 400,
       "bad request body: 'upstream' wants HOST:PORT such as 127.0.0.1:6379, found 'localhost'"},
      {"POST", "/proxies", R"({"name": "x", "upstream": "localhost:0"})", 400,
       "bad request body: 'upstream' wants a port above 0, found 'localhost:0'"},
      {"POST", "/proxies", R"({"name": "x", "upstream": "h:1", "listen": "h:65536"})", 400,
       "bad request body: 'listen' wants HOST:PORT such as 127.0.0.1:6379, found 'h:65536'"},
      {"POST", "/proxies", R"({"name": "a/b", "upstream": "h:1"})", 400,
       "bad request body: 'name' may not hold '/'"},
      {"POST", "/proxies", R"({"name": 5, "upstream": "h:1"})", 400, "bad request body: 'name' wants text"},
      {"POST", "/proxies", R"({"name": "x", "upstrem": "h:1"})", 400,
       "bad request body: 'upstrem' is not known"},
      {"POST", "/proxies", "[]", 400, "bad request body: wants a JSON object"},
      {"POST", "/populate", "{}", 400, "bad request body: wants a list of proxies"},
      {"POST", "/proxies/web", "{}", 404, "proxy not found"},
      {"DELETE", "/proxies/web", "", 404, "proxy not found"},
      {"GET", "/proxies/web/toxics", "", 404, "proxy not found"},
      {"POST", "/proxies/db", R"({"name": "web"})", 400, "bad request body: 'name' cannot be changed"},
      {"PUT", "/proxies/db", "{}", 405, "PUT is not allowed for /proxies/db"},
      {"GET", "/proxies/db/toxics/x", "", 404, "toxic not found"},
      {"DELETE", "/proxies/db/toxics/x", "", 404, "toxic not found"},
      {"POST", "/proxies/db/toxics", R"({"type": "latency"})", 409, "toxic already exists"},
      {"POST", "/proxies/db/toxics", R"({"type": "packet_loss"})", 400, "invalid toxic type"},
      {"POST", "/proxies/db/toxics", R"({"type": "latency", "stream": "sideways"})", 400,
       "stream was invalid, can be either upstream or downstream"},
      {"POST", "/proxies/db/toxics", R"({"name": "x", "type": "latency", "attributes": {"latncy": 5}})", 400,
       "bad request body: latency has no attribute 'latncy': it has latency, jitter"},
      {"POST", "/proxies/db/toxics", R"({"name": "x", "type": "latency", "attributes": {"latency": 0.5}})",
       400, "bad request body: 'latency' wants a whole number"},
      {"POST", "/proxies/db/toxics", R"({"name": "x", "type": "latency", "toxicity": 1.5})", 400,
       "bad request body: 'toxicity' must be from 0 to 1"},
      {"POST", "/proxies/db/toxics", R"({"name": "x", "type": "slicer"})", 400,
       "bad request body: 'average_size' must be at least 1"},
      {"POST", "/proxies/db/toxics",
       R"({"name": "x", "type": "slicer", "attributes": {"average_size": 5, "size_variation": 5}})", 400,
       "bad request body: 'size_variation' must be below 'average_size'"},
      {"POST", "/proxies/db/toxics/latency_downstream", R"({"stream": "upstream"})", 400,
       "bad request body: 'stream' of a toxic cannot be changed"},
      {"POST", "/proxies/db/toxics/latency_downstream", R"({"attributes": {"latency": -1}})", 400,
       "bad request body: 'latency' must be at least 0, not -1"},
      {"GET", "/reset", "", 405, "GET is not allowed for /reset"},
      {"GET", "/proxies/db/", "", 404, "there is no /proxies/db/"},
      {"GET", "/metrics", "", 404, "there is no /metrics"},
  };
  carrier.asked();
  for (const Case& c : cases) {
    EXPECT_EQ(ask(c.method, c.target, c.body), std::to_string(c.status) + " {\"error\":\"" + c.error +
                                                   "\",\"status\":" + std::to_string(c.status) + "}")
        << c.method << ' ' << c.target << ' ' << c.body;
  }
  EXPECT_EQ(carrier.asked(), "");
}

TEST_F(Api, ABodyThatIsNoJsonIsRefused) {
  const std::string said = ask("POST", "/proxies", "{\"name\": }");
  EXPECT_TRUE(said.starts_with(R"(400 {"error":"bad request body: not JSON)")) << said;
}

TEST_F(Api, NamesInPathsAreDecoded) {
  ask("POST", "/proxies", R"({"name": "my db", "upstream": "127.0.0.1:5432"})");
  EXPECT_EQ(ask("GET", "/proxies/my%20db").substr(0, 3), "200");
}

TEST_F(Api, BrowsersAreNotAnswered) {
  const auto response = answer(
      registry,
      {.method = "GET", .target = "/version", .headers = {{"User-Agent", "Mozilla/5.0"}}, .body = ""}, "2");
  EXPECT_EQ(response.status, 403);
}

TEST(Address, IsHostAndPort) {
  struct Case {
    const char* text;
    const char* again;  // nothing: refused
  };
  const Case cases[] = {{"127.0.0.1:80", "127.0.0.1:80"},
                        {":0", ":0"},
                        {"[::1]:80", "[::1]:80"},
                        {"a.b:65535", "a.b:65535"},
                        {"::1:80", ""},
                        {"a:", ""},
                        {"a:-1", ""},
                        {"a:1x", ""},
                        {"http://a:1", ""},
                        {"a b:1", ""},
                        {"a:65536", ""},
                        {"", ""}};
  for (const Case& c : cases) {
    const auto parsed = parse_address(c.text);
    EXPECT_EQ(parsed ? address_text(*parsed) : "", c.again) << c.text;
  }
}

}  // namespace
