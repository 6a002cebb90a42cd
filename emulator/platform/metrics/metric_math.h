#pragma once
// Metric math, a part of it: numbers, ids, + - * / and parentheses, comparisons, and the functions SUM, AVG,
// MIN, MAX, ABS, CEIL, FLOOR, FILL, IF. Whatever else the service knows is refused by name.
//
// A value is a number or a series. Every series of a calculation has a point for each period, which may be
// missing; where a point is missing, so is what is made of it.
// ASSUMPTION: a division by zero gives a missing point. SUM, AVG, MIN and MAX of a list take what there is
// of each period; of one series they give a number, over all its points that are there.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "middleware/kernel/result.h"

namespace emulator::metrics {

/// One point a period, the oldest first; nothing where there is none.
using Points = std::vector<std::optional<double>>;

class MetricMath {
 public:
  /// The error says where: "position 3: ...", counted from 1.
  static kernel::Result<MetricMath> parse(std::string_view text);

  /// Ids of other queries that it uses, each once.
  const std::vector<std::string>& ids() const { return ids_; }

  /// A number becomes a series of `periods` points. Asked for the ids above only: each has `periods` points.
  Points calculate(std::size_t periods, const std::function<const Points&(const std::string&)>& of) const;

 private:
  enum class Kind : std::uint8_t { Number, Id, List, Negate, Binary, Call };
  struct Node {
    Kind kind = Kind::Number;
    double number = 0;
    std::string text{};                ///< id, operator or function
    std::vector<std::size_t> parts{};  ///< indexes of nodes before this one
  };
  class Parser;
  class Calculation;

  std::vector<Node> nodes_;  ///< the last is the whole
  std::vector<std::string> ids_;
};

}  // namespace emulator::metrics
