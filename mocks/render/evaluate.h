#pragma once
// A template at work: values of expressions, blocks, and the helpers' arguments.
#include <optional>
#include <string>
#include <vector>

#include "mocks/render/ast.h"
#include "mocks/render/parser.h"
#include "mocks/render/template.h"

namespace mocks::render {

/// A value as text: strings bare, everything else as JSON.
std::string shown(const kernel::Json& value);

class Evaluation {
 public:
  Evaluation(Scope& scope, Escape escape);
  ~Evaluation();
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  /// Throws Wrong.
  kernel::Json value(const Expression& expression);
  void append(const std::vector<Node>& nodes, std::string& out);

 private:
  std::optional<kernel::Json> find(const Path& path);
  /// A value that may be missing.
  std::optional<kernel::Json> maybe(const Expression& expression);
  kernel::Json call(const Expression& expression);
  void append_block(const Node& node, std::string& out);
  void each(const Node& node, std::string& out);

  Scope& scope_;
  Escape escape_;
  std::vector<std::pair<std::string, kernel::Json>> locals_;  // this, @index ...; the innermost last
};

/// The arguments of one call, evaluated.
class Arguments {
 public:
  Arguments(const Expression& call, std::vector<kernel::Json> values,
            std::vector<std::pair<std::string, kernel::Json>> named);
  ~Arguments();
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  std::size_t count() const;
  const std::vector<kernel::Json>& all() const { return values_; }
  const kernel::Json& at(std::size_t index) const;
  std::string text(std::size_t index) const;
  double number(std::size_t index) const;
  /// A named one; nothing when it is not given.
  const kernel::Json* named(std::string_view name) const;
  std::string text(std::string_view name, const std::string& otherwise) const;
  double number(std::string_view name, double otherwise) const;
  bool flag(std::string_view name) const;
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  const Expression& call_;
  std::vector<kernel::Json> values_;
  std::vector<std::pair<std::string, kernel::Json>> named_;
};

using Helper = kernel::Json (*)(const Arguments&, Scope&);

/// Null when there is none. `default`, `and`, `or`, `not` are known to Evaluation itself.
Helper find_helper(std::string_view name);
Helper text_helper(std::string_view name);
Helper json_helper(std::string_view name);
Helper chance_helper(std::string_view name);

/// -1, 0, 1: a moment moved by "3 days", "-2 hours".
kernel::WallTime shifted(kernel::WallTime time, const std::string& offset, const Arguments& arguments);

}  // namespace mocks::render
