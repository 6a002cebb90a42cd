#pragma once
// How many attempts each layer saw, known once when a run is sealed: asked in SQL, the question sorts every
// hop.
#include <cstdint>
#include <string>
#include <vector>

#include "emulator/hoplog/sqlite.h"

namespace emulator::hoplog {

/// One layer: the hops of a stage to a target.
struct LayerRow {
  std::string stage{};
  std::string target{};
  std::int64_t hops = 0;            ///< those that an open breaker stopped are only in `not_sent`
  std::int64_t events = 0;          ///< with at least one such hop
  std::int64_t hops_of_events = 0;  ///< those of no event are in `hops` only
  std::int64_t max_per_event = 0;
  std::int64_t not_sent = 0;
};

/// Counts the hops of the file, by stage and target. Needs the index hops_by_event.
kernel::Result<std::vector<LayerRow>> count_layers(const Connection& file);

/// Fills the table `layers`.
kernel::Result<> write_layers(const Connection& file, const std::vector<LayerRow>& layers);

}  // namespace emulator::hoplog
