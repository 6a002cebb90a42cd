#pragma once
// What becomes of an accepted event after a delivery, when it is tried again, and which versions are old.
// Plain decisions: no waiting, no I/O.
#include <cstdint>
#include <string>
#include <string_view>

#include "middleware/kernel/json.h"
#include "middleware/kernel/time.h"
#include "middleware/store/store.h"

namespace inbox {

/// How a delivery ended.
enum class WorkState : std::uint8_t {
  Done,
  Permanent,  ///< it can never succeed
  Transient,  ///< it may succeed later
  Untried,    ///< nobody outside was asked: a breaker is open, a limit of our own said no
  TakenOver,  ///< another claim is newer, or the store cannot write: nothing more is to be done with it
};

struct WorkEnd {
  WorkState state = WorkState::Done;
  std::string error{};              ///< for people: "step charge: status 503, gave up: attempts"
  kernel::Duration retry_after{};   ///< what the other side asked for; 0: nothing
  store::AppliedVersion applied{};  ///< when Done, of a flow that keeps versions
  store::Callbacks callbacks{};     ///< what is told of the event's end, if this is it
};

struct ParkingRules {
  kernel::Duration wait_first = std::chrono::seconds{10};  ///< after the first failure; doubles with each
  kernel::Duration wait_max = std::chrono::minutes{5};
};

enum class Fate : std::uint8_t {
  Done,
  Parked,
  Dead,
  Left,  ///< as it is: not ours any more
};

struct Verdict {
  Fate fate = Fate::Done;
  kernel::Duration wait{};       ///< when parked
  bool counts = true;            ///< as a delivery, when parked
  std::string_view reason = {};  ///< when dead: "permanent" or "deliveries"
};

/// `deliveries` counts those that counted, this one included; the last that may fail is `deliveries_max`
/// (facts/resilience 9: 5). `draw` in [0, 1) spreads events that failed together over the last quarter of
/// their wait.
/// ASSUMPTION: a delivery in which nobody outside was asked says nothing of the event and does not count.
Verdict verdict_after(const WorkEnd& end, int deliveries, int deliveries_max, const ParkingRules& rules,
                      double draw);

/// True for an event that must not be begun: it was delivered as often as it may, and each time its work
/// ended with the process.
constexpr bool is_used_up(int deliveries, int deliveries_max) { return deliveries > deliveries_max; }

/// The first half of the SHA-256 of the type and the payload, whatever the order of keys and the spaces
/// (facts/resilience 8). The member `added` of the payload is left out: it was put there on the way, and may
/// be another at each delivery.
store::Fingerprint fingerprint_of(std::string_view type, const kernel::Json& payload,
                                  std::string_view added = {});

/// A version as texts that sort like versions: whole numbers by value, before all texts; texts (ISO times) by
/// their letters. "" for null and for what has no order.
std::string sortable_version(const kernel::Json& version);

/// Whether an event of `version` comes too late for a record of which `applied` was applied. Both sortable;
/// an event without a version is never late.
bool is_outdated(std::string_view version, std::string_view applied);

}  // namespace inbox
