#pragma once
// Reads the text of an expression: recursive descent, used by metric_math.cc alone.
#include <string>
#include <string_view>

#include "emulator/platform/metrics/metric_math.h"

namespace emulator::metrics {

class MetricMath::Parser {
 public:
  Parser(std::string_view text, MetricMath& math) : text_(text), math_(math) {}
  kernel::Result<> run();

 private:
  std::size_t comparison();
  std::size_t sum();
  std::size_t product();
  std::size_t unary();
  std::size_t primary();
  std::size_t name();
  std::size_t call(const std::string& function);
  std::size_t list();

  std::size_t fail(const std::string& what);
  void skip_space();
  bool take(std::string_view text);
  std::size_t add(Node node);
  std::size_t binary(std::string_view operation, std::size_t left, std::size_t right);

  std::string_view text_;
  MetricMath& math_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string problem_{};
};

}  // namespace emulator::metrics
