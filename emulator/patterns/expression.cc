#include "emulator/patterns/expression.h"

#include <algorithm>

namespace emulator::patterns {
namespace {

constexpr const char* kOneKey = "Only one key allowed in match expression";

std::string capitalised(std::string text) {
  text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

}  // namespace

std::unexpected<kernel::Error> refused(const Reader& reader, std::string text) {
  return kernel::invalid(std::move(text), reader.place());
}

bool ExpressionReader::is_known(const std::string& name) const {
  return std::ranges::find(options_.without, name) == options_.without.end();
}

kernel::Result<Matcher> ExpressionReader::read() {
  if (reader_.next() != Token::Key) return refused(reader_, "Match expression name not found");
  const std::string name = reader_.text();
  if (!is_known(name)) return refused(reader_, "Unrecognized match type " + name);
  return one_of(name);
}

ExpressionReader::Made ExpressionReader::one_of(const std::string& name) {
  if (name == "prefix") return prefix_or_suffix(name, AnyCase::Where::Begin);
  if (name == "suffix") return prefix_or_suffix(name, AnyCase::Where::End);
  if (name == "anything-but") return anything_but();
  if (name == "numeric") return numeric();
  if (name == "exists") return exists();
  if (name == "cidr") return cidr();
  if (name == "wildcard") return wildcard();
  if (name == "equals-ignore-case") {
    auto text = string_of(name);
    if (!text) return std::unexpected(text.error());
    return closed(Likeness{AnyCase{.text = IgnoreCase(*text)}});
  }
  if (name == "exactly") {
    auto text = string_of("exact");
    if (!text) return std::unexpected(text.error());
    return closed(Likeness{ExactText{std::move(*text)}});
  }
  return refused(reader_, "Unrecognized match type " + name);
}

ExpressionReader::Made ExpressionReader::closed(Matcher matcher) {
  if (reader_.next() != Token::ObjectEnd) return refused(reader_, kOneKey);
  return matcher;
}

kernel::Result<std::string> ExpressionReader::string_of(const std::string& name) {
  if (reader_.next() != Token::Text) return refused(reader_, name + " match pattern must be a string");
  return reader_.text();
}

ExpressionReader::Made ExpressionReader::prefix_or_suffix(const std::string& name, AnyCase::Where where) {
  const Token token = reader_.next();
  if (token == Token::ObjectBegin) return inner_ignore_case(name, where);
  if (token != Token::Text) return refused(reader_, name + " match pattern must be a string");
  std::string text = reader_.text();
  if (where == AnyCase::Where::Begin) return closed(Likeness{Prefix{std::move(text)}});
  return closed(Likeness{Suffix{std::move(text)}});
}

ExpressionReader::Made ExpressionReader::inner_ignore_case(const std::string& name, AnyCase::Where where) {
  if (reader_.next() != Token::Key) return refused(reader_, capitalised(name) + " expression name not found");
  const std::string inner = reader_.text();
  if (inner != "equals-ignore-case") return refused(reader_, "Unsupported " + name + " pattern: " + inner);
  auto text = string_of(inner);
  if (!text) return std::unexpected(text.error());
  auto inside = closed(Likeness{AnyCase{.text = IgnoreCase(*text), .where = where}});
  if (!inside) return inside;
  return closed(std::move(*inside));
}

ExpressionReader::Made ExpressionReader::wildcard() {
  auto text = string_of("wildcard");
  if (!text) return std::unexpected(text.error());
  auto wildcard = Wildcard::parse(*text);
  if (!wildcard) return refused(reader_, wildcard.error().message);
  return closed(Likeness{std::move(*wildcard)});
}

ExpressionReader::Made ExpressionReader::cidr() {
  auto text = string_of("prefix");  // the engine says so
  if (!text) return std::unexpected(text.error());
  auto range = parse_cidr(*text);
  if (!range) return std::unexpected(range.error());
  return closed(Likeness{AddressIn{*range}});
}

ExpressionReader::Made ExpressionReader::exists() {
  const Token token = reader_.next();
  if (token == Token::True) return closed(Present{});
  if (token == Token::False) return closed(Absent{});
  return refused(reader_, "exists match pattern must be either true or false.");
}

}  // namespace emulator::patterns
