#include "tests/bench/peers/service.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace bench {
namespace {

double resident_of(int pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

}  // namespace

Service::Service(const std::vector<std::string>& command, const std::string& port_mark) {
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  pid_ = fork();
  if (pid_ == 0) {
    setpgid(0, 0);
    dup2(out[1], STDOUT_FILENO);
    dup2(out[1], STDERR_FILENO);
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    execvp(words[0], words.data());
    _exit(127);
  }
  close(out[1]);
  output_ = out[0];
  read_port(port_mark);
  drain_ = std::thread([this] {
    char bytes[64 * 1024];
    while (read(output_, bytes, sizeof bytes) > 0) {
    }
  });
}

Service::~Service() {
  kill(-pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
  drain_.join();
  close(output_);
}

double Service::resident_mib() const {
  double sum = resident_of(pid_);
  std::ifstream children("/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_) + "/children");
  for (int child = 0; children >> child;) sum += resident_of(child);
  return sum;
}

void Service::read_port(const std::string& mark) {
  std::string text;
  char byte = 0;
  while (read(output_, &byte, 1) == 1) {
    text += byte;
    const std::size_t at = text.find(mark);
    if (byte != '\n' || at == std::string::npos) continue;
    port_ = std::stoi(text.substr(at + mark.size()));
    return;
  }
  waitpid(pid_, nullptr, 0);
  throw std::runtime_error("the service did not start: " + text);
}

void print(const std::string& name, const std::string& value) {
  std::printf("  %-92s %s\n", name.c_str(), value.c_str());
  std::fflush(stdout);
}

std::string fixed(double value, int decimals) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string ratio(double a, double b) { return b == 0 ? "-" : fixed(a / b, 2); }

}  // namespace bench
