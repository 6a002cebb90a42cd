#pragma once
// What the runtime of a function needs of the machine: processes, an address to be called at, and how the
// machine's time relates to the run's. The live one is emulator/runner/live_machine.h.
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/result.h"
#include "middleware/kernel/time.h"

namespace emulator::runtime {

using Variables = std::vector<std::pair<std::string, std::string>>;

struct ProcessSpec {
  std::vector<std::string> command;  ///< at least one
  std::string folder{};              ///< working directory
  Variables variables{};             ///< beside those that say how this machine is set up, such as PATH
};

enum class Stream : std::uint8_t { Output, Error };

struct ProcessEnd {
  int status = 0;  ///< its exit status
  int signal = 0;  ///< or the signal that killed it
};

/// Called on the loop, never from within Machine::start.
class ProcessListener {
 public:
  virtual void line(Stream stream, std::string_view text) = 0;
  /// After the last line. The process may be destroyed here.
  virtual void ended(ProcessEnd end) = 0;

 protected:
  ~ProcessListener() = default;
};

/// Destroying it kills it and all that it started, and waits until it is dead.
class Process {
 public:
  virtual ~Process() = default;
  virtual void terminate() = 0;
  virtual void kill() = 0;
  /// What it has written up to now goes to the listener, from within here.
  virtual void read_output() = 0;
  /// Waits for its end in real time, the loop standing still. True when it has come; then the listener has
  /// heard its last line.
  virtual bool wait(std::chrono::milliseconds at_most) = 0;
};

/// Somebody answers at the address while it lives.
class Door {
 public:
  virtual ~Door() = default;
  virtual std::string address() const = 0;  ///< "127.0.0.1:4711"
};

class Machine {
 public:
  virtual ~Machine() = default;
  /// Errors are Infrastructure.
  virtual kernel::Result<std::unique_ptr<Process>> start(const ProcessSpec& spec,
                                                         ProcessListener& listener) = 0;
  /// The error that start() would have for want of the program.
  virtual kernel::Result<> check(const ProcessSpec& spec) const = 0;
  virtual kernel::Result<std::unique_ptr<Door>> open(kernel::HttpHandler& handler) = 0;
  /// A port of 127.0.0.1 that nobody has at this moment.
  virtual kernel::Result<int> free_port() = 0;
  /// Somebody takes connections at that port of 127.0.0.1.
  virtual bool is_listening(int port) const = 0;
  /// The calendar time that other processes will see at this instant of the run.
  virtual kernel::WallTime wall_time(kernel::Timestamp when) const = 0;
  /// What `real` time of another process is on the run's clock, which may pass faster.
  virtual kernel::Duration on_run_clock(kernel::Duration real) const = 0;
};

}  // namespace emulator::runtime
