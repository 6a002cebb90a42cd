#pragma once
// What a template is made of, once it is parsed.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mocks/render/scope.h"

namespace mocks::render {

struct Expression {
  enum class Kind : std::uint8_t { Literal, Path, Call };
  Kind kind = Kind::Literal;
  std::size_t column = 1;  ///< in the template's text
  std::shared_ptr<const kernel::Json> literal{};
  Path path{};
  std::string helper{};
  std::vector<Expression> arguments{};
  std::vector<std::pair<std::string, Expression>> named{};
};

struct Node {
  enum class Kind : std::uint8_t { Text, Output, If, Unless, Each, With };
  Kind kind = Kind::Text;
  std::string text{};
  Expression expression{};
  bool is_raw = false;  ///< {{{x}}}: not escaped
  std::vector<Node> body{};
  std::vector<Node> otherwise{};
};

/// Whether a helper of that name exists.
bool is_helper(std::string_view name);

}  // namespace mocks::render
