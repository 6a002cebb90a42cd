#pragma once
// One instance of a service that is a process: it gets a port of its own in PORT, as App Runner and ECS have
// it, and what the router gives it goes there. One that ends is started again.
//
// Source: facts/aws-platform 1.3, 1.5.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "emulator/runtime/machine.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/wait.h"

namespace emulator::runtime {

struct ServiceSpec {
  std::string name;     ///< of the instance: "middleware-1"
  ProcessSpec process;  ///< without PORT
  /// ASSUMPTION: an instance that ended is back after this, each further time later, up to `restart_max`;
  /// real time.
  std::chrono::milliseconds restart = std::chrono::seconds{1};
  std::chrono::milliseconds restart_max = std::chrono::seconds{30};
};

/// All outlive the instance.
struct ServiceSurroundings {
  kernel::Scheduler& scheduler;
  kernel::Journal& journal;
  Machine& machine;
  kernel::HttpClient& client;
  /// From now on requests for that name go to that URL.
  std::function<kernel::Result<>(const std::string& name, const std::string& url)> lead;
  std::function<void(std::string_view line)> write{};  ///< what it prints goes there too; may be empty
};

class ServiceProcess final : public kernel::HttpHandler, private ProcessListener {
 public:
  /// Starts the process at once; what hinders it is logged, and requests find nobody.
  ServiceProcess(ServiceSpec spec, ServiceSurroundings around);
  /// Unless it is over or was killed: tells it to end, waits up to two seconds of real time, then kills it.
  /// No request may be under way.
  ~ServiceProcess() override;
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  /// Waits while the process starts; Ending::Reset when it has ended and is not back yet. The caller bounds
  /// the time.
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  /// SIGTERM: it ends by itself, and is not started again.
  void terminate();
  /// SIGKILL, at once: it is started again unless it goes.
  void kill();
  /// It has been told to end, and has.
  bool is_over() const { return is_ending_ && !process_; }

 private:
  enum class State : std::uint8_t { Down, Starting, Up };
  static std::string_view to_text(State state);

  void start();
  void look();
  void move_to(State state, std::string_view why);
  void start_later(std::string_view why);
  void line(Stream stream, std::string_view text) override;
  void ended(ProcessEnd end) override;

  ServiceSpec spec_;
  ServiceSurroundings around_;
  State state_ = State::Down;
  std::chrono::milliseconds next_restart_;
  int port_ = 0;
  std::unique_ptr<Process> process_;
  bool is_leaving_ = false;  ///< it is being destroyed
  bool is_ending_ = false;   ///< told so by terminate()
  bool is_killed_ = false;
  kernel::TimerId timer_{};
  kernel::Signal moved_;
};

}  // namespace emulator::runtime
