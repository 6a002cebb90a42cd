#pragma once
// Log groups, streams and events, and what may be asked of them.
//
// Source: facts/aws-platform 4.5. Times are whole milliseconds since 1970, as the service has them.
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/platform/access/refusal.h"
#include "emulator/platform/access/tags.h"

namespace emulator::logs {

using access::Answer;
using access::Refusal;

using Milliseconds = std::int64_t;
using Tags = access::Tags;

/// Where an event stands among all there are: by its own time, and among those of one time by its arrival.
struct EventKey {
  Milliseconds timestamp = 0;
  std::uint64_t number = 0;  ///< 1, 2, ... over all groups
  friend auto operator<=>(const EventKey&, const EventKey&) = default;
};

struct InputEvent {
  Milliseconds timestamp = 0;
  std::string message{};
};

/// Indexes into the batch that was put. An event that is in none of them was taken.
struct Rejected {
  std::optional<std::int64_t> too_new_from{};   ///< this one and all behind it
  std::optional<std::int64_t> too_old_until{};  ///< all before this one
  std::optional<std::int64_t> expired_until{};  ///< all before this one
  friend bool operator==(const Rejected&, const Rejected&) = default;
  bool is_empty() const { return !too_new_from && !too_old_until && !expired_until; }
};

struct PutResult {
  std::string next_token;  ///< says nothing: every token is taken
  Rejected rejected{};
};

/// An event as it is read.
struct SeenEvent {
  EventKey key;
  Milliseconds ingested = 0;
  std::string stream;
  std::string message;

  /// 56 digits.
  std::string id() const;
};

struct GetRequest {
  std::string group{};
  std::string stream{};
  std::optional<Milliseconds> from{};   ///< this time included
  std::optional<Milliseconds> until{};  ///< this one not
  std::int64_t limit = 10'000;          ///< 1..10,000
  bool from_head = false;
  std::string token{};
};

struct EventPage {
  std::vector<SeenEvent> events{};  ///< the oldest first
  std::string forward{};
  std::string backward{};
};

struct FilterRequest {
  std::string group{};
  std::vector<std::string> streams{};  ///< at most 100
  std::string stream_prefix{};
  std::optional<Milliseconds> from{};   ///< this time included
  std::optional<Milliseconds> until{};  ///< ASSUMPTION: this one not
  std::string pattern{};
  std::int64_t limit = 10'000;  ///< 1..10,000
  std::string token{};
};

struct FilteredPage {
  std::vector<SeenEvent> events{};
  std::string next{};
};

struct GroupInfo {
  std::string name;
  Milliseconds created = 0;
  std::optional<std::int64_t> retention_days{};
  std::int64_t metric_filters = 0;
  std::int64_t stored_bytes = 0;
};

struct StreamInfo {
  std::string name;
  Milliseconds created = 0;
  std::optional<Milliseconds> first_event{};
  std::optional<Milliseconds> last_event{};
  std::optional<Milliseconds> last_ingested{};
};

enum class StreamOrder : std::uint8_t { Name, LastEventTime };

struct GroupsRequest {
  std::string prefix{};
  std::string pattern{};    ///< part of the name, whatever the case
  std::int64_t limit = 50;  ///< 1..50
  std::string token{};
};

struct StreamsRequest {
  std::string group{};
  std::string prefix{};
  StreamOrder order = StreamOrder::Name;
  bool descending = false;
  std::int64_t limit = 50;  ///< 1..50
  std::string token{};
};

template <class T>
struct Page {
  std::vector<T> items{};
  std::string next{};  ///< "": there is no more
};

/// What a metric filter makes of an event that fits.
struct MetricTransformation {
  std::string space{};  ///< namespace
  std::string metric{};
  std::string value = "1";  ///< a number, or "$.latency", "$size"
  std::optional<double> default_value{};
  std::vector<std::pair<std::string, std::string>> dimensions{};  ///< at most 3: name, "$.field"
  std::string unit = "None";
};

struct MetricFilter {
  std::string name{};
  std::string group{};
  std::string pattern{};
  MetricTransformation transformation{};
  Milliseconds created = 0;
};

struct FiltersRequest {
  std::string group{};   ///< "": of all groups
  std::string prefix{};  ///< of the filter's name
  std::string space{};   ///< with `metric`
  std::string metric{};
  std::int64_t limit = 50;  ///< 1..50
  std::string token{};
};

/// One message that a pattern fits.
struct PatternMatch {
  std::int64_t number = 0;  ///< 1, 2, ...
  std::string message;
  std::vector<std::pair<std::string, std::string>> values{};  ///< "$.status": "500"
};

}  // namespace emulator::logs
