#include "emulator/platform/metrics/statistic.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace emulator::metrics {
namespace {

using Kind = Statistic::Kind;

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> share(std::string_view text) {
  const auto percent = number(text);
  if (!percent || *percent < 0 || *percent > 100) return std::nullopt;
  return *percent / 100;
}

std::unexpected<kernel::Error> unknown(std::string_view text) {
  return kernel::invalid("'" + std::string(text) +
                         "' is no statistic: SampleCount, Average, Sum, Minimum, Maximum, p99, tm99, tc99, "
                         "ts99, wm99, IQM, PR(a:b), TM(a%:b%)");
}

std::optional<Kind> kind_of(std::string_view prefix) {
  if (prefix == "p") return Kind::Percentile;
  if (prefix == "tm" || prefix == "TM") return Kind::TrimmedMean;
  if (prefix == "tc" || prefix == "TC") return Kind::TrimmedCount;
  if (prefix == "ts" || prefix == "TS") return Kind::TrimmedSum;
  if (prefix == "wm" || prefix == "WM") return Kind::WinsorizedMean;
  if (prefix == "PR") return Kind::PercentileRank;
  return std::nullopt;
}

/// "TM(10%:90%)", "PR(:300)"
kernel::Result<Statistic> parse_bounded(std::string_view text, std::size_t open) {
  const auto kind = kind_of(text.substr(0, open));
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  const std::size_t colon = inside.find(':');
  if (!kind || *kind == Kind::Percentile || !text.ends_with(')') || colon == std::string_view::npos)
    return unknown(text);
  Statistic result{.kind = *kind, .is_by_share = inside.contains('%')};
  const auto bound = [&](std::string_view one, std::optional<double>& out) {
    if (one.empty()) return true;
    if (result.is_by_share != one.ends_with('%')) return false;
    out = result.is_by_share ? share(one.substr(0, one.size() - 1)) : number(one);
    return out.has_value();
  };
  const bool is_read =
      bound(inside.substr(0, colon), result.low) && bound(inside.substr(colon + 1), result.high);
  if (!is_read || (!result.low && !result.high)) return unknown(text);
  if (result.low && result.high && *result.low >= *result.high) return unknown(text);
  if (*kind == Kind::PercentileRank && result.is_by_share) return unknown(text);
  return result;
}

/// The part of the values between two bounds: how many, and their sum.
ValueCount between(const Statistic& what, const Bucket& bucket) {
  const double low = what.low.value_or(0) * bucket.samples();
  const double high = what.high.value_or(1) * bucket.samples();
  double behind = 0;
  ValueCount part{.value = 0, .count = 0};
  for (const ValueCount& cell : bucket.values().cells()) {
    double weight = cell.count;
    if (what.is_by_share) {
      weight = std::max(0.0, std::min(behind + cell.count, high) - std::max(behind, low));
    } else if ((what.low && cell.value <= *what.low) || (what.high && cell.value > *what.high)) {
      weight = 0;
    }
    behind += cell.count;
    part.count += weight;
    part.value += weight * cell.value;
  }
  return part;
}

double percentile(double p, const Bucket& bucket) {
  const double rank = std::max(1.0, std::ceil(p * bucket.samples()));
  double behind = 0;
  for (const ValueCount& cell : bucket.values().cells()) {
    behind += cell.count;
    // A cell's middle may lie past the values that are in it.
    if (behind >= rank) return std::clamp(cell.value, bucket.minimum(), bucket.maximum());
  }
  return bucket.maximum();
}

double winsorized_mean(const Statistic& what, const Bucket& bucket) {
  const bool by_share = what.is_by_share;
  const double low = !what.low ? bucket.minimum() : (by_share ? percentile(*what.low, bucket) : *what.low);
  const double high =
      !what.high ? bucket.maximum() : (by_share ? percentile(*what.high, bucket) : *what.high);
  double sum = 0;
  for (const ValueCount& cell : bucket.values().cells())
    sum += cell.count * std::clamp(cell.value, low, high);
  return sum / bucket.samples();
}

}  // namespace

kernel::Result<Statistic> parse_statistic(std::string_view text) {
  constexpr std::pair<std::string_view, Kind> kSimple[] = {{"SampleCount", Kind::SampleCount},
                                                           {"Average", Kind::Average},
                                                           {"Sum", Kind::Sum},
                                                           {"Minimum", Kind::Minimum},
                                                           {"Maximum", Kind::Maximum}};
  for (const auto& [name, kind] : kSimple) {
    if (text == name) return Statistic{.kind = kind};
  }
  if (text == "IQM") return Statistic{.kind = Kind::TrimmedMean, .low = 0.25, .high = 0.75};
  if (const std::size_t open = text.find('('); open != std::string_view::npos)
    return parse_bounded(text, open);
  const std::size_t digits = text.find_first_of("0123456789");
  if (digits == std::string_view::npos) return unknown(text);
  const auto kind = kind_of(text.substr(0, digits));
  const auto high = share(text.substr(digits));
  if (!kind || *kind == Kind::PercentileRank || !high) return unknown(text);
  return Statistic{.kind = *kind, .high = *high};
}

std::optional<double> value_of(const Statistic& statistic, const Bucket& bucket) {
  if (bucket.samples() <= 0) return std::nullopt;
  if (statistic.needs_values() && !bucket.has_percentiles()) return std::nullopt;
  const auto mean = [](const ValueCount& part) -> std::optional<double> {
    if (part.count <= 0) return std::nullopt;
    return part.value / part.count;
  };
  switch (statistic.kind) {
    case Kind::SampleCount:
      return bucket.samples();
    case Kind::Average:
      return bucket.sum() / bucket.samples();
    case Kind::Sum:
      return bucket.sum();
    case Kind::Minimum:
      return bucket.minimum();
    case Kind::Maximum:
      return bucket.maximum();
    case Kind::Percentile:
      return percentile(*statistic.high, bucket);
    case Kind::TrimmedMean:
      return mean(between(statistic, bucket));
    case Kind::TrimmedCount:
      return between(statistic, bucket).count;
    case Kind::TrimmedSum:
      return between(statistic, bucket).value;
    case Kind::WinsorizedMean:
      return winsorized_mean(statistic, bucket);
    case Kind::PercentileRank:
      return 100 * between(statistic, bucket).count / bucket.samples();
  }
  return std::nullopt;
}

double samples_wanted(const Statistic& statistic) {
  if (statistic.kind != Kind::Percentile) return 0;
  const double p = *statistic.high;
  if (p <= 0 || p >= 1) return 0;
  // 1 - 0.9 is a little less than 0.1.
  return std::round(1e6 * 10 / (p >= 0.5 ? 1 - p : p)) / 1e6;
}

}  // namespace emulator::metrics
