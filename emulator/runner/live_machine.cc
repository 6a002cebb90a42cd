#include "emulator/runner/live_machine.h"

#include <csignal>

#include "middleware/live/child_process.h"
#include "middleware/live/http_server.h"
#include "middleware/live/listener.h"
#include "middleware/live/loop.h"

namespace emulator::runner {
namespace {

/// What says how this machine is set up: where programs, libraries and packages are.
const std::vector<std::string> kInherited = {"PATH", "LD_LIBRARY_PATH", "NODE_PATH", "HOME", "TMPDIR"};

live::ChildConfig config_of(const runtime::ProcessSpec& spec) {
  return {
      .command = spec.command, .folder = spec.folder, .variables = spec.variables, .inherited = kInherited};
}

class LiveProcess final : public runtime::Process, private live::ChildListener {
 public:
  explicit LiveProcess(runtime::ProcessListener& listener) : listener_(listener) {}

  kernel::Result<> start(live::Loop& loop, live::ChildKeeper& keeper, const runtime::ProcessSpec& spec) {
    live::ChildConfig config = config_of(spec);
    config.keeper = &keeper;
    auto child = live::ChildProcess::start(loop, std::move(config), *this);
    if (!child) return std::unexpected(child.error());
    child_ = std::move(*child);
    return {};
  }

  void terminate() override { child_->send_signal(SIGTERM); }
  void kill() override { child_->send_signal(SIGKILL); }
  void read_output() override { child_->read_output(); }
  bool wait(std::chrono::milliseconds at_most) override { return child_->wait(at_most); }

 private:
  void line(live::ChildStream stream, std::string_view text) override {
    listener_.line(stream == live::ChildStream::Output ? runtime::Stream::Output : runtime::Stream::Error,
                   text);
  }
  void ended(live::ChildEnd end) override { listener_.ended({.status = end.status, .signal = end.signal}); }

  runtime::ProcessListener& listener_;
  std::unique_ptr<live::ChildProcess> child_;
};

class LiveDoor final : public runtime::Door {
 public:
  explicit LiveDoor(std::unique_ptr<live::HttpServer> server) : server_(std::move(server)) {}
  std::string address() const override { return "127.0.0.1:" + std::to_string(server_->port()); }

 private:
  std::unique_ptr<live::HttpServer> server_;
};

class LiveMachine final : public runtime::Machine {
 public:
  explicit LiveMachine(live::Loop& loop) : loop_(loop) {}

  kernel::Result<std::unique_ptr<runtime::Process>> start(const runtime::ProcessSpec& spec,
                                                          runtime::ProcessListener& listener) override {
    auto process = std::make_unique<LiveProcess>(listener);
    if (auto kept = start_keeper(); !kept) return std::unexpected(kept.error());
    if (auto started = process->start(loop_, *keeper_, spec); !started)
      return std::unexpected(started.error());
    return process;
  }
  kernel::Result<std::unique_ptr<runtime::Door>> open(kernel::HttpHandler& handler) override {
    auto server = live::HttpServer::start(loop_, handler, {});
    if (!server) return std::unexpected(server.error());
    return std::make_unique<LiveDoor>(std::move(*server));
  }
  kernel::Result<int> free_port() override {
    // Whoever is started next may not find it free any more: nobody can promise that.
    auto listener = live::Listener::open("127.0.0.1", 0);
    if (!listener) return std::unexpected(listener.error());
    return (*listener)->port();
  }
  bool is_listening(int port) const override { return live::is_listening(port); }
  kernel::Result<> check(const runtime::ProcessSpec& spec) const override {
    const auto found = live::ChildProcess::find_program(config_of(spec));
    if (!found) return std::unexpected(found.error());
    return {};
  }
  kernel::WallTime wall_time(kernel::Timestamp when) const override {
    const kernel::WallTime start = loop_.wall_now() - loop_.now().time_since_epoch();
    return start + on_real_clock(when.time_since_epoch());
  }
  kernel::Duration on_run_clock(kernel::Duration real) const override { return scaled(real, loop_.speed()); }

 private:
  /// With the first process.
  kernel::Result<> start_keeper() {
    if (keeper_) return {};
    auto keeper = live::ChildKeeper::start();
    if (!keeper) return std::unexpected(keeper.error());
    keeper_ = std::move(*keeper);
    return {};
  }
  kernel::Duration on_real_clock(kernel::Duration run) const { return scaled(run, 1 / loop_.speed()); }
  static kernel::Duration scaled(kernel::Duration duration, double factor) {
    if (factor == 1) return duration;
    return kernel::Duration{static_cast<std::int64_t>(static_cast<double>(duration.count()) * factor)};
  }

  live::Loop& loop_;
  std::unique_ptr<live::ChildKeeper> keeper_;
};

}  // namespace

std::unique_ptr<runtime::Machine> live_machine(live::Loop& loop) {
  return std::make_unique<LiveMachine>(loop);
}

}  // namespace emulator::runner
