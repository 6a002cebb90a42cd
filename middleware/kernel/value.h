#pragma once
// What expressions are made of and what they yield. For the sources of the expression language only: they see
// the JSON library.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/decimal.h"
#include "middleware/kernel/expression.h"

namespace kernel {

/// Somewhere in it stands a number that is no whole one.
bool holds_fraction(const Json& value);
/// Without the spaces between its parts.
std::string without_spaces(std::string_view json);

struct Value {
  Json json{};        ///< null when missing
  std::string raw{};  ///< the JSON text to show instead, because a double might not say it as it was written
  bool is_missing = false;

  static Value missing() { return {.is_missing = true}; }
  static Value of(const Decimal& number);
  /// What a JSON text says; missing if it is none.
  static Value read(std::string_view text);
  /// What stands at a pointer in it.
  Value at(std::string_view pointer) const;
  bool is_nothing() const { return is_missing || json.is_null(); }
  /// As JSON.
  std::string json_form() const { return raw.empty() ? json_text(json) : raw; }
  /// As text: strings bare, nothing empty.
  std::string text_form() const;
  /// Of a number; an error when it is one that a double does not hold.
  Result<Decimal> decimal() const;
  /// "the text 'abc'", "the number 5", "a list", "nothing".
  std::string described() const;
};

struct Function;

struct ExpressionNode {
  enum class Kind { Literal, Read, Call, If, Default, Exists, And, Or, Not, Compare, In, Fault };
  Kind kind = Kind::Literal;
  std::string source{};  ///< as written; of a Fault its message
  Value literal{};
  std::string name{};     ///< of a Read; "" = the root
  std::string pointer{};  ///< of a Read
  std::string op{};       ///< of a Compare
  const Function* function = nullptr;
  std::vector<NodePtr> parts{};
};

Result<Value> evaluate(const ExpressionNode& node, const TemplateScope& scope);

/// What a function works on. The first thing that is wrong is kept, and what is asked for then is empty or
/// zero: functions need not look.
class Arguments {
 public:
  Arguments(const std::vector<NodePtr>& parts, std::vector<Value> values)
      : parts_(parts), values_(std::move(values)) {}

  std::size_t count() const { return values_.size(); }
  bool has(std::size_t index) const { return index < values_.size(); }
  /// Texts, numbers and booleans as text.
  std::string text(std::size_t index);
  Decimal number(std::size_t index);
  std::int64_t whole(std::size_t index, std::int64_t min, std::int64_t max);
  std::vector<Value> list(std::size_t index);
  /// Anything but nothing.
  const Value& any(std::size_t index);
  /// Nothing as well.
  const Value& anything(std::size_t index) const { return values_.at(index); }
  /// A JSON Pointer, in quotes.
  std::string pointer(std::size_t index);

  void fail(std::string message);
  template <class T>
  T take(Result<T> result) {
    if (result) return *std::move(result);
    fail(result.error().message);
    return T{};
  }
  const std::optional<std::string>& failure() const { return failure_; }

 private:
  void expected(std::size_t index, const std::string& what);
  const std::vector<NodePtr>& parts_;
  std::vector<Value> values_;
  std::optional<std::string> failure_;
};

}  // namespace kernel
