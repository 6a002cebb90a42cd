#pragma once
// CloudWatch Logs in a world: the service, what stands before it, and the lines of the middleware's
// instances.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/edge/edge.h"
#include "emulator/platform/access/gatekeeper.h"
#include "emulator/platform/logs/cloudwatch_logs.h"
#include "emulator/platform/metrics/cloudwatch.h"
#include "emulator/runner/logged_hops.h"
#include "emulator/runner/logs_given.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::runner {

/// Is told of the text of every log event, and of its group.
using CheckLogEvent = std::function<void(std::string_view text, const std::string& group)>;

class LogRoom {
 public:
  struct Surroundings {
    kernel::Scheduler& scheduler;
    kernel::Journal& journal;
    CheckLogEvent check{};  ///< may be empty
    bool is_fed = false;    ///< the boxes write to it
  };
  /// Makes the groups and metric filters that are given.
  LogRoom(const LogsGiven& given, const LogQuotas& quotas, std::uint64_t seed, Surroundings around);
  ~LogRoom();
  LogRoom(const LogRoom&) = delete;
  LogRoom& operator=(const LogRoom&) = delete;

  /// The room outlives the edge.
  void add_to(edge::Edge& edge);
  /// Where boxes write; null: nobody wants it.
  logs::LogSink* sink() { return is_fed_ ? &service_ : nullptr; }
  logs::CloudWatchLogs& service() { return service_; }

  /// Metric filters and metrics in lines that clients put go there; with `counts` also what came in, as
  /// AWS/Logs. Until `leave` it outlives this.
  void join(metrics::CloudWatch& watch, bool counts);
  void leave();

  /// The lines of one instance of the middleware, which is being started: what it says goes to the record as
  /// well. Null when nobody wants them. They live as long as the room.
  LoggedHops* start_instance(std::int64_t number, const std::string& service_name);
  /// What an instance that is a process has written; nothing when nobody wants it.
  void write_instance_line(std::int64_t number, std::string_view line);
  /// That instance dies now.
  void crash(std::int64_t number);

 private:
  struct Instance {
    Instance(std::int64_t its_number, const kernel::Scheduler& scheduler, service::LogSink::Write write,
             const std::string& service_name, kernel::HopSink& record)
        : number(its_number),
          lines(scheduler, std::move(write), {.service = service_name}),
          hops(record, lines) {}
    std::int64_t number;
    service::LogSink lines;
    LoggedHops hops;
  };

  std::uint64_t seed_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  bool is_fed_;
  metrics::CloudWatch* watch_ = nullptr;
  access::Gatekeeper gate_;
  logs::CloudWatchLogs service_;
  std::vector<std::unique_ptr<Instance>> instances_;
};

}  // namespace emulator::runner
