#pragma once
// What the tests of the boxes share: virtual time, a journal, an event's text.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "emulator/sim/virtual_scheduler.h"
#include "tests/emulator/boxes/recording_journal.h"

namespace emulator {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

constexpr std::string_view kEvent = "11111111-1111-4111-8111-111111111111";

/// Monday, 2026-01-05 09:00:00 UTC.
inline kernel::WallTime monday() { return *kernel::parse_wall_time("2026-01-05T09:00:00Z"); }

struct Bench {
  sim::VirtualScheduler scheduler{monday()};
  RecordingJournal journal{scheduler};

  void run_to(kernel::Duration since_start) { scheduler.run_until(kernel::at(since_start)); }
};

inline std::shared_ptr<const std::string> text(std::string value) {
  return std::make_shared<const std::string>(std::move(value));
}

}  // namespace emulator
