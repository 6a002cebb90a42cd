#pragma once
// Bodies, paths and headers made from a JSON value (an event, a request): text with `${...}` in it.
//
//   "${/Amount__c}"                 the value at that JSON Pointer of the root; a number stays a number
//   "order ${/Order_Number__c}"     inside other text: as text
//   "${erp/id}"                     "/id" of the value named `erp`: the answer of an earlier step
//
//   "${upper(/Name)}"               with functions: expression.h
//
// A template is compiled once; a placeholder that finds nothing yields null alone and "" inside text. What a
// function makes of it is the function's: most fail.
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "middleware/kernel/expression.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace kernel {

/// What may stand inside `${...}`.
enum class Language : std::uint8_t {
  Placeholders,  ///< /pointer and name/pointer: such a template never fails
  Expressions,
};

/// A text with placeholders.
class TextTemplate {
 public:
  static Result<TextTemplate> compile(std::string_view text, Language language = Language::Placeholders);

  /// With every placeholder as text. An error names the expression that failed.
  Result<std::string> filled(const TemplateScope& scope) const;
  /// Appends the JSON value: typed if the whole text is one placeholder, a string otherwise.
  Result<> append_filled(std::string& out, const TemplateScope& scope) const;

  // The same of templates that cannot fail.
  std::string text(const TemplateScope& scope) const;
  void append_json(std::string& out, const TemplateScope& scope) const;

  /// The named values that it reads.
  std::vector<std::string> names_read() const;

  bool reads_names() const;
  bool reads_root() const;
  bool is_empty() const { return parts_.empty(); }

  /// The same with every ${/pointer} of the root replaced by what it reads there: the root is no longer
  /// needed. What fails now fails when it is filled.
  TextTemplate bound(const Json& root, std::string_view root_text = {}) const;

 private:
  friend class JsonTemplate;
  using Hole = NodePtr;  // shared with what is bound: never changed
  std::vector<std::variant<std::string, Hole>> parts_;
  /// A hole in the place of one that could not be filled.
  static Hole fault(const Error& error);
};

/// A JSON value whose strings are templates, compiled into literal text with holes: rendering copies text and
/// looks values up, it builds no tree.
class JsonTemplate {
 public:
  static Result<JsonTemplate> compile(const Json& value, Language language = Language::Placeholders);
  /// An error names the expression that failed.
  Result<std::string> filled(const TemplateScope& scope) const;
  /// The same of templates that cannot fail.
  std::string render(const TemplateScope& scope) const;
  std::vector<std::string> names_read() const;

  bool reads_names() const;

  /// As TextTemplate::bound: mostly nothing but text is left.
  JsonTemplate bound(const Json& root, std::string_view root_text = {}) const;

  /// Nothing was compiled into it.
  bool is_empty() const { return text_.empty() && holes_.empty(); }

 private:
  struct Hole {
    std::size_t at;  ///< in text_, in rising order
    std::shared_ptr<const TextTemplate> value;
  };
  Result<> add(const Json& value, Language language);

  std::string text_;
  std::vector<Hole> holes_;
};

}  // namespace kernel
