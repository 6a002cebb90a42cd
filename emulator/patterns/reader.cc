#include "emulator/patterns/reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace emulator::patterns {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void Reader::skip_blanks() {
  while (at_ < json_.size() && (is_blank(json_[at_]) || json_[at_] == ',' || json_[at_] == ':')) ++at_;
}

std::size_t Reader::end_of_string(std::size_t quote) const {
  std::size_t i = quote + 1;
  while (json_[i] != '"') i += json_[i] == '\\' ? 2 : 1;
  return i + 1;
}

std::size_t Reader::end_of_word(std::size_t begin) const {
  return std::min(json_.find_first_of(" \t\n\r,:]}", begin), json_.size());
}

Token Reader::next() {
  begin_ = at_;
  is_text_read_ = false;
  if (at_ == json_.size()) {
    end_ = at_;
    return token_ = Token::End;
  }
  const bool is_key = is_key_next_;
  const auto take_one = [this](Token token) {
    end_ = begin_ + 1;
    return token;
  };
  const auto take_word = [this](Token token) {
    end_ = end_of_word(begin_);
    return token;
  };
  switch (json_[at_]) {
    case '{':
      nesting_ += '{';
      token_ = take_one(Token::ObjectBegin);
      break;
    case '[':
      nesting_ += '[';
      token_ = take_one(Token::ArrayBegin);
      break;
    case '}':
      nesting_.pop_back();
      token_ = take_one(Token::ObjectEnd);
      break;
    case ']':
      nesting_.pop_back();
      token_ = take_one(Token::ArrayEnd);
      break;
    case '"':
      end_ = end_of_string(begin_);
      token_ = is_key ? Token::Key : Token::Text;
      break;
    case 't':
      token_ = take_word(Token::True);
      break;
    case 'f':
      token_ = take_word(Token::False);
      break;
    case 'n':
      token_ = take_word(Token::Null);
      break;
    default:
      token_ = take_word(Token::Number);
  }
  is_key_next_ = token_ != Token::Key && nesting_.ends_with('{');
  at_ = end_;
  skip_blanks();
  return token_;
}

std::string Reader::text() {
  const std::string_view raw = json_.substr(begin_, end_ - begin_);
  is_text_read_ = true;
  if (token_ != Token::Key && token_ != Token::Text) return std::string(raw);
  if (raw.find('\\') == std::string_view::npos) return std::string(raw.substr(1, raw.size() - 2));
  const auto value = kernel::parse_json(raw);
  return value ? value->get<std::string>() : std::string{};
}

std::size_t Reader::read_until() const {
  if (token_ == Token::Text && !is_text_read_) return begin_ + 1;
  if (token_ != Token::Key || at_ >= json_.size()) return end_;
  const bool is_word = std::string_view("{[\"").find(json_[at_]) == std::string_view::npos;
  return is_word ? end_of_word(at_) : at_ + 1;
}

std::string Reader::place() const {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i < read_until(); ++i) {
    const auto byte = static_cast<unsigned char>(json_[i]);
    const bool is_line_end = byte == '\n' || (byte == '\r' && json_.substr(i + 1, 1) != "\n");
    if (is_line_end) {
      ++line;
      column = 1;
    } else if (byte < 0x80 || byte >= 0xC0) {  // the service counts UTF-16 units
      column += byte >= 0xF0 ? 2 : 1;
    }
  }
  return "line: " + std::to_string(line) + ", column: " + std::to_string(column);
}

}  // namespace emulator::patterns
