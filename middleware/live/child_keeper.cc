#include "middleware/live/child_keeper.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>

namespace live {
namespace {

constexpr std::size_t kGroupsMax = 4096;

/// The keeper's whole life. Between fork and exit of a process with threads: only what is async-signal-safe.
[[noreturn]] void keep(int told) {
  setsid();  // Ctrl-C at the terminal is not for it
  dup2(told, STDIN_FILENO);
  close_range(STDIN_FILENO + 1, UINT_MAX, 0);
  std::array<int, kGroupsMax> groups{};
  int number = 0;
  while (true) {
    const ssize_t count = read(STDIN_FILENO, &number, sizeof number);
    if (count < 0 && errno == EINTR) continue;
    if (count != sizeof number) break;
    const int group = number > 0 ? number : -number;
    int* place = std::find(groups.begin(), groups.end(), number > 0 ? 0 : group);
    if (place != groups.end()) *place = number > 0 ? group : 0;
  }
  for (const int group : groups) {
    if (group > 0) killpg(group, SIGKILL);
  }
  _exit(0);
}

}  // namespace

kernel::Result<std::unique_ptr<ChildKeeper>> ChildKeeper::start() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return kernel::infrastructure(std::strerror(errno), "pipe");
  const Descriptor told(ends[0]);
  Descriptor tell(ends[1]);
  const int pid = fork();
  if (pid < 0) return kernel::infrastructure(std::strerror(errno), "fork");
  if (pid == 0) keep(told.get());
  return std::unique_ptr<ChildKeeper>(new ChildKeeper(pid, std::move(tell)));
}

ChildKeeper::~ChildKeeper() {
  tell_.close();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void ChildKeeper::watch(int group) { tell(group); }
void ChildKeeper::forget(int group) { tell(-group); }

void ChildKeeper::tell(int number) {
  // Whole or not at all: it is short. A keeper that somebody killed is told nothing (SIGPIPE is ignored).
  while (write(tell_.get(), &number, sizeof number) < 0 && errno == EINTR) {
  }
}

}  // namespace live
