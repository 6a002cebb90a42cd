#pragma once
// Bodies, paths and headers made from a JSON value (an event, a request): text with `${...}` in it.
//
//   "${/Amount__c}"                 the value at that JSON Pointer of the root; a number stays a number
//   "order ${/Order_Number__c}"     inside other text: as text
//   "${erp/id}"                     "/id" of the value named `erp`: the answer of an earlier step
//
// A template is compiled once; a placeholder that finds nothing yields null alone and "" inside text.
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace kernel {

/// What placeholders read. The pointees must outlive the call they are passed to.
struct TemplateScope {
  const Json* root = nullptr;  ///< read by ${/pointer}: the event's payload, or a mock's request
  const std::vector<std::pair<std::string, Json>>* named =
      nullptr;  ///< read by ${name/pointer}: earlier steps' answers
};

/// A text with placeholders.
class TextTemplate {
 public:
  static Result<TextTemplate> compile(std::string_view text);

  /// With every placeholder as text.
  std::string text(const TemplateScope& scope) const;
  /// Appends the JSON value: typed if the whole text is one placeholder, a string otherwise.
  void append_json(std::string& out, const TemplateScope& scope) const;

  /// The named values that it reads.
  std::vector<std::string> names_read() const;

  bool reads_names() const;
  bool reads_root() const;

  /// The same with every ${/pointer} of the root replaced by what it reads there: the root is no longer
  /// needed.
  TextTemplate bound(const Json& root) const;

 private:
  friend class JsonTemplate;
  struct Placeholder {
    std::string name;  ///< "" = the root
    std::string pointer;
  };
  using Hole = std::shared_ptr<const Placeholder>;  // shared with what is bound: never changed
  std::vector<std::variant<std::string, Hole>> parts_;
  static const Json* find(const Placeholder& placeholder, const TemplateScope& scope);
};

/// A JSON value whose strings are templates, compiled into literal text with holes: rendering copies text and
/// looks values up, it builds no tree.
class JsonTemplate {
 public:
  static Result<JsonTemplate> compile(const Json& value);
  std::string render(const TemplateScope& scope) const;
  std::vector<std::string> names_read() const;

  bool reads_names() const;

  /// As TextTemplate::bound: mostly nothing but text is left.
  JsonTemplate bound(const Json& root) const;

  /// Nothing was compiled into it.
  bool is_empty() const { return text_.empty() && holes_.empty(); }

 private:
  struct Hole {
    std::size_t at;  ///< in text_, in rising order
    std::shared_ptr<const TextTemplate> value;
  };
  Result<> add(const Json& value);

  std::string text_;
  std::vector<Hole> holes_;
};

}  // namespace kernel
