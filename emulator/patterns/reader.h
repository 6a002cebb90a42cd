#pragma once
// A pattern's text, token by token and in its own order: duplicate keys come as often as they stand there,
// numbers as they are written, and the place of an error is the one that the service names.
//
// Source: facts/aws-delivery 1.3 (the second line of InvalidEventPatternException) and 1.4, "Compile".
#include <cstddef>
#include <string>
#include <string_view>

namespace emulator::patterns {

enum class Token { ObjectBegin, ObjectEnd, ArrayBegin, ArrayEnd, Key, Text, Number, True, False, Null, End };

class Reader {
 public:
  /// `json` is JSON, and outlives the reader.
  explicit Reader(std::string_view json) : json_(json) { skip_blanks(); }

  Token next();

  /// The current token: a key or string without quotes and escapes, everything else as it stands.
  std::string text();

  /// "line: 1, column: 56": where the engine's parser stands now. It reads ahead of a key to the beginning of
  /// its value, and the inside of a string only when somebody asks for it.
  std::string place() const;

  /// From the beginning of the current token; with `from`, an earlier offset, what lies between.
  std::size_t offset() const { return begin_; }
  std::string_view since(std::size_t from) const { return json_.substr(from, end_ - from); }

 private:
  void skip_blanks();
  std::size_t end_of_string(std::size_t quote) const;
  std::size_t end_of_word(std::size_t begin) const;
  std::size_t read_until() const;

  std::string_view json_;
  std::size_t at_ = 0;     // the next token, or what follows it of commas and colons
  std::size_t begin_ = 0;  // of the current token
  std::size_t end_ = 0;
  Token token_ = Token::End;
  bool is_key_next_ = false;
  bool is_text_read_ = false;
  std::string nesting_;  // '{' and '[' that are open
};

}  // namespace emulator::patterns
