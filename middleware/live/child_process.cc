#include "middleware/live/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#define BOOST_PROCESS_USE_STD_FS  // only Boost's headers are needed
#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "middleware/kernel/check.h"
#include "middleware/live/signals.h"

namespace live {
namespace {

namespace bp = boost::process;
namespace fs = std::filesystem;

constexpr std::size_t kLineMax = 256UL << 10;
constexpr std::size_t kReadSize = 64UL << 10;
constexpr int kReadsPerTurn = 16;  // a program that writes without end holds nobody else up

struct Pipe {
  Descriptor read;
  Descriptor write;
};

kernel::Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return kernel::infrastructure(std::strerror(errno), "pipe");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);  // of this end only: the program's own stays as usual
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string own_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::string{} : std::string(value);
}

std::vector<std::pair<std::string, std::string>> all_variables(const ChildConfig& config) {
  auto all = config.variables;
  for (const std::string& name : config.inherited) {
    const bool is_set = std::ranges::find(all, name, [](const auto& v) { return v.first; }) != all.end();
    if (std::string value = own_variable(name); !is_set && !value.empty())
      all.emplace_back(name, std::move(value));
  }
  return all;
}

bool can_run(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

/// A program that could not be started is reaped too.
struct ReapOnError : bp::extend::handler {
  template <class Executor>
  void on_error(Executor& executor, const std::error_code& /*error*/) const {
    if (executor.pid > 0) ::waitpid(executor.pid, nullptr, 0);
  }
};

}  // namespace

kernel::Result<std::string> ChildProcess::find_program(const ChildConfig& config) {
  const std::string& program = config.command.front();
  std::error_code ignored;
  const fs::path folder = config.folder.empty() ? fs::current_path() : fs::absolute(config.folder);
  if (!fs::is_directory(folder, ignored))
    return kernel::infrastructure("there is no folder " + folder.string());
  if (program.find('/') != std::string::npos) {
    const fs::path path = (folder / program).lexically_normal();
    if (can_run(path)) return path.string();
    return kernel::infrastructure("there is no program " + path.string());
  }
  const auto variables = all_variables(config);
  const auto set = std::ranges::find(variables, "PATH", [](const auto& v) { return v.first; });
  const std::string path = set == variables.end() ? own_variable("PATH") : set->second;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t end = std::min(path.find(':', from), path.size());
    const fs::path found = folder / path.substr(from, end - from) / program;
    if (can_run(found)) return found.string();
    from = end + 1;
  }
  return kernel::infrastructure("there is no program '" + program + "' in PATH");
}

