#pragma once
// What a rehearsal writes down beyond hops: which events there were and how each ended, which faults were
// drawn, what the external APIs really did. The emulated boxes and the mocks write it; the product knows only
// HopSink.
#include <cstdint>
#include <string_view>

#include "middleware/kernel/hop.h"

namespace kernel {

/// How an event's journey is over. When an event has several branches (two rules matched), the worst end
/// counts, worst last in this list; Filtered counts only if nothing else happened.
enum class End : std::uint8_t { Filtered, Delivered, Rejected, Expired, DeadLettered, Lost };
std::string_view to_text(End end);

struct PublishedEvent {
  std::string_view uuid;  ///< EventUuid
  std::int64_t replay_id = 0;
  std::string_view channel{};  ///< "/event/Order_Placed__e"
  std::string_view kind{};     ///< API name: "Order_Placed__e"
  std::string_view ordering_key{};
  std::string_view payload{};  ///< JSON text
};

/// One decision of a fault rule. `draw` and `threshold` are in [0, 1]; without luck both are 0.
struct FaultDraw {
  std::string_view rule;
  std::string_view target;  ///< api, function, relay
  std::string_view key{};   ///< scope of `n`
  std::uint64_t n = 1;
  double draw = 0;
  double threshold = 0;
  bool fired = false;
  HopId hop = 0;  ///< the hop it touched, 0 when there is none
};

/// Something an external API did that the business would notice: a charge, an order booked.
struct Effect {
  std::string_view api;
  std::string_view operation;     ///< "charge"
  std::string_view business_key;  ///< "SO-10248"
  std::string_view event{};       ///< EventUuid of the caller's trace, if it sent one
};

class Journal : public HopSink {
 public:
  /// A new event with one open branch. A uuid that is known already is ignored.
  virtual void published(const PublishedEvent& event) = 0;
  /// The publish call was refused: the event exists in the record only, and has ended.
  virtual void rejected(const PublishedEvent& event, std::string_view where) = 0;
  /// `more` further branches are under way (a second rule matched, a duplicate was sent).
  virtual void branched(std::string_view event, int more) = 0;
  /// One branch is over; the event has ended when none is left. `where` names the box. An end for an event
  /// that has no open branch is recorded as a second end (invariant nothing_lost sees it).
  virtual void ended(std::string_view event, End end, std::string_view where) = 0;

  virtual void fault(const FaultDraw& draw) = 0;
  /// Counts by (api, operation, business key).
  virtual void effect(const Effect& effect) = 0;
};

}  // namespace kernel
