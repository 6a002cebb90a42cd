#include "middleware/core/result_window.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace core {
namespace {

void add_to(ResultCounts& sum, const ResultCounts& counts) {
  sum.calls += counts.calls;
  sum.failed += counts.failed;
  sum.slow += counts.slow;
}

}  // namespace

ResultWindow::ResultWindow(TimeWindow window) : rules_(window) {
  CHECK(window.bucket.count() > 0 && window.length >= window.bucket);
  buckets_.resize(static_cast<std::size_t>(window.length / window.bucket));
}

ResultWindow::Bucket& ResultWindow::current_bucket(const TimeWindow& window, kernel::Timestamp now) {
  if (window.starts_at_results) {
    const Bucket& newest = buckets_[newest_bucket_];
    const std::int64_t start = kernel::nanoseconds(now);
    if (newest.number < 0 || start - newest.number >= window.bucket.count()) {
      newest_bucket_ = (newest_bucket_ + 1) % buckets_.size();
      buckets_[newest_bucket_] = {.number = start, .counts = {}};
    }
    return buckets_[newest_bucket_];
  }
  const std::int64_t number = (now.time_since_epoch() + window.offset) / window.bucket;
  Bucket& bucket = buckets_[static_cast<std::size_t>(number) % buckets_.size()];
  if (bucket.number != number) bucket = {.number = number, .counts = {}};
  return bucket;
}

void ResultWindow::add_last(const ResultCounts& counts, const CountWindow& window) {
  CHECK(counts.calls == 1);
  const auto weigh = [this](std::uint8_t result, std::int64_t sign) {
    add_to(counted_,
           {.calls = sign, .failed = (result & 1) != 0 ? sign : 0, .slow = (result & 2) != 0 ? sign : 0});
  };
  const auto result = static_cast<std::uint8_t>(counts.failed + 2 * counts.slow);
  const auto size = static_cast<std::size_t>(window.size);
  if (results_.size() < size) {
    results_.push_back(result);
  } else {
    weigh(results_[next_result_], -1);
    results_[next_result_] = result;
    next_result_ = (next_result_ + 1) % size;
  }
  weigh(result, 1);
}

void ResultWindow::add(const ResultCounts& counts, kernel::Timestamp now) {
  if (const auto* count = std::get_if<CountWindow>(&rules_)) return add_last(counts, *count);
  add_to(current_bucket(std::get<TimeWindow>(rules_), now).counts, counts);
}

ResultCounts ResultWindow::totals(kernel::Timestamp now) const {
  const auto* time = std::get_if<TimeWindow>(&rules_);
  if (time == nullptr) return counted_;
  const std::int64_t current = (now.time_since_epoch() + time->offset) / time->bucket;
  const std::int64_t oldest = current - static_cast<std::int64_t>(buckets_.size()) + 1;
  ResultCounts sum;
  for (const Bucket& bucket : buckets_) {
    const bool counts = time->starts_at_results || (bucket.number >= oldest && bucket.number <= current);
    if (counts) add_to(sum, bucket.counts);
  }
  return sum;
}

void ResultWindow::clear() {
  std::ranges::fill(buckets_, Bucket{});
  results_.clear();
  next_result_ = 0;
  counted_ = {};
}

}  // namespace core
