#include "emulator/platform/metrics/statistic.h"

#include <gtest/gtest.h>

#include <string>

#include "emulator/platform/metrics/store.h"

namespace emulator::metrics {
namespace {

std::optional<double> stat(const char* text, const Bucket& bucket) {
  const auto statistic = parse_statistic(text);
  EXPECT_TRUE(statistic) << text;
  return value_of(*statistic, bucket);
}

Bucket one_to_hundred() {
  Bucket bucket;
  for (int i = 100; i >= 1; --i) bucket.add(i, 0.5);
  for (int i = 1; i <= 100; ++i) bucket.add(i, 0.5);
  return bucket;
}

TEST(Statistic, OfAPeriodIsWhatItsNameSays) {
  Bucket bucket;
  for (const double value : {4.0, 1.0, 2.0, 3.0, 10.0}) bucket.add(value, 1);
  const std::pair<const char*, double> cases[] = {
      {"SampleCount", 5}, {"Sum", 20},   {"Average", 4}, {"Minimum", 1}, {"Maximum", 10},
      {"p0", 1},          {"p20", 1},    {"p50", 3},     {"p99", 10},    {"p100", 10},
      {"tm80", 2.5},      {"tc80", 4},   {"ts80", 10},   {"wm80", 2.8},  {"TM(20%:80%)", 3},
      {"TM(1:4)", 3},     {"TC(:3)", 3}, {"TS(3:)", 14}, {"PR(:3)", 60}, {"PR(3:10)", 40},
      {"WM(2:4)", 3},
  };
  for (const auto& [name, value] : cases) EXPECT_EQ(stat(name, bucket), value) << name;
}

TEST(Statistic, TheInterquartileMeanLeavesBothEndsOut) {
  Bucket bucket;
  for (const double value : {1.0, 5.0, 7.0, 100.0}) bucket.add(value, 1);
  EXPECT_EQ(stat("IQM", bucket), 6);
}

TEST(Statistic, RefusesWhatIsNone) {
  for (const char* text : {"", "sum", "p", "p101", "p-1", "px9", "PR50", "TM()", "TM(:)", "TM(1:2", "TM(5:1)",
                           "TM(10%:90)", "PR(1%:2%)", "p(1:2)", "q50", "Median"}) {
    EXPECT_FALSE(parse_statistic(text)) << text;
  }
}

TEST(Statistic, APercentileNeedsValuesThatAreKnownAndNotNegative) {
  Bucket set;
  set.add(StatisticSet{.samples = 3, .sum = 6, .minimum = 1, .maximum = 3});
  EXPECT_EQ(stat("p50", set), std::nullopt);
  EXPECT_EQ(stat("Average", set), 2);

  Bucket flat;
  flat.add(StatisticSet{.samples = 3, .sum = 6, .minimum = 2, .maximum = 2});
  flat.add(StatisticSet{.samples = 1, .sum = 9, .minimum = 9, .maximum = 9});
  EXPECT_EQ(stat("p50", flat), 2);
  EXPECT_EQ(stat("p99", flat), 9);

  Bucket negative;
  negative.add(-1, 1);
  negative.add(5, 1);
  EXPECT_EQ(stat("p50", negative), std::nullopt);
  EXPECT_EQ(stat("Minimum", negative), -1);
  EXPECT_EQ(stat("Sum", Bucket{}), std::nullopt);
}

TEST(Distribution, OfManyValuesIsOffByLessThanACell) {
  const Bucket bucket = one_to_hundred();
  EXPECT_FALSE(bucket.values().is_exact());
  EXPECT_EQ(stat("Sum", bucket), 5050);
  for (const int p : {10, 50, 90, 99}) {
    const double found = *stat(("p" + std::to_string(p)).c_str(), bucket);
    EXPECT_NEAR(found, p, p / 32.0) << p;
  }
  EXPECT_EQ(stat("p100", bucket), 100) << "never past the largest value";
}

TEST(Distribution, StaysSmallHoweverManyValuesThereAre) {
  Distribution values;
  for (int i = 0; i < 1'000'000; ++i) values.add(1 + (i * 7919) % 100'000 / 100.0, 1);
  EXPECT_LE(values.cells().size(), 10U * Distribution::kCellsPerOctave) << "ten octaves from 1 to 1001";
  double count = 0;
  for (const ValueCount& cell : values.cells()) count += cell.count;
  EXPECT_EQ(count, 1'000'000);
}

TEST(Distribution, KeepsItsSizeAndOrderWhenItIsMerged) {
  Distribution few;
  few.add(5, 2);
  few.add(-5, 1);
  Distribution many;
  for (int i = 1; i <= 1000; ++i) many.add(i, 1);
  few.merge(many);
  EXPECT_FALSE(few.is_exact());
  double count = 0;
  double before = -1e9;
  for (const ValueCount& cell : few.cells()) {
    EXPECT_LT(before, cell.value);
    before = cell.value;
    count += cell.count;
  }
  EXPECT_EQ(count, 1003);
}

constexpr std::int64_t kDay = 86'400;

TEST(Series, AddsUpByTheMinute) {
  Series series;
  series.bucket_at(59, 60).add(1, 1);
  series.bucket_at(60, 60).add(2, 1);
  series.bucket_at(119, 60).add(3, 1);
  series.bucket_at(30, 60).add(4, 1);  // late
  EXPECT_EQ(series.aggregate(0, 60, false).sum(), 5);
  EXPECT_EQ(series.aggregate(60, 120, false).sum(), 5);
  EXPECT_EQ(series.aggregate(0, 120, false).samples(), 4);
  EXPECT_EQ(series.aggregate(0, 30, false).samples(), 0) << "a minute is not in half a minute";
  EXPECT_EQ(series.buckets(), 2U);
}

TEST(Series, KnowsSecondsOnlyOfHighResolution) {
  Series series;
  series.bucket_at(5, 1).add(1, 1);
  series.bucket_at(15, 1).add(2, 1);
  EXPECT_EQ(series.aggregate(0, 10, false).sum(), 1);
  EXPECT_EQ(series.aggregate(10, 20, false).sum(), 2);
  EXPECT_EQ(series.aggregate(0, 60, false).sum(), 3);
}

TEST(Series, GrowsCoarserWithAge) {
  Series series;
  series.bucket_at(0, 1).add(1, 1);
  series.bucket_at(10'799, 1).add(2, 1);
  EXPECT_EQ(series.aggregate(0, 1, false).sum(), 1) << "three hours are not over";
  series.bucket_at(10'800, 1).add(4, 1);
  EXPECT_EQ(series.aggregate(0, 1, false).sum(), 0);
  EXPECT_EQ(series.aggregate(0, 60, false).sum(), 1) << "now a minute";
  series.bucket_at(15 * kDay, 60).add(8, 1);
  EXPECT_EQ(series.aggregate(0, 60, false).sum(), 0);
  EXPECT_EQ(series.aggregate(0, 300, true).sum(), 1) << "now five minutes";
  series.bucket_at(63 * kDay, 60).add(16, 1);
  EXPECT_EQ(series.aggregate(0, 300, false).sum(), 0);
  EXPECT_EQ(series.aggregate(0, 3600, true).sum(), 1) << "now an hour";
  series.bucket_at(456 * kDay, 60).add(32, 1);
  EXPECT_EQ(series.aggregate(0, 3600, false).sum(), 0) << "and gone";
  EXPECT_EQ(series.aggregate(63 * kDay, 457 * kDay, true).sum(), 48);
}

TEST(Store, ADayOfFiveMillionNumbersIsADayOfMinutes) {
  MetricStore store;
  const MetricId id = make_metric_id("AWS/Lambda", "Duration", {{"FunctionName", "ingest"}});
  Series& series = store.series(id, "Milliseconds");
  constexpr std::int64_t kNumbers = 5'000'000;
  for (std::int64_t i = 0; i < kNumbers; ++i)
    series.bucket_at(i * kDay / kNumbers, 60).add(static_cast<double>(i % 977), 1);
  EXPECT_EQ(series.buckets(), 1440U);
  EXPECT_EQ(store.aggregate(id, "", 0, kDay, false).samples(), kNumbers);
}

TEST(Store, KeepsDimensionsAndUnitsApart) {
  MetricStore store;
  const MetricId a = make_metric_id("S", "m", {{"b", "2"}, {"a", "1"}});
  const MetricId same = make_metric_id("S", "m", {{"a", "1"}, {"b", "2"}});
  const MetricId none = make_metric_id("S", "m");
  store.series(a, "Count").bucket_at(0, 60).add(1, 1);
  store.series(same, "Seconds").bucket_at(0, 60).add(2, 1);
  store.series(none, "Count").bucket_at(0, 60).add(4, 1);
  EXPECT_EQ(store.aggregate(a, "", 0, 60, false).sum(), 3);
  EXPECT_EQ(store.aggregate(a, "Seconds", 0, 60, false).sum(), 2);
  EXPECT_EQ(store.aggregate(none, "", 0, 60, false).sum(), 4);
  EXPECT_EQ(store.aggregate(make_metric_id("S", "other"), "", 0, 60, false).samples(), 0);
  EXPECT_EQ(store.unit_of(a), "Count");
  EXPECT_EQ(store.all().size(), 2U);
}

}  // namespace
}  // namespace emulator::metrics
