#pragma once
// Texts and JSON bodies made from a request: {{request.query.page}}, {{jsonPath request.body '$.amount'}},
// {{#if ...}}. Facts: mocks-and-faults 3.
//
// An expression that fails (a value that is not there, a wrong argument) is an error with its column, never
// an empty text; `default` and `if` are how a template says that a value may be missing.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"
#include "mocks/render/scope.h"

namespace mocks::render {

struct Node;

/// What {{x}} does to a text: nothing, or what stands between the quotes of a JSON string. {{{x}}} is raw.
enum class Escape : std::uint8_t { None, Json };

class Template {
 public:
  Template() = default;
  static kernel::Result<Template> compile(std::string_view text, Escape escape = Escape::None);
  /// Text without any {{: it stands for itself.
  static Template literal(std::string text);

  kernel::Result<std::string> text(Scope& scope) const;
  /// The value of a template that is one expression; of any other its text.
  kernel::Result<kernel::Json> value(Scope& scope) const;

  bool is_one_expression() const;
  bool is_literal() const;
  bool is_empty() const { return nodes_ == nullptr; }

 private:
  std::shared_ptr<const std::vector<Node>> nodes_;  // shared with copies: never changed
  Escape escape_ = Escape::None;
};

/// A JSON value whose strings are templates. A string that is one expression becomes what it gives: a number
/// stays a number.
class JsonBody {
 public:
  /// `is_templated` false: strings stand for themselves.
  static kernel::Result<JsonBody> compile(const kernel::Json& value, bool is_templated);
  kernel::Result<std::string> text(Scope& scope) const;

 private:
  kernel::Result<> add(const kernel::Json& value, bool is_templated, const std::string& pointer);
  struct Hole {
    Template value;
    std::string pointer;
  };
  void append(std::string_view text);
  std::vector<std::variant<std::string, Hole>> parts_;
};

}  // namespace mocks::render
