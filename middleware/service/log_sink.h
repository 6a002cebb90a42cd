#pragma once
// What the deployed programs write down: one JSON object a line, for CloudWatch Logs and its like. A hop
// gives a line when it closes, a transition, a log line and a data point one each.
//
// Source: facts/aws-platform 6 (structured log line), facts/resilience 11 (what a line of an attempt and of a
// logical call says of the call: class, delayNextMs, delaySource, breakerState, gaveUpReason). Bodies are
// never written, nor the query of a URL: either may hold what a log must not. `error` is what the hop's
// closer calls the failure, so closers give a reason and no payload.
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/secrets/redactor.h"
#include "middleware/service/call_note.h"

namespace service {

struct LogSinkConfig {
  std::string service{};  ///< of every line: the deployment's name
  kernel::HopId first_hop =
      1;  ///< where ids begin, 0 excluded: span ids of several instances must not meet, so draw it
};

class LogSink final : public kernel::HopSink, public CallNotes {
 public:
  /// Takes each line as soon as it is whole, with the line break at its end.
  using Write = std::function<void(std::string_view line)>;

  /// `scheduler` and `out` outlive the sink. A line is handed to the system as soon as it is whole.
  LogSink(const kernel::Scheduler& scheduler, std::FILE* out, LogSinkConfig config);
  LogSink(const kernel::Scheduler& scheduler, Write write, LogSinkConfig config)
      : scheduler_(scheduler),
        write_(std::move(write)),
        config_(std::move(config)),
        next_hop_(config_.first_hop) {}

  /// Of every line from now on, until it is "": for a function, which works on one invocation at a time.
  void set_request_id(std::string request_id) { request_id_ = std::move(request_id); }

  /// Values that it knows are never written, wherever in a line they stand. It outlives the sink.
  void redact_with(const secrets::Redactor& redactor) { redactor_ = &redactor; }

  kernel::HopId open(const kernel::HopStart& start) override;
  /// The same where somebody else numbers the hops; `id` must not be open.
  void open_as(kernel::HopId id, const kernel::HopStart& start);
  void close(kernel::HopId hop, const kernel::HopEnd& end) override;
  /// WARN when something goes to "open", INFO otherwise.
  void transition(const kernel::Transition& transition) override;
  void log(const kernel::LogLine& line) override;
  void metric(const kernel::DataPoint& point) override;
  void note(kernel::HopId hop, const CallNote& call) override;

 private:
  struct Open {
    kernel::Stage stage;
    std::string event;
    kernel::HopId parent;
    std::string to;
    std::string operation;
    int attempt;
    kernel::Timestamp since;
    std::unique_ptr<CallNote> call{};
  };

  std::string begin_line(kernel::LogLevel level, std::string_view message) const;
  void write(std::string line);

  const kernel::Scheduler& scheduler_;
  Write write_;
  LogSinkConfig config_;
  const secrets::Redactor* redactor_ = nullptr;
  std::string request_id_;
  kernel::HopId next_hop_;
  std::map<kernel::HopId, Open> open_;
};

}  // namespace service
