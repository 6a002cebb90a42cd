#pragma once
// Which message of one queue may be received next. It keeps order and times, and decides nothing else: no
// clock, no record.
//
//   put ──> delayed ──> visible ──take──> in flight ──extract──> gone
//                          ^───────────────────┘ its time is up, or it is released
//
// Standard: the oldest visible message, which is one order that the service may choose. FIFO: the oldest
// group of which none is in flight, and of it the oldest message, if it is visible.
//
// Source: facts/aws-delivery 3.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "emulator/queues/message.h"
#include "middleware/kernel/hop.h"

namespace emulator::queues {

/// Counts up from 1 in the order of putting.
using Number = std::uint64_t;

class Shelf {
 public:
  explicit Shelf(bool is_fifo) : is_fifo_(is_fifo) {}

  enum class State : std::uint8_t { Delayed, Visible, InFlight };
  struct Entry {
    Message message;
    State state = State::Visible;
    kernel::Timestamp due{};                ///< of Delayed and InFlight: visible from here on
    kernel::Timestamp received_at{};        ///< of InFlight
    std::optional<kernel::HopScope> hop{};  ///< of InFlight: the receive
  };

  Number put(Message message, kernel::Timestamp now, kernel::Timestamp visible_from);

  /// The message to hand out next, after `last` in one answer (0: none yet): a FIFO group goes on within an
  /// answer. 0: there is none.
  Number next(Number last) const;
  /// A visible message goes out until `due`.
  Entry& take(Number number, kernel::Timestamp now, kernel::Timestamp due);
  void set_due(Number number, kernel::Timestamp due);
  /// Delayed or in flight: visible now.
  Entry& release(Number number);
  /// Null when it is gone.
  Entry* find(Number number);
  Message extract(Number number);

  /// The message whose time is up first, at `now` or before; 0: none.
  Number due(kernel::Timestamp now) const;
  /// The message sent first, if that was at `limit` or before; 0: none.
  Number sent_by(kernel::Timestamp limit) const;
  std::optional<kernel::Timestamp> next_due() const;
  std::optional<kernel::Timestamp> oldest_sent() const;
  /// In order; for taking a queue down.
  std::vector<Number> numbers() const;

  std::size_t size() const { return entries_.size(); }
  std::size_t delayed() const { return waiting_.size() - in_flight_; }
  std::size_t in_flight() const { return in_flight_; }
  std::size_t visible() const { return entries_.size() - waiting_.size(); }

 private:
  struct Group {
    std::set<Number> members;
    std::size_t in_flight = 0;
    Number listed = 0;  // its entry in ready_
  };
  void became_visible(Number number, const Entry& entry);
  void list_group(Group& group);
  bool is_visible(Number number) const;

  bool is_fifo_;
  Number last_ = 0;
  std::map<Number, Entry> entries_;
  std::set<Number> ready_;  // standard: what is visible; FIFO: the first message of each group that may go
  std::set<std::pair<kernel::Timestamp, Number>> waiting_;
  std::set<std::pair<kernel::Timestamp, Number>> by_age_;
  std::map<std::string, Group, std::less<>> groups_;
  std::size_t in_flight_ = 0;
};

}  // namespace emulator::queues
