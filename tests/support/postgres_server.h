#pragma once
// A PostgreSQL server of a test program's own: in a temporary folder, on a socket in it, gone with the
// program. The server refuses to run as root: then it runs as `postgres`, else as `nobody`.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace support {

class PostgresServer {
 public:
  /// Of this process, started at the first call. Null where there is no server to start.
  static PostgresServer* shared() {
    static const std::unique_ptr<PostgresServer> server =
        bin().empty() ? nullptr : std::unique_ptr<PostgresServer>(new PostgresServer);
    return server.get();
  }
  ~PostgresServer() {
    if (pid_ > 0) stop(SIGQUIT);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// "postgresql://...": of the only database.
  std::string url() const { return "postgresql://rig:never-shown@/postgres?host=" + folder_.string(); }
  const std::filesystem::path& folder() const { return folder_; }

  /// SIGQUIT: as a crash; SIGINT: it tells its clients.
  void stop(int signal) {
    kill(pid_, signal);
    waitpid(std::exchange(pid_, -1), nullptr, 0);
  }
  void start() {
    pid_ = spawn({"postgres", "-D", data(), "-k", folder_.string(), "-c", "listen_addresses=", "-c",
                  "fsync=off", "-c", "max_connections=60", "-c", "shared_buffers=16MB"});
    for (int tries = 0; tries < 600; ++tries) {
      if (run({"pg_isready", "-q", "-h", folder_.string(), "-U", "rig"}) == 0) return;
      if (waitpid(pid_, nullptr, WNOHANG) == pid_) break;
      usleep(50'000);
    }
    throw std::runtime_error("the PostgreSQL server does not start: " + log());
  }
  /// As the owner; the first column of the first row.
  std::string ask(const std::string& sql) const {
    const std::string out = (folder_ / "answer").string();
    const int code = run({"psql", "-h", folder_.string(), "-U", "rig", "-d", "postgres", "-qAtX", "-v",
                          "ON_ERROR_STOP=1", "-o", out, "-c", sql});
    if (code != 0) throw std::runtime_error("psql refuses " + sql + ": " + log());
    std::ifstream in(out);
    std::string line;
    std::getline(in, line);
    return line;
  }

 private:
  PostgresServer() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pg_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    if (const auto user = other_user()) {
      if (chown(folder_.c_str(), user->first, user->second) != 0) throw std::runtime_error("chown");
    }
    if (run({"initdb", "-D", data(), "-U", "rig", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"}) !=
        0)
      throw std::runtime_error("initdb: " + log());
    start();
  }

  static std::string bin() {
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", error)) {
      if (std::filesystem::exists(entry.path() / "bin/postgres")) found.push_back(entry.path() / "bin/");
    }
    std::ranges::sort(found);
    if (found.empty() && std::filesystem::exists("/usr/local/bin/postgres")) return "/usr/local/bin/";
    return found.empty() ? "" : found.back();
  }
  /// Who to be, where we are root.
  static std::optional<std::pair<uid_t, gid_t>> other_user() {
    if (geteuid() != 0) return std::nullopt;
    const passwd* user = getpwnam("postgres");
    if (user == nullptr) user = getpwnam("nobody");
    if (user == nullptr) throw std::runtime_error("there is nobody to run PostgreSQL as");
    return std::pair{user->pw_uid, user->pw_gid};
  }
  std::string data() const { return (folder_ / "data").string(); }
  std::string log() const {
    std::ifstream in(folder_ / "log");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  pid_t spawn(std::vector<std::string> command) const {
    command[0] = bin() + command[0];
    std::vector<char*> arguments;
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string log = (folder_ / "log").string();
    const auto user = other_user();
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child != 0) return child;
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    dup2(out, 1);
    dup2(out, 2);
    if (user && (setgid(user->second) != 0 || setuid(user->first) != 0)) _exit(126);
    // Gone with us, however we go.
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent || chdir("/") != 0) _exit(126);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  int run(std::vector<std::string> command) const {
    int status = 0;
    waitpid(spawn(std::move(command)), &status, 0);
    return status;
  }

  std::filesystem::path folder_;
  pid_t pid_ = -1;
};

/// For the first line of a test.
#define SKIP_WITHOUT_POSTGRES()                                                                              \
  if (support::PostgresServer::shared() == nullptr)                                                          \
  GTEST_SKIP() << "no PostgreSQL server here, so nothing of the shared store is tested: make deps-postgres " \
                  "installs it"

}  // namespace support
