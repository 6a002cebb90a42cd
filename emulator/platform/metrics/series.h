#pragma once
// The numbers of one metric in one unit over time, aggregated as they come: by second for three hours (high
// resolution), by minute for 15 days, by five minutes for 63 days, by the hour for 455 days.
//
// Source: facts/aws-platform 4.2, "Retention".
#include <array>
#include <cstdint>
#include <deque>

#include "emulator/platform/metrics/distribution.h"

namespace emulator::metrics {

/// What was put in one period.
class Bucket {
 public:
  void add(double value, double count);
  /// Of a set no values are known, unless all of them are one.
  void add(const StatisticSet& set);
  /// Without `with_values` the sums alone.
  void merge(const Bucket& other, bool with_values);

  double samples() const { return samples_; }
  double sum() const { return sum_; }
  double minimum() const { return minimum_; }
  double maximum() const { return maximum_; }
  const Distribution& values() const { return values_; }
  /// Percentiles are of values: all must be known, and none negative.
  bool has_percentiles() const { return samples_ > 0 && !has_unknown_ && minimum_ >= 0; }

 private:
  void widen(double low, double high);

  double samples_ = 0;
  double sum_ = 0;
  double minimum_ = 0;
  double maximum_ = 0;
  bool has_unknown_ = false;
  Distribution values_;
};

class Series {
 public:
  /// `second`: since 1970. `resolution`: 1 or 60.
  Bucket& bucket_at(std::int64_t second, std::int64_t resolution);

  /// Everything in [from, until), in seconds since 1970, of which it is known that it lies in it: what was
  /// kept by the minute is not in a period of ten seconds.
  Bucket aggregate(std::int64_t from, std::int64_t until, bool with_values) const;

  bool is_empty() const;
  /// The second at which the newest bucket begins; only of a series that is not empty.
  std::int64_t newest() const { return newest_; }
  /// How many buckets are kept: what the memory is.
  std::size_t buckets() const;

 private:
  struct Aged {
    std::int64_t start;
    Bucket bucket;
  };
  struct Tier {
    std::int64_t width;
    std::int64_t kept;
    std::deque<Aged> buckets{};

    Bucket& at(std::int64_t second);
  };
  void age();

  static constexpr std::int64_t kHour = 3600;
  static constexpr std::int64_t kDay = 24 * kHour;
  std::array<Tier, 4> tiers_{Tier{1, 3 * kHour}, Tier{60, 15 * kDay}, Tier{300, 63 * kDay},
                             Tier{3600, 455 * kDay}};
  std::int64_t newest_ = 0;
};

}  // namespace emulator::metrics
