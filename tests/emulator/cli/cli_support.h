#pragma once
// The real binary in a working directory of its own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/outputs.h"

namespace cli_tests {

struct Outcome {
  int code = 0;  ///< exit code, or minus the signal
  std::string out;
  std::string err;
};

/// A folder with one small project in it; goes with everything in it.
class Project {
 public:
  Project() {
    std::string pattern = (std::filesystem::temp_directory_path() / "relayrig-cli-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
    put("middleware.yaml",
        "apis: {erp: {}}\n"
        "flows: [{event: Order__e, steps: [{name: book, api: erp, method: POST, path: /orders, body: "
        "{number: '${/Number__c}'}}]}]\n");
    put("stack.yaml",
        "salesforce: {events: {Order__e: {key: Number__c}}}\n"
        "bus: {rules: [{name: orders, pattern: {detail-type: [Order__e]}, target: {lambda: ingest}, "
        "dead_letter: dlq}]}\n"
        "lambda: {ingest: {async: {retries: 1}}}\n"
        "compute: {middleware: middleware.yaml}\n"
        "apis: {erp: {latency: 20ms, operations: [{method: POST, path: /orders, effect: book, business_key: "
        "/number, respond: {status: 201}}]}}\n");
    put("scenarios/a_good.yaml", scenario("a_good", "[small, quick]", "delivered"));
  }
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;
  ~Project() {
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
    support::expect_no_secrets_in_run_files(path_);
    std::filesystem::remove_all(path_);
  }

  static std::string scenario(const std::string& name, const std::string& tags, const std::string& end) {
    return "name: " + name + "\nwhy: Orders arrive.\ntags: " + tags +
           "\nuse: ../stack.yaml\ntimeline:\n  - {at: 0s, publish: Order__e, fields: {Number__c: SO-1}, "
           "count: 3, rate: 1/s}\nexpect:\n  - {every: event, ends: " +
           end + "}\n";
  }
  void put(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(path_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool has(const std::string& name) const { return std::filesystem::exists(path_ / name); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// A started program; killed if it still runs when the object goes.
class Process {
 public:
  Process(const Project& project, const std::string& program, const std::vector<std::string>& arguments,
          const std::vector<std::string>& environment = {}) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int out[2];
    int err[2];
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_addchdir_np(&actions, (project / "").c_str());
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    std::vector<std::string> words = {program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables = {"PATH=/usr/bin:/bin"};
    variables.insert(variables.end(), environment.begin(), environment.end());
    const int failed = posix_spawn(&pid_, program.c_str(), &actions, nullptr, pointers(words).data(),
                                   pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    close(err[1]);
    out_ = out[0];
    err_ = err[0];
    if (failed != 0) throw std::runtime_error("cannot start " + program);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (!has_ended_) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(out_);
    close(err_);
  }

  void send(int signal) const { kill(pid_, signal); }

  /// Reads stderr until it holds `text` or ends; true when it does.
  bool wait_for_talk(const std::string& text) {
    while (outcome_.err.find(text) == std::string::npos) {
      if (!read_some(err_, outcome_.err)) return false;
    }
    return true;
  }

  Outcome wait() {
    bool out_open = true;
    bool err_open = true;
    while (out_open || err_open) {
      pollfd ready[2] = {{out_open ? out_ : -1, POLLIN, 0}, {err_open ? err_ : -1, POLLIN, 0}};
      if (poll(ready, 2, -1) < 0) break;
      if (ready[0].revents != 0) out_open = read_some(out_, outcome_.out);
      if (ready[1].revents != 0) err_open = read_some(err_, outcome_.err);
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    has_ended_ = true;
    outcome_.code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return outcome_;
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  }
  static bool read_some(int from, std::string& to) {
    char buffer[4096];
    const ssize_t count = read(from, buffer, sizeof buffer);
    if (count <= 0) return false;
    to.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  pid_t pid_ = 0;
  int out_ = -1;
  int err_ = -1;
  bool has_ended_ = false;
  Outcome outcome_;
};

inline Outcome relayrig(const Project& project, const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment = {}) {
  return Process(project, RELAYRIG_BINARY_DIR "/relayrig", arguments, environment).wait();
}

}  // namespace cli_tests
