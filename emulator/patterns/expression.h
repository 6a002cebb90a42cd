#pragma once
// The object that names an operator, such as {"prefix": "Order_"}. For compile.cc.
//
// Source: facts/aws-delivery 1.4, the table of operators and the texts for what is refused.
#include "emulator/patterns/matcher.h"
#include "emulator/patterns/pattern.h"
#include "emulator/patterns/reader.h"

namespace emulator::patterns {

/// Ends as an error at the place where the reader stands.
std::unexpected<kernel::Error> refused(const Reader& reader, std::string text);

class ExpressionReader {
 public:
  /// Both outlive it. The reader stands at the opening brace, and after read() at the closing one.
  ExpressionReader(Reader& reader, const Options& options) : reader_(reader), options_(options) {}

  kernel::Result<Matcher> read();

 private:
  using Made = kernel::Result<Matcher>;

  bool is_known(const std::string& name) const;
  Made one_of(const std::string& name);
  Made prefix_or_suffix(const std::string& name, AnyCase::Where where);
  Made inner_ignore_case(const std::string& name, AnyCase::Where where);
  Made wildcard();
  Made cidr();
  Made exists();
  kernel::Result<std::string> string_of(const std::string& name);
  Made closed(Matcher matcher);

  Made numeric();
  kernel::Result<NumberRange> range();
  kernel::Result<NumberRange> up_to(Token token, const std::string& bottom, bool is_open);
  kernel::Result<std::string> operand(const std::string& of);
  kernel::Result<double> compared(const std::string& number);

  Made anything_but();
  kernel::Result<std::vector<Likeness>> plain_values(Token first);
  kernel::Result<std::vector<Likeness>> values_of(const std::string& kind, Token first);
  kernel::Result<Likeness> value_of(const std::string& kind, Token token);

  Reader& reader_;
  const Options& options_;
};

}  // namespace emulator::patterns
