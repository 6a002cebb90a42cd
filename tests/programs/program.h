#pragma once
// What the tests of the deployed programs share: the binaries as child processes, files in a folder of their
// own, and a loop with fake servers beside them.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#define BOOST_PROCESS_USE_STD_FS  // only Boost's headers are needed
#include <boost/process.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/json.h"
#include "tests/middleware/live/live_support.h"
#include "tests/support/outputs.h"

namespace program_tests {

using namespace std::chrono_literals;
using live_tests::HttpReply;
using live_tests::HttpRequest;
using live_tests::HttpResult;
using live_tests::ScriptedHandler;

/// A child with exactly this environment. It is killed if it still runs when the object goes.
class Program {
 public:
  Program(const std::string& name, const std::vector<std::string>& arguments,
          const std::vector<std::pair<std::string, std::string>>& variables = {})
      : child_(std::string(RELAYRIG_BINARY_DIR) + "/" + name, arguments, environment(variables),
               boost::process::std_out > out_, boost::process::std_err > err_,
               boost::process::std_in < boost::process::null) {}

  /// What it said is kept for the check that looks for secrets.
  ~Program() {
    std::error_code gone;
    child_.terminate(gone);
    rest_of_stdout();
    rest_of_stderr();
    support::keep_output("log", said_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The next line of stdout; waits for it. "" at the end.
  std::string line() {
    std::string text;
    std::getline(out_, text);
    said_ += text + "\n";
    return text;
  }
  /// Reads on to the log line whose message begins so. Null when there is none.
  kernel::Json log_line(const std::string& message) {
    for (std::string text = line(); !text.empty(); text = line()) {
      auto parsed = kernel::parse_json(text);
      if (parsed && kernel::json_text_at(*parsed, "/message").starts_with(message)) return std::move(*parsed);
    }
    return {};
  }

  void send(int signal) { kill(child_.id(), signal); }
  void send_term() { send(SIGTERM); }
  int pid() const { return child_.id(); }
  /// The exit code, or minus the signal that ended it.
  int wait() {
    child_.wait();
    const int status = child_.native_exit_code();
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  std::string rest_of_stdout() { return rest(out_); }
  std::string rest_of_stderr() { return rest(err_); }

 private:
  static boost::process::environment environment(
      const std::vector<std::pair<std::string, std::string>>& variables) {
    boost::process::environment all;
    for (const auto& [name, value] : variables) all[name] = value;
    return all;
  }
  std::string rest(std::istream& stream) {
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    said_ += text;
    return text;
  }

  std::string said_;

  boost::process::ipstream out_;
  boost::process::ipstream err_;
  boost::process::child child_;
};

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "program_test_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  /// The path of a file of this text.
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// Runs the loop until `done()`; false when it did not come to that. The limit is no claim, it only ends a
/// broken test.
inline bool run_until(live::Loop& loop, const std::function<bool()>& done) {
  bool is_late = false;
  const kernel::TimerId guard = loop.call_at(loop.now() + 60s, [&is_late] { is_late = true; });
  loop.run_until([&is_late, &done] { return is_late || done(); });
  loop.cancel(guard);
  return !is_late;
}

inline std::unique_ptr<live::HttpServer> serve(live::Loop& loop, kernel::HttpHandler& handler,
                                               live::ServerConfig config = {}) {
  auto server = live::HttpServer::start(loop, handler, std::move(config));
  if (!server) throw std::runtime_error(server.error().text());
  return std::move(*server);
}

constexpr const char* kEvent = "7a2d1f7e-5c0b-4f7e-9d58-2b1f5a3c9e10";
constexpr const char* kTrace = "7a2d1f7e5c0b4f7e9d582b1f5a3c9e10";
constexpr const char* kPayload = R"({"Order_Number__c":"SO-1","Amount__c":12.5,"Card__c":"4111-secret"})";

/// A middleware.yaml whose order goes through three APIs; a URL of "" is left out.
inline std::string orders_yaml(const std::string& erp, const std::string& payments,
                               const std::string& shipping) {
  const auto api = [](const std::string& name, const std::string& url) {
    return "  " + name + ": {" + (url.empty() ? "" : "url: \"" + url + "\", ") + "retry: off}\n";
  };
  return "name: orders\nevents:\n  Order_Placed__e: {requires: {Order_Number__c: text, Amount__c: "
         "number}}\napis:\n" +
         api("erp", erp) + api("payments", payments) + api("shipping", shipping) + R"(flows:
  - event: Order_Placed__e
    steps:
      - {name: book, api: erp, path: /orders, body: {number: "${/Order_Number__c}"}}
      - {name: charge, api: payments, path: "/charges?card=${/Card__c}", body: {amount: "${/Amount__c}", order: "${book/id}"}}
      - {name: ship, api: shipping, path: /shipments, body: {charge: "${charge/id}"}}
)";
}

}  // namespace program_tests
