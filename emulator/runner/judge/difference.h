#pragma once
// Where two runs part ways.
#include <optional>
#include <string>

#include "emulator/hoplog/run_file.h"

namespace emulator::judge {

struct Difference {
  std::string text;   ///< "hop 71 at 61.204 s: outcome 'ok' here, 'failed' there"
  std::string event;  ///< EventUuid in the first run
  std::int64_t hop = 0;
};

/// The first hop, in the order of opening, that is not the same in both; then the first fault decision.
/// Nothing when they agree. With `times` off, instants and durations are not compared.
kernel::Result<std::optional<Difference>> first_difference(const hoplog::RunFile& here,
                                                           const hoplog::RunFile& there, bool times = true);

}  // namespace emulator::judge
