#pragma once
// Where Lambda sends what an asynchronous invocation came to.
//
// Source: facts/aws-delivery 5.3: destinations are queues, topics, event buses and functions; a dead-letter
// target is a queue or a topic.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace emulator::lambda {

enum class DestinationKind : std::uint8_t { Queue, Topic, Bus, Function };

struct Destination {
  DestinationKind kind = DestinationKind::Queue;
  std::string name{};  ///< bare

  Destination() = default;
  Destination(DestinationKind kind_of, std::string name_of) : kind(kind_of), name(std::move(name_of)) {}
  /// A queue is the usual one.
  Destination(std::string queue) : name(std::move(queue)) {}  // NOLINT(google-explicit-constructor)
  Destination(const char* queue) : name(queue) {}             // NOLINT(google-explicit-constructor)

  friend bool operator==(const Destination&, const Destination&) = default;
};

/// Whether it delivers what it takes at once, to a function too: not a queue, which waits for its reader, nor
/// a bus.
inline bool carries_on(DestinationKind kind) {
  return kind == DestinationKind::Topic || kind == DestinationKind::Function;
}

std::string arn_of(const Destination& destination);
/// Nothing when it is of none of these kinds, or of another region or account.
std::optional<Destination> destination_of(std::string_view arn);
/// "queue orders-failed"
std::string text_of(const Destination& destination);

}  // namespace emulator::lambda
