#pragma once
// What the shapes of single scalars have in common. For the sources of this folder.
#include <optional>
#include <string>
#include <string_view>

#include "middleware/config/scalar.h"
#include "middleware/config/shape.h"

namespace config {

/// A shape that reads one scalar, or says "'rate' wants a rate such as 5/s, found the number 5".
template <class T>
class Leaf : public ShapeOf<T> {
 public:
  void read(const Tree& tree, T& out, Problems& problems) const final {
    std::optional<T> found = tree.kind == Tree::Kind::Scalar ? value(tree) : std::nullopt;
    if (found) {
      out = *std::move(found);
    } else {
      problems.add(tree.place, problems.subject() + " wants " + this->wants() + ", found " +
                                   found_text(tree) + hint(tree));
    }
  }

 private:
  virtual std::optional<T> value(const Tree& scalar) const = 0;

  /// Begins with "; " when there is one. Here: whether quotes are the whole trouble.
  virtual std::string hint(const Tree& tree) const {
    if (tree.kind != Tree::Kind::Scalar) return {};
    Tree other = tree;
    other.quoted = !tree.quoted;
    if (!value(other)) return {};
    return other.quoted ? "; put it in quotes" : "; write it without quotes";
  }
};

JsonPtr json_ptr(kernel::Json value);

/// The schema of text that matches an ECMAScript pattern.
JsonPtr pattern_schema(const std::string& pattern);

/// " from 1 to 5", " of at least 1", " of at most 5"; "" for limits that are not there.
std::string limits_text(const std::string& min, const std::string& max);

/// A number as people write it, six decimals at most.
std::string amount_text(double amount);

bool is_digit(char c);

}  // namespace config
