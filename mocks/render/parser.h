#pragma once
// From the text of a template to its nodes. What is wrong is thrown as Wrong and caught by Template alone.
#include <string_view>

#include "mocks/render/ast.h"

namespace mocks::render {

struct Wrong {
  std::size_t column;
  std::string message;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}
  std::vector<Node> parse();

 private:
  /// Up to `{{else}}`, or to the end of the block `name`; "" is the whole text.
  std::vector<Node> nodes(const std::string& name, bool& saw_else);
  Node block(std::size_t column);
  Node output(bool is_raw);
  void comment();
  void end_tag(std::string_view closing);

  Expression call_or_path(std::size_t column);
  Expression argument();
  Expression path_at(std::size_t column, std::string word);
  std::string word();
  std::string quoted();
  void skip_blanks();
  bool sees(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool take(std::string_view what);
  [[noreturn]] void refuse(std::string message) const { throw Wrong{at_ + 1, std::move(message)}; }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace mocks::render
