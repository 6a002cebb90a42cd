#include "middleware/live/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "middleware/kernel/check.h"

namespace live {
namespace {
constexpr int kExitInterrupted = 130;  // what a shell reports for a program that Ctrl-C ended
}

StopSignals::StopSignals(Loop& loop, kernel::Action on_stop, std::function<void()> on_reload)
    : loop_(loop),
      on_stop_(std::move(on_stop)),
      on_reload_(std::move(on_reload)),
      close_(eventfd(0, EFD_CLOEXEC)) {
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGINT);
  sigaddset(&ours, SIGTERM);
  if (on_reload_) sigaddset(&ours, SIGHUP);
  CHECK(pthread_sigmask(SIG_BLOCK, &ours, &mask_before_) == 0);
  signals_ = Descriptor(signalfd(-1, &ours, SFD_CLOEXEC));
  CHECK(signals_.is_open() && close_.is_open());
  thread_ = start_thread([this] { watch_signals(); });
}

StopSignals::~StopSignals() {
  eventfd_write(close_.get(), 1);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

void StopSignals::restore_in_child() noexcept {
  std::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void StopSignals::watch_signals() {
  std::array<pollfd, 2> watched{{{signals_.get(), POLLIN, 0}, {close_.get(), POLLIN, 0}}};
  while (true) {
    poll(watched.data(), watched.size(), -1);
    if (watched[1].revents != 0) return;
    if (watched[0].revents == 0) continue;
    signalfd_siginfo info;
    if (read(signals_.get(), &info, sizeof info) != sizeof info) continue;
    if (info.ssi_signo == SIGHUP) {
      loop_.post([this] { on_reload_(); });
      continue;
    }
    if (!on_stop_) _exit(kExitInterrupted);
    loop_.post(std::exchange(on_stop_, nullptr));
  }
}

}  // namespace live
