#pragma once
// The statistics of a period: SampleCount, Average, Sum, Minimum, Maximum, and those of its values: pNN,
// tmNN, tcNN, tsNN, wmNN, IQM, PR(a:b), and TM, TC, TS, WM with bounds.
//
// Source: facts/aws-platform 4.2, "Stats". ASSUMPTION: a percentile is the value at the rank ceil(p * n), as
// the interpolation is not published; a value at a bound of (a:b) is out at a and in at b.
#include <optional>
#include <string_view>

#include "emulator/platform/metrics/series.h"
#include "middleware/kernel/result.h"

namespace emulator::metrics {

struct Statistic {
  enum class Kind : std::uint8_t {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    Percentile,
    TrimmedMean,
    TrimmedCount,
    TrimmedSum,
    WinsorizedMean,
    PercentileRank,
  };
  Kind kind = Kind::Average;
  std::optional<double> low{};   ///< 0..1 when `is_by_share`, else a value
  std::optional<double> high{};  ///< of a percentile: p
  bool is_by_share = true;

  /// Then the sums alone do not do.
  bool needs_values() const { return kind >= Kind::Percentile; }
};

/// "Sum", "p99.9", "TM(10%:90%)", "PR(:300)".
kernel::Result<Statistic> parse_statistic(std::string_view text);

/// Nothing when the bucket is empty, or has no values for what needs them.
std::optional<double> value_of(const Statistic& statistic, const Bucket& bucket);

/// With fewer samples a percentile says little: 10 / (1 - p), below the median 10 / p; 0 for what is no
/// percentile.
double samples_wanted(const Statistic& statistic);

}  // namespace emulator::metrics
