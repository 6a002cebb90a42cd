#pragma once
// A sink that remembers log lines, data points and hops that take no time, as texts.
#include <string>
#include <vector>

#include "middleware/kernel/hop.h"

namespace support {

class RecordedLog final : public kernel::HopSink {
 public:
  kernel::HopId open(const kernel::HopStart& start) override {
    hops.push_back(std::string(to_text(start.stage)) + " " + std::string(start.from) + " > " +
                   std::string(start.to) + " " + std::string(start.operation) + " " +
                   std::string(start.event));
    return hops.size();
  }
  void close(kernel::HopId hop, const kernel::HopEnd& end) override {
    hops[hop - 1] += ": " + std::string(to_text(end.outcome)) + " " + std::string(end.error);
  }
  void transition(const kernel::Transition&) override {}
  void metric(const kernel::DataPoint& point) override {
    metrics.push_back(std::string(point.name) + " " + std::to_string(static_cast<int>(point.value)) + " " +
                      std::string(point.dimensions));
  }
  void log(const kernel::LogLine& line) override {
    lines.push_back(std::string(line.message) + " " + std::string(line.event) + " " +
                    std::string(line.fields));
  }

  std::vector<std::string> hops;
  std::vector<std::string> metrics;
  std::vector<std::string> lines;
};

}  // namespace support
