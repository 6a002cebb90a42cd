#pragma once
// The language inside `${...}` and of conditions: values read by JSON Pointer, functions, comparisons.
//
//   /Amount__c                        of the root: the event's payload
//   book/id, line                     of a named value: an earlier step's answer, the item of a for_each
//   12.50  "text"  'text'  true  null
//   upper(/Name), add(/a, 1)          functions: functions.h
//   /a = 1   /a != 'x'   < <= > >=    numbers exactly, texts by bytes; = and != also of different kinds
//   /a in ('x', 'y')   not   and   or ( )
//
// What is not there and what is null is the same to `=`, exists() and default(); every other function and
// every other comparison fails on it. Failing is an error that names the expression: nothing becomes an empty
// text in silence. There is no now(): a redelivered event has to make the same requests.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace kernel {

/// Of the sources behind these two: value.h.
struct Value;
struct ExpressionNode;
using NodePtr = std::shared_ptr<const ExpressionNode>;

using NamedValues = std::vector<std::pair<std::string, Json>>;

/// Adds what `text` says, null if it is no JSON, under `name`. Where it holds fractions the text goes along,
/// so that they stay as they are written.
void add_named(NamedValues& values, std::string name, std::string_view text);
/// Of what add_named() put into `from`, those of these names.
void copy_named(NamedValues& to, const NamedValues& from, const std::vector<std::string>& names);

/// What expressions read. The pointees must outlive the call they are passed to.
struct TemplateScope {
  const Json* root = nullptr;           ///< read by /pointer: the event's payload, or a mock's request
  const NamedValues* named = nullptr;   ///< read by name/pointer: earlier steps' answers
  const NamedValues* nearer = nullptr;  ///< asked before `named`: the item of a for_each
  std::string_view root_text{};         ///< what root was read from; decimals stay as written there
};

/// An error of a name nobody knows has the code NotFound and the name as its place.
/// Reads one expression from the beginning of `text`; `length` becomes where it ended.
Result<NodePtr> parse_expression(std::string_view text, std::size_t& length);
/// As whole text.
Result<NodePtr> parse_expression(std::string_view text);

/// Reads nothing but /pointer or name/pointer.
bool is_plain_read(const ExpressionNode& node);
void add_names_read(const ExpressionNode& node, std::vector<std::string>& names);
bool reads_root(const ExpressionNode& node);
bool reads_names(const ExpressionNode& node);
/// What it reads of the root filled in; the node itself when that is nothing.
NodePtr bound_expression(const NodePtr& node, const TemplateScope& scope);

/// An expression that stands for itself: a condition, or the list of a for_each.
class Expression {
 public:
  /// With or without a `${` and a `}` around it.
  static Result<Expression> compile(std::string_view text);

  // Errors begin with the expression.
  /// True or false; everything else is an error.
  Result<bool> holds(const TemplateScope& scope) const;
  /// The value as JSON.
  Result<std::string> json(const TemplateScope& scope) const;

  std::vector<std::string> names_read() const;
  /// As it is written.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  NodePtr node_;
};

/// The names of all functions, for suggestions.
std::vector<std::string> function_names();

}  // namespace kernel
