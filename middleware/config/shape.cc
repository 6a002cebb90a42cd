#include "middleware/config/shape.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "middleware/config/leaf.h"
#include "middleware/config/suggest.h"
#include "middleware/kernel/check.h"

namespace config {
namespace {

using kernel::Json;

class Text : public Leaf<std::string> {
 public:
  explicit Text(bool may_be_empty) : may_be_empty_(may_be_empty) {}
  JsonPtr schema(Definitions&) const override {
    Json schema = {{"type", "string"}};
    if (!may_be_empty_) schema["minLength"] = 1;
    return json_ptr(std::move(schema));
  }
  std::string wants() const override { return may_be_empty_ ? "text" : "text that is not empty"; }
  JsonPtr shown(const std::string& value) const override { return value.empty() ? nullptr : json_ptr(value); }

 private:
  std::optional<std::string> value(const Tree& scalar) const override {
    const std::string* text = text_of(scalar);
    if (text == nullptr || (text->empty() && !may_be_empty_)) return std::nullopt;
    return *text;
  }
  bool may_be_empty_;
};

template <class T>
class Number : public Leaf<T> {
 public:
  using Limits = std::numeric_limits<T>;
  Number(T min, T max) : min_(min), max_(max) { CHECK(min <= max); }
  JsonPtr schema(Definitions&) const override {
    Json schema = {{"type", std::integral<T> ? "integer" : "number"}};
    if (min_ != Limits::lowest()) schema["minimum"] = min_;
    if (max_ != Limits::max()) schema["maximum"] = max_;
    return json_ptr(std::move(schema));
  }
  std::string wants() const override {
    return (std::integral<T> ? "a whole number" : "a number") +
           limits_text(min_ == Limits::lowest() ? "" : shown_text(min_),
                       max_ == Limits::max() ? "" : shown_text(max_));
  }
  JsonPtr shown(const T& value) const override { return json_ptr(value); }

 private:
  std::optional<T> value(const Tree& scalar) const override {
    std::optional<T> found;
    if constexpr (std::integral<T>) {
      if (is_plain(scalar, Meaning::Integer)) found = int64_of(scalar.scalar);
    } else {
      if (is_plain(scalar, Meaning::Integer) || is_plain(scalar, Meaning::Float))
        found = double_of(scalar.scalar);
    }
    return found && *found >= min_ && *found <= max_ ? found : std::nullopt;
  }
  static std::string shown_text(T value) {
    if constexpr (std::integral<T>) return std::to_string(value);
    return amount_text(static_cast<double>(value));
  }
  T min_;
  T max_;
};

class Boolean : public Leaf<bool> {
 public:
  JsonPtr schema(Definitions&) const override { return json_ptr({{"type", "boolean"}}); }
  std::string wants() const override { return "true or false"; }
  JsonPtr shown(const bool& value) const override { return json_ptr(value); }

 private:
  std::optional<bool> value(const Tree& scalar) const override {
    if (!is_plain(scalar, Meaning::Boolean)) return std::nullopt;
    return scalar.scalar[0] == 't' || scalar.scalar[0] == 'T';
  }
};

class ChoiceIndex : public Leaf<std::size_t> {
 public:
  explicit ChoiceIndex(std::vector<std::string> names) : names_(std::move(names)) {
    CHECK(!names_.empty());
    for (const std::string& name : names_) CHECK_THAT(meaning_of(name) == Meaning::Text, name);
  }
  JsonPtr schema(Definitions&) const override { return json_ptr({{"type", "string"}, {"enum", names_}}); }
  std::string wants() const override {
    std::string text;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (i > 0) text += i + 1 == names_.size() ? " or " : ", ";
      text += names_[i];
    }
    return text;
  }
  JsonPtr shown(const std::size_t& index) const override { return json_ptr(names_[index]); }

 private:
  std::optional<std::size_t> value(const Tree& scalar) const override {
    const auto found = std::find(names_.begin(), names_.end(), scalar.scalar);
    if (found == names_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names_.begin());
  }
  std::string hint(const Tree& tree) const override {
    return tree.kind == Tree::Kind::Scalar ? did_you_mean_text(tree.scalar, names_) : "";
  }
  std::vector<std::string> names_;
};

}  // namespace

JsonPtr json_ptr(Json value) { return std::make_shared<const Json>(std::move(value)); }

JsonPtr pattern_schema(const std::string& pattern) {
  return json_ptr({{"type", "string"}, {"pattern", pattern}});
}

std::string limits_text(const std::string& min, const std::string& max) {
  if (!min.empty() && !max.empty()) return " from " + min + " to " + max;
  if (!min.empty()) return " of at least " + min;
  return max.empty() ? "" : " of at most " + max;
}

std::string amount_text(double amount) {
  Json shown = std::round(amount * 1e6) / 1e6;
  if (amount == std::floor(amount) && std::abs(amount) < 1e15) shown = static_cast<std::int64_t>(amount);
  return shown.dump();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Shape<std::string> text() { return std::make_shared<const Text>(true); }
Shape<std::string> non_empty_text() { return std::make_shared<const Text>(false); }
Shape<std::int64_t> integer(std::int64_t min, std::int64_t max) {
  return std::make_shared<const Number<std::int64_t>>(min, max);
}
Shape<double> number(double min, double max) { return std::make_shared<const Number<double>>(min, max); }
Shape<bool> boolean() { return std::make_shared<const Boolean>(); }

Shape<std::size_t> detail::choice_index(std::vector<std::string> names) {
  return std::make_shared<const ChoiceIndex>(std::move(names));
}

}  // namespace config
