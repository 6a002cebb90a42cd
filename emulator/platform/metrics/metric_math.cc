#include "emulator/platform/metrics/metric_math.h"

#include <algorithm>
#include <cmath>

#include "emulator/platform/metrics/metric_math_parser.h"

namespace emulator::metrics {
namespace {

using Number = std::optional<double>;

Number apply(std::string_view operation, Number left, Number right) {
  if (!left || !right) return std::nullopt;
  const double a = *left;
  const double b = *right;
  if (operation == "+") return a + b;
  if (operation == "-") return a - b;
  if (operation == "*") return a * b;
  if (operation == "/") return b == 0 ? Number{} : Number{a / b};
  if (operation == ">") return a > b ? 1 : 0;
  if (operation == "<") return a < b ? 1 : 0;
  if (operation == ">=") return a >= b ? 1 : 0;
  if (operation == "<=") return a <= b ? 1 : 0;
  if (operation == "==") return a == b ? 1 : 0;
  return a != b ? 1 : 0;
}

Number gather(std::string_view function, const Points& points) {
  Number result;
  double count = 0;
  for (const Number& point : points) {
    if (!point) continue;
    ++count;
    if (!result) {
      result = *point;
    } else if (function == "MIN") {
      result = std::min(*result, *point);
    } else if (function == "MAX") {
      result = std::max(*result, *point);
    } else {
      *result += *point;
    }
  }
  if (result && function == "AVG") *result /= count;
  return result;
}

}  // namespace

class MetricMath::Calculation {
 public:
  using Value = std::variant<Number, Points, std::vector<Points>>;

  Calculation(const MetricMath& math, std::size_t periods,
              const std::function<const Points&(const std::string&)>& of)
      : math_(math), periods_(periods), of_(of) {}

  Value value(std::size_t index) const {
    const Node& node = math_.nodes_[index];
    switch (node.kind) {
      case Kind::Number:
        return Number{node.number};
      case Kind::Id:
        return of_(node.text);
      case Kind::List: {
        std::vector<Points> all;
        for (const std::size_t part : node.parts) all.push_back(series(part));
        return all;
      }
      case Kind::Negate:
        return each(node.parts[0], [](Number x) { return apply("-", 0.0, x); });
      case Kind::Binary:
        return binary(node);
      case Kind::Call:
        return call(node);
    }
    return Number{};
  }

  Points series(std::size_t index) const {
    Value found = value(index);
    if (auto* points = std::get_if<Points>(&found)) return std::move(*points);
    if (const auto* number = std::get_if<Number>(&found)) return Points(periods_, *number);
    return Points(periods_);
  }

 private:
  template <class Apply>
  Value each(std::size_t part, Apply apply_to) const {
    Value found = value(part);
    if (auto* number = std::get_if<Number>(&found)) return apply_to(*number);
    Points points = series(part);
    for (Number& point : points) point = apply_to(point);
    return points;
  }

  Value binary(const Node& node) const {
    const Value left = value(node.parts[0]);
    const Value right = value(node.parts[1]);
    const auto* a = std::get_if<Number>(&left);
    const auto* b = std::get_if<Number>(&right);
    if (a != nullptr && b != nullptr) return apply(node.text, *a, *b);
    Points points = series(node.parts[0]);
    const Points others = series(node.parts[1]);
    for (std::size_t i = 0; i < periods_; ++i) points[i] = apply(node.text, points[i], others[i]);
    return points;
  }

  Value call(const Node& node) const {
    if (node.text == "ABS")
      return each(node.parts[0], [](Number x) { return x ? Number{std::fabs(*x)} : x; });
    if (node.text == "CEIL")
      return each(node.parts[0], [](Number x) { return x ? Number{std::ceil(*x)} : x; });
    if (node.text == "FLOOR")
      return each(node.parts[0], [](Number x) { return x ? Number{std::floor(*x)} : x; });
    if (node.text.starts_with("FILL")) return fill(node);
    if (node.text == "IF") return choose(node);
    const Value found = value(node.parts[0]);
    if (const auto* number = std::get_if<Number>(&found)) return *number;
    if (const auto* points = std::get_if<Points>(&found)) return gather(node.text, *points);
    const auto& all = std::get<std::vector<Points>>(found);
    Points result(periods_);
    for (std::size_t i = 0; i < periods_; ++i) {
      Points column;
      for (const Points& points : all) column.push_back(points[i]);
      result[i] = gather(node.text, column);
    }
    return result;
  }

  Points fill(const Node& node) const {
    Points points = series(node.parts[0]);
    Number last;
    const Points by = node.parts.size() > 1 ? series(node.parts[1]) : Points(periods_);
    for (std::size_t i = 0; i < periods_; ++i) {
      if (!points[i]) points[i] = node.parts.size() > 1 ? by[i] : last;
      last = points[i];
    }
    return points;
  }

  Points choose(const Node& node) const {
    const Points condition = series(node.parts[0]);
    const Points yes = series(node.parts[1]);
    const Points no = node.parts.size() > 2 ? series(node.parts[2]) : Points(periods_);
    Points points(periods_);
    for (std::size_t i = 0; i < periods_; ++i) {
      if (condition[i]) points[i] = *condition[i] != 0 ? yes[i] : no[i];
    }
    return points;
  }

  const MetricMath& math_;
  std::size_t periods_;
  const std::function<const Points&(const std::string&)>& of_;
};

kernel::Result<MetricMath> MetricMath::parse(std::string_view text) {
  MetricMath math;
  if (auto parsed = Parser(text, math).run(); !parsed) return std::unexpected(parsed.error());
  return math;
}

Points MetricMath::calculate(std::size_t periods,
                             const std::function<const Points&(const std::string&)>& of) const {
  return Calculation(*this, periods, of).series(nodes_.size() - 1);
}

}  // namespace emulator::metrics
