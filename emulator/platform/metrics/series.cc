#include "emulator/platform/metrics/series.h"

#include <algorithm>

namespace emulator::metrics {

void Bucket::widen(double low, double high) {
  minimum_ = samples_ == 0 ? low : std::min(minimum_, low);
  maximum_ = samples_ == 0 ? high : std::max(maximum_, high);
}

void Bucket::add(double value, double count) {
  if (count <= 0) return;
  widen(value, value);
  samples_ += count;
  sum_ += value * count;
  values_.add(value, count);
}

void Bucket::add(const StatisticSet& set) {
  if (set.samples <= 0) return;
  widen(set.minimum, set.maximum);
  samples_ += set.samples;
  sum_ += set.sum;
  if (set.minimum == set.maximum || set.samples == 1) {
    values_.add(set.samples == 1 ? set.sum : set.minimum, set.samples);
  } else {
    has_unknown_ = true;
  }
}

void Bucket::merge(const Bucket& other, bool with_values) {
  if (other.samples_ <= 0) return;
  widen(other.minimum_, other.maximum_);
  samples_ += other.samples_;
  sum_ += other.sum_;
  has_unknown_ = has_unknown_ || other.has_unknown_ || !with_values;
  if (with_values) values_.merge(other.values_);
}

Bucket& Series::Tier::at(std::int64_t second) {
  const std::int64_t start = second - second % width;
  if (buckets.empty() || buckets.back().start < start) return buckets.emplace_back(start).bucket;
  if (buckets.back().start == start) return buckets.back().bucket;
  const auto found = std::ranges::lower_bound(buckets, start, {}, &Aged::start);
  if (found->start == start) return found->bucket;
  return buckets.emplace(found, start)->bucket;
}

Bucket& Series::bucket_at(std::int64_t second, std::int64_t resolution) {
  if (second > newest_) {
    newest_ = second;
    age();
  }
  return tiers_[resolution == 1 ? 0 : 1].at(second);
}

void Series::age() {
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    Tier& tier = tiers_[i];
    while (!tier.buckets.empty() && tier.buckets.front().start + tier.kept <= newest_) {
      const Aged& old = tier.buckets.front();
      if (i + 1 < tiers_.size()) tiers_[i + 1].at(old.start).merge(old.bucket, true);
      tier.buckets.pop_front();
    }
  }
}

Bucket Series::aggregate(std::int64_t from, std::int64_t until, bool with_values) const {
  Bucket whole;
  for (const Tier& tier : tiers_) {
    for (auto at = std::ranges::lower_bound(tier.buckets, from, {}, &Aged::start);
         at != tier.buckets.end() && at->start + tier.width <= until; ++at) {
      whole.merge(at->bucket, with_values);
    }
  }
  return whole;
}

bool Series::is_empty() const { return buckets() == 0; }

std::size_t Series::buckets() const {
  std::size_t count = 0;
  for (const Tier& tier : tiers_) count += tier.buckets.size();
  return count;
}

}  // namespace emulator::metrics
