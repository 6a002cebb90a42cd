#pragma once
// Metrics in log lines: the embedded metric format. One line is one JSON object.
//
// Source: facts/aws-platform 4.4. ASSUMPTION: one directive that is wrong spoils the whole document.
#include <string_view>
#include <vector>

#include "emulator/platform/metrics/ports.h"

namespace emulator::metrics {

struct EmfReading {
  bool is_emf = false;    ///< the line has an "_aws" with "CloudWatchMetrics"
  std::string problem{};  ///< why such a line was dropped; "" when it was not
  std::vector<Datum> data{};
};

/// What Lambda writes before a line (time, request id, level, divided by tabs) is passed over.
EmfReading read_emf(std::string_view line);

}  // namespace emulator::metrics
