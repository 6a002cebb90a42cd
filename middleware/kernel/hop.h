#pragma once
// A hop is one crossing of a boundary by one event: publish, relay, bus, ..., an attempt on the wire to an
// external API. Who crosses opens the hop and closes it. A sink writes hops down: into the run file (the
// rig), as log lines (the deployed middleware), or nowhere.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "middleware/kernel/time.h"

namespace kernel {

/// Counts up from 1 in the order of opening; 0 is no hop. Travels as the span id of `traceparent`.
using HopId = std::uint64_t;

enum class Stage : std::uint8_t {
  Publish,
  Relay,
  Bus,
  Topic,
  Queue,
  Invoke,
  Compute,
  Step,
  Api,
  Callback,
  Client,  ///< a call of a client over the rig's wire protocols
};

enum class Outcome : std::uint8_t {
  Ok,
  Rejected,      ///< refused for good: 4xx, invalid, no such target
  Throttled,     ///< 429 or the like: come again later
  Failed,        ///< 5xx, function error
  Timeout,       ///< the deadline came first
  NoAnswer,      ///< refused, reset, closed, not HTTP
  Open,          ///< not sent: the breaker is open
  Duplicate,     ///< recognised and not done again
  Filtered,      ///< no rule wanted it
  DeadLettered,  ///< given up into a dead-letter queue
  Expired,       ///< too old
  Cancelled,     ///< whoever waited for it went away
};

std::string_view to_text(Stage stage);
std::string_view to_text(Outcome outcome);

/// Texts are copied by the sink before open() returns.
struct HopStart {
  Stage stage = Stage::Publish;
  std::string_view event{};  ///< EventUuid; may be "" for traffic that belongs to no event
  HopId parent = 0;          ///< the hop that caused this one
  std::string_view from{};
  std::string_view to{};         ///< box, function, or api
  std::string_view operation{};  ///< "POST /v1/charges", a step's or a rule's name
  int attempt = 1;
  std::optional<Timestamp> deadline{};  ///< when the work that the crossing is part of has to be over
};

/// Texts are copied (bounded, redacted) before close() returns.
struct HopEnd {
  Outcome outcome = Outcome::Ok;
  int status = 0;  ///< HTTP status, 0 where there is none
  std::string_view error{};
  std::int64_t bytes_sent = 0;
  std::int64_t bytes_received = 0;
  std::string_view request{};
  std::string_view response{};
};

/// A change of state of a part: a breaker, the relay, an instance, a function environment.
struct Transition {
  std::string_view kind;     ///< "breaker", "relay", "instance", "environment"
  std::string_view subject;  ///< "payments"
  std::string_view owner{};  ///< whose: "instance 1"
  std::string_view from{};
  std::string_view to{};
  std::string_view why{};
};

enum class LogLevel : std::uint8_t { Debug, Info, Warn, Error };
std::string_view to_text(LogLevel level);

struct LogLine {
  LogLevel level = LogLevel::Info;
  std::string_view source;
  std::string_view message;
  std::string_view event{};   ///< EventUuid or ""
  std::string_view fields{};  ///< a JSON object or ""
};

struct DataPoint {
  std::string_view name;
  double value = 0;
  std::string_view unit{};
  std::string_view dimensions{};  ///< a JSON object or ""
};

/// Takes its times from the scheduler it was made with.
class HopSink {
 public:
  virtual ~HopSink() = default;
  virtual HopId open(const HopStart& start) = 0;
  /// `hop` must be open.
  virtual void close(HopId hop, const HopEnd& end) = 0;
  virtual void transition(const Transition& transition) = 0;
  virtual void log(const LogLine& line) = 0;
  virtual void metric(const DataPoint& point) = 0;
};

/// An open hop that closes itself as Cancelled when its flow goes away before it closed it.
class HopScope {
 public:
  HopScope(HopSink& sink, const HopStart& start) : sink_(sink), id_(sink.open(start)), hop_(id_) {}
  HopScope(HopScope&& other) noexcept
      : sink_(other.sink_), id_(std::exchange(other.id_, 0)), hop_(other.hop_) {}
  HopScope(const HopScope&) = delete;
  HopScope& operator=(const HopScope&) = delete;
  ~HopScope() {
    if (id_ != 0) cancel();
  }
  /// Once.
  void close(const HopEnd& end) { sink_.close(std::exchange(id_, 0), end); }
  HopId id() const { return hop_; }

 private:
  void cancel();

  HopSink& sink_;
  HopId id_;
  HopId hop_;
};

/// A hop that takes no time.
inline HopId point_hop(HopSink& sink, const HopStart& start, const HopEnd& end) {
  const HopId hop = sink.open(start);
  sink.close(hop, end);
  return hop;
}

/// Event and hop as they travel in HTTP: W3C `traceparent`, whose trace id is the EventUuid without dashes
/// and whose parent id is the hop. An event's uuid is thus readable from any request that it caused.
struct TraceContext {
  std::string event;  ///< EventUuid
  HopId hop = 0;
};
std::string traceparent(std::string_view event, HopId hop);
/// Nothing when absent or malformed (then a new trace starts, as the standard says).
std::optional<TraceContext> parse_traceparent(std::string_view header);

}  // namespace kernel