// Not by the library's function: its header lacks C linkage in glibc 2.36.
Descriptor ChildProcess::watch_end(int pid) {
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

class ChildProcess::Impl {
 public:
  Impl(Loop& loop, ChildKeeper* keeper, ChildListener& listener, bp::child child, Descriptor exit,
       Descriptor output, Descriptor error)
      : loop_(loop),
        keeper_(keeper),
        listener_(listener),
        child_(std::move(child)),
        exit_(loop, std::move(exit), *this, &Impl::on_exit),
        output_(loop, std::move(output), *this, &Impl::on_output),
        error_(loop, std::move(error), *this, &Impl::on_output) {
    if (keeper_ != nullptr) keeper_->watch(child_.id());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (turn_) loop_.cancel(turn_);
    if (has_ended_) return;
    send_signal(SIGKILL);
    reap();
  }

  void send_signal(int signal) const {
    if (!has_ended_) ::killpg(child_.id(), signal);
  }
  bool wait(std::chrono::milliseconds at_most) {
    if (has_ended_) return true;
    pollfd watched{exit_.descriptor.get(), POLLIN, 0};
    if (::poll(&watched, 1, static_cast<int>(at_most.count())) != 1) return false;
    read_output(kReadsPerTurn);
    flush(ChildStream::Output, output_line_);
    flush(ChildStream::Error, error_line_);
    return true;
  }
  int pid() const { return child_.id(); }

  /// True when there may be more.
  bool read_output(int reads_max) {
    const bool more_output = read(output_.descriptor, ChildStream::Output, output_line_, reads_max);
    const bool more_error = read(error_.descriptor, ChildStream::Error, error_line_, reads_max);
    return more_output || more_error;
  }

 private:
  struct Watch final : ReadyWatcher {
    Watch(Loop& its_loop, Descriptor watched, Impl& its_owner, void (Impl::*its_call)())
        : loop(its_loop), descriptor(std::move(watched)), owner(its_owner), call(its_call) {
      CHECK(descriptor.is_open());
      id = loop.watch(descriptor.get(), *this);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() { loop.unwatch(id, descriptor.get()); }
    void on_ready() override { (owner.*call)(); }

    Loop& loop;
    Descriptor descriptor;
    Impl& owner;
    void (Impl::*call)();
    WatchId id;
  };

  void on_output() {
    // Edge-triggered: what is left has to be asked for.
    if (!read_output(kReadsPerTurn) || turn_) return;
    turn_ = loop_.call_soon([this] {
      turn_ = {};
      on_output();
    });
  }

  void on_exit() {
    if (has_ended_ || !wait(std::chrono::milliseconds{0})) return;
    // Before it is reaped: its number is its group's, and ours until then.
    ::killpg(child_.id(), SIGKILL);
    reap();
    has_ended_ = true;
    const int status = child_.native_exit_code();
    listener_.ended(WIFSIGNALED(status) ? ChildEnd{.signal = WTERMSIG(status)}
                                        : ChildEnd{.status = WEXITSTATUS(status)});
  }

  bool read(const Descriptor& from, ChildStream stream, std::string& line, int reads_max) {
    std::array<char, kReadSize> bytes;
    for (int i = 0; i < reads_max; ++i) {
      const ssize_t count = ::read(from.get(), bytes.data(), bytes.size());
      if (count <= 0) return false;
      take(stream, line, {bytes.data(), static_cast<std::size_t>(count)});
    }
    return true;
  }
  void take(ChildStream stream, std::string& line, std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::size_t count = std::min({end, bytes.size(), kLineMax - line.size()});
      line += bytes.substr(0, count);
      const bool is_whole = count == end;
      bytes.remove_prefix(count + (is_whole ? 1 : 0));
      if (is_whole || line.size() == kLineMax) listener_.line(stream, std::exchange(line, {}));
    }
  }
  void flush(ChildStream stream, std::string& line) {
    if (!line.empty()) listener_.line(stream, std::exchange(line, {}));
  }

  void reap() {
    if (keeper_ != nullptr) keeper_->forget(child_.id());
    std::error_code ignored;
    child_.wait(ignored);
  }

  Loop& loop_;
  ChildKeeper* keeper_;
  ChildListener& listener_;
  bp::child child_;
  bool has_ended_ = false;
  kernel::TimerId turn_;
  std::string output_line_;
  std::string error_line_;
  Watch exit_;
  Watch output_;
  Watch error_;
};

kernel::Result<std::unique_ptr<ChildProcess>> ChildProcess::start(Loop& loop, ChildConfig config,
                                                                  ChildListener& listener) {
  auto program = find_program(config);
  if (!program) return std::unexpected(program.error());
  auto output = make_pipe();
  if (!output) return std::unexpected(output.error());
  auto error = make_pipe();
  if (!error) return std::unexpected(error.error());
  bp::environment variables;
  for (const auto& [name, value] : all_variables(config)) variables[name] = value;
  const std::vector<std::string> arguments(config.command.begin() + 1, config.command.end());
  const std::string folder = config.folder.empty() ? "." : config.folder;
  const auto set_up = [](auto& /*executor*/) {
    StopSignals::restore_in_child();
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  };
  std::error_code failure;
  bp::child child(bp::exe = *program, bp::args = arguments, bp::env = variables, bp::start_dir = folder,
                  bp::std_in < bp::null, bp::posix::fd.bind(STDOUT_FILENO, output->write.get()),
                  bp::posix::fd.bind(STDERR_FILENO, error->write.get()), bp::extend::on_exec_setup = set_up,
                  ReapOnError{}, failure);
  if (failure) return kernel::infrastructure(failure.message(), *program);
  Descriptor exit = watch_end(child.id());
  if (!exit.is_open()) {
    const std::string reason = std::strerror(errno);
    ::killpg(child.id(), SIGKILL);
    child.wait();
    return kernel::infrastructure("its end cannot be waited for: " + reason, *program);
  }
  output->write.close();
  error->write.close();
  return std::unique_ptr<ChildProcess>(new ChildProcess(
      std::make_unique<Impl>(loop, config.keeper, listener, std::move(child), std::move(exit),
                             std::move(output->read), std::move(error->read))));
}

ChildProcess::ChildProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChildProcess::~ChildProcess() = default;
void ChildProcess::send_signal(int signal) { impl_->send_signal(signal); }
void ChildProcess::read_output() { impl_->read_output(kReadsPerTurn); }
bool ChildProcess::wait(std::chrono::milliseconds at_most) { return impl_->wait(at_most); }
int ChildProcess::pid() const { return impl_->pid(); }

}  // namespace live
