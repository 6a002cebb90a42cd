#pragma once
// What is recorded of hops when not all of them are: those of a share of the events, everything that is
// unusual, and the exact number of all.
//
//   an event of the sample       all its hops, and its payload
//   another event                a hop that was not ok, or no first attempt, or touched by a fault; and the
//                                hops above it that were still open then
//   all                          counted, by layer
//
// An event is in the sample by the hash of its EventUuid, a hop of no event by its number: nobody's luck
// depends on it.
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/hoplog/flat_map.h"
#include "emulator/hoplog/known_events.h"
#include "emulator/hoplog/layers.h"
#include "emulator/hoplog/open_hops.h"

namespace emulator::hoplog {

class HopSample {
 public:
  /// `share` in (0, 1).
  explicit HopSample(double share);

  bool takes_event(std::string_view uuid) const;

  /// A hop has opened. `slot` is its event's place among the known ones, KnownEvents::kNone without one.
  void opened(std::uint32_t at, OpenHop& hop, std::string_view target, std::uint32_t slot, bool is_taken);
  /// It closes: whether it is to be recorded. `all` are the open hops, itself included.
  bool closes(OpenHops& all, OpenHop& hop, kernel::Outcome outcome);

  /// Nothing more is counted for the event that has this place.
  void forget(std::uint32_t slot);

  /// Of all hops that have closed; by stage and target.
  std::vector<LayerRow> layers();

 private:
  struct OfEvent {
    std::uint64_t event = 0;  ///< whose place it is; 0: nobody's any more
    std::vector<std::pair<std::uint32_t, std::uint32_t>> counts{};  ///< by layer; few of them
  };
  struct Opened {
    std::uint32_t layer = 0;
    std::uint32_t slot = KnownEvents::kNone;
  };
  std::uint32_t layer_of(const OpenHop& hop, std::string_view target);

  std::uint64_t below_;            ///< hashes below it are taken
  std::vector<Opened> opened_;     ///< by the place of the open hop
  std::vector<OfEvent> of_event_;  ///< by slot
  FlatMap<std::uint64_t> layer_by_name_;
  std::vector<LayerRow> layers_;
};

}  // namespace emulator::hoplog
