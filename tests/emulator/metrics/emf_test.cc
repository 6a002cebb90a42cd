#include "emulator/platform/metrics/emf.h"

#include <gtest/gtest.h>

#include <string>

namespace emulator::metrics {
namespace {

std::string line_of(const Datum& datum) {
  std::string line = datum.id.space + "/" + datum.id.name + " {";
  for (const Dimension& dimension : datum.id.dimensions) line += dimension.name + "=" + dimension.value + " ";
  line += "}";
  for (const ValueCount& value : datum.values) line += " " + std::to_string(static_cast<int>(value.value));
  return line + " " + datum.unit + " " + std::to_string(datum.resolution) + " " +
         kernel::iso_millis(datum.at.value());
}

constexpr const char* kLine =
    R"({"_aws":{"Timestamp":1767603600250,"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":[["service"],["service","api"],[]],)"
    R"("Metrics":[{"Name":"latency","Unit":"Milliseconds","StorageResolution":1},{"Name":"A.a"}]}]},)"
    R"("service":"orders","api":"erp","latency":[10,20],"A.a":3})";

TEST(Emf, EveryDimensionSetIsAMetricOfItsOwn) {
  const EmfReading reading = read_emf(kLine);
  EXPECT_TRUE(reading.is_emf);
  EXPECT_EQ(reading.problem, "");
  std::vector<std::string> lines;
  for (const Datum& datum : reading.data) lines.push_back(line_of(datum));
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "Shop/latency {service=orders } 10 20 Milliseconds 1 2026-01-05T09:00:00.250Z",
                       "Shop/latency {api=erp service=orders } 10 20 Milliseconds 1 2026-01-05T09:00:00.250Z",
                       "Shop/latency {} 10 20 Milliseconds 1 2026-01-05T09:00:00.250Z",
                       "Shop/A.a {service=orders } 3 None 60 2026-01-05T09:00:00.250Z",
                       "Shop/A.a {api=erp service=orders } 3 None 60 2026-01-05T09:00:00.250Z",
                       "Shop/A.a {} 3 None 60 2026-01-05T09:00:00.250Z"}));
}

TEST(Emf, WhatLambdaWritesBeforeALineIsPassedOver) {
  EXPECT_EQ(read_emf("2026-01-05T09:00:00.250Z\trequest-1\tINFO\t" + std::string(kLine)).data.size(), 6U);
}

TEST(Emf, OtherLinesAreNone) {
  for (const char* line :
       {"", "START RequestId: 1", R"({"level":"INFO"})", R"({"_aws":1,"x":"CloudWatchMetrics"})",
        R"(see {"_aws":{"CloudWatchMetrics":[]}})"}) {
    EXPECT_FALSE(read_emf(line).is_emf) << line;
  }
}

TEST(Emf, DropsADocumentThatIsWrong) {
  const auto document = [](const std::string& directive, const std::string& rest) {
    return R"({"_aws":{"Timestamp":1,"CloudWatchMetrics":[)" + directive + "]}" + rest + "}";
  };
  const std::pair<std::string, const char*> cases[] = {
      {R"({"_aws":{"CloudWatchMetrics":[]}})", "_aws has no Timestamp"},
      {R"({"_aws":{"Timestamp":1,"CloudWatchMetrics":{}}})", "CloudWatchMetrics is no array"},
      {document(R"({"Dimensions":[[]],"Metrics":[]})", ""), "a directive has no Namespace"},
      {document(R"({"Namespace":"N","Metrics":[]})", ""), "a directive has no Dimensions"},
      {document(R"({"Namespace":"N","Dimensions":[],"Metrics":[]})", ""), "a directive has no Dimensions"},
      {document(R"({"Namespace":"N","Dimensions":[[]]})", ""), "a directive has no Metrics"},
      {document(R"({"Namespace":"N","Dimensions":[["d"]],"Metrics":[]})", ""),
       "the dimension 'd' is no text of the root"},
      {document(R"({"Namespace":"N","Dimensions":[["d"]],"Metrics":[]})", R"(,"d":1)"),
       "the dimension 'd' is no text of the root"},
      {document(R"({"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m"}]})", ""),
       "the metric 'm' is not in the root"},
      {document(R"({"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m"}]})", R"(,"m":"1")"),
       "'m' is neither a number nor an array of numbers"},
      {document(R"({"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m","StorageResolution":5}]})",
                R"(,"m":1)"),
       "the StorageResolution of 'm' is neither 1 nor 60"},
  };
  for (const auto& [line, problem] : cases) {
    const EmfReading reading = read_emf(line);
    EXPECT_TRUE(reading.is_emf) << line;
    EXPECT_EQ(reading.problem, problem) << line;
    EXPECT_TRUE(reading.data.empty());
  }
}

TEST(Emf, HasBounds) {
  const auto with_values = [](int count) {
    std::string values;
    for (int i = 0; i < count; ++i) values += (i == 0 ? "" : ",") + std::to_string(i);
    return R"({"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m"}]}]},"m":[)" +
           values + "]}";
  };
  EXPECT_EQ(read_emf(with_values(100)).data.size(), 1U);
  EXPECT_EQ(read_emf(with_values(101)).problem, "'m' has more than 100 values");
}

}  // namespace
}  // namespace emulator::metrics
