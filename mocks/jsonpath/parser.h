#pragma once
// From the text of a path to its parts: the grammar of RFC 9535, appendix A, and its section 2.4.3 on types.
#include "mocks/jsonpath/ast.h"
#include "mocks/jsonpath/cursor.h"

namespace mocks::jsonpath {

class Parser {
 public:
  explicit Parser(std::string_view text) : at_(text) {}

  /// The whole text. Throws Cursor::Refused.
  Query parse();

 private:
  static constexpr int kDepthMax = 64;  // of filters and brackets in each other

  std::vector<Segment> segments();
  Selector shorthand();
  std::vector<Selector> bracketed();
  Selector selector();
  Selector slice_or_index();
  Query filter_query();

  Expression either();
  Expression both();
  Expression basic();
  Expression comparable_or_test();
  std::optional<Expression> operand();
  Expression literal(kernel::Json value);
  Expression call(std::string_view name);
  std::optional<Comparison> comparison();
  void check_comparable(const Expression& operand);
  void check_test(const Expression& test);
  void check_arguments(Expression& call);

  Cursor at_;
  int depth_ = 0;
};

}  // namespace mocks::jsonpath
