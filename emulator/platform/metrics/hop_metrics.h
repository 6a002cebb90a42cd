#pragma once
// Stands before the record and makes metrics of what passes: requests and instances of App Runner, messages
// of queues and topics, targets of rules, metrics in log lines. What it sees goes on unchanged.
//
// ASSUMPTION: a number belongs to the minute in which it became known. Units of App Runner's metrics; that
// the router's own 429 and 503 count (facts/aws-platform 1.7: unverified); of status classes that there were
// none is 0 where there was a request.
#include <map>
#include <string>
#include <string_view>

#include "emulator/platform/metrics/cloudwatch.h"
#include "emulator/platform/metrics/lambda_metrics.h"
#include "middleware/kernel/journal.h"

namespace emulator::metrics {

/// Dimensions of the one service that the compute hop is.
inline constexpr std::string_view kServiceName = "middleware";
inline constexpr std::string_view kServiceId = "0123456789abcdef0123456789abcdef";

class HopMetrics final : public kernel::Journal {
 public:
  /// Both outlive it.
  HopMetrics(kernel::Journal& next, kernel::Scheduler& scheduler) : next_(next), scheduler_(scheduler) {}

  /// From now on what passes is counted; until `leave` both outlive it. What passes before is not.
  void join(CloudWatch& watch, LambdaMetrics& functions);
  void leave();
  /// The compute hop is no App Runner: its requests are somebody else's to count.
  void leave_requests() { has_app_runner_ = false; }
  /// The minute that begins at `second` is over: what is under way is in it.
  void end_minute(std::int64_t second);

  kernel::HopId open(const kernel::HopStart& start) override;
  void close(kernel::HopId hop, const kernel::HopEnd& end) override;
  void transition(const kernel::Transition& transition) override;
  void log(const kernel::LogLine& line) override;
  void metric(const kernel::DataPoint& point) override;
  void published(const kernel::PublishedEvent& event) override { next_.published(event); }
  void rejected(const kernel::PublishedEvent& event, std::string_view where) override {
    next_.rejected(event, where);
  }
  void branched(std::string_view event, int more) override { next_.branched(event, more); }
  void ended(std::string_view event, kernel::End end, std::string_view where) override {
    next_.ended(event, end, where);
  }
  void fault(const kernel::FaultDraw& draw) override { next_.fault(draw); }
  void effect(const kernel::Effect& effect) override { next_.effect(effect); }

 private:
  /// What the close of a hop means.
  enum class Meaning : std::uint8_t { Request, Send, Receive, Publish, Notify, Filter, Invoke };
  struct Open {
    Meaning meaning;
    kernel::Timestamp since;
    std::string name;  ///< queue, topic or rule
  };
  std::optional<Meaning> meaning_of(const kernel::HopStart& start) const;
  void count(const Open& hop, const kernel::HopEnd& end);
  void count_request(const Open& hop, const kernel::HopEnd& end);
  void add(const char* space, const char* metric, const char* unit, std::string_view name, double value);

  kernel::Journal& next_;
  kernel::Scheduler& scheduler_;
  CloudWatch* watch_ = nullptr;
  LambdaMetrics* functions_ = nullptr;
  std::map<kernel::HopId, Open> open_;
  bool has_app_runner_ = true;
  std::int64_t requests_ = 0;      ///< under way
  std::int64_t requests_max_ = 0;  ///< in this minute
  std::int64_t instances_ = 0;     ///< active
};

}  // namespace emulator::metrics
