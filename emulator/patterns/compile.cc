// From the text of a pattern to its alternatives.
#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "emulator/patterns/expression.h"
#include "emulator/patterns/pattern.h"
#include "middleware/kernel/json.h"

namespace emulator::patterns {
namespace {

/// Path by path, sorted as the engine sorts.
struct Utf16Order {
  bool operator()(std::string_view a, std::string_view b) const {
    const auto [in_a, in_b] = std::ranges::mismatch(a, b);
    if (in_a == a.end() || in_b == b.end()) return in_a == a.end() && in_b != b.end();
    return rank(*in_a) < rank(*in_b);
  }
  /// Characters beyond the Basic Multilingual Plane are surrogates in UTF-16, which come before U+E000.
  static int rank(char c) {
    const int byte = static_cast<unsigned char>(c);
    return byte >= 0xF0 ? byte - 0x02 : byte >= 0xEE ? byte + 0x20 : byte;
  }
};

using Fields = std::map<std::string, std::shared_ptr<const Field>, Utf16Order>;

constexpr auto kReserved = std::to_array<std::string_view>({"exactly",
                                                            "equals-ignore-case",
                                                            "prefix",
                                                            "suffix",
                                                            "anything-but",
                                                            "exists",
                                                            "wildcard",
                                                            "numeric",
                                                            "cidr",
                                                            "=",
                                                            "<",
                                                            "<=",
                                                            ">",
                                                            ">=",
                                                            "regex",
                                                            "not-wildcard",
                                                            "not-equals-ignore-case",
                                                            "date-after",
                                                            "date-on-or-after",
                                                            "date-before",
                                                            "date-on-or-before",
                                                            "in-date-range",
                                                            "ip-address-in-range",
                                                            "ip-address-not-in-range"});

class Compiler {
 public:
  Compiler(std::string_view json, const Options& options, bool has_or)
      : reader_(json), options_(options), has_or_(has_or) {}

  kernel::Result<std::vector<Alternative>> run();

 private:
  kernel::Result<> object(const std::string& path, bool is_inside_or);
  kernel::Result<> member(const std::string& path, const std::string& key, bool is_inside_or);
  kernel::Result<> either(const std::string& path);
  kernel::Result<> leaf(const std::string& path);
  kernel::Result<> alternatives_of_leaf(Field& field);

  Reader reader_;
  const Options& options_;
  bool has_or_;
  std::size_t depth_ = 0;
  std::vector<Fields> all_ = std::vector<Fields>(1);  // every `$or` multiplies them
};

std::string joined(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

kernel::Result<std::vector<Alternative>> Compiler::run() {
  if (reader_.next() != Token::ObjectBegin) return refused(reader_, "Filter is not an object");
  if (auto read = object("", false); !read) return std::unexpected(read.error());
  std::vector<Alternative> result;
  for (const Fields& fields : all_) {
    Alternative& alternative = result.emplace_back();
    for (const auto& [path, field] : fields) alternative.push_back(field);
  }
  return result;
}

kernel::Result<> Compiler::object(const std::string& path, bool is_inside_or) {
  if (++depth_ > options_.nesting_max) {
    return refused(reader_, "Nested more than " + std::to_string(options_.nesting_max) + " levels deep");
  }
  bool is_empty = true;
  while (reader_.next() != Token::ObjectEnd) {
    is_empty = false;
    if (auto read = member(path, reader_.text(), is_inside_or); !read) return read;
  }
  if (is_empty) return refused(reader_, "Empty objects are not allowed");
  --depth_;
  return {};
}

kernel::Result<> Compiler::member(const std::string& path, const std::string& key, bool is_inside_or) {
  if (has_or_ && key == "$or") return either(path);
  if (is_inside_or && std::ranges::find(kReserved, key) != kReserved.end())
    return refused(reader_, key + " is Ruler reserved fieldName which cannot be used inside $or.");
  switch (reader_.next()) {
    case Token::ObjectBegin:
      return object(joined(path, key), is_inside_or);
    case Token::ArrayBegin:
      return leaf(joined(path, key));
    default:
      return refused(reader_, "\"" + key + "\" must be an object or an array");
  }
}

kernel::Result<> Compiler::either(const std::string& path) {
  const std::vector<Fields> before = std::move(all_);
  std::vector<Fields> result;
  if (reader_.next() != Token::ArrayBegin) return refused(reader_, "It must be an Array followed with $or.");
  int members = 0;
  for (Token token = reader_.next(); token != Token::ArrayEnd; token = reader_.next()) {
    ++members;
    if (token != Token::ObjectBegin)
      return refused(reader_, "Only JSON object is allowed in array of $or relationship.");
    all_ = before;
    if (auto read = object(path, true); !read) return read;
    std::ranges::move(all_, std::back_inserter(result));
    if (result.size() > options_.combinations_max) {
      return refused(reader_,
                     "$or makes more than " + std::to_string(options_.combinations_max) + " combinations");
    }
  }
  if (members < 2) return refused(reader_, "There must have at least 2 Objects in $or relationship.");
  all_ = std::move(result);
  return {};
}

kernel::Result<> Compiler::leaf(const std::string& path) {
  const std::size_t begin = reader_.offset();
  Field field{.path = path, .source = {}};
  if (auto read = alternatives_of_leaf(field); !read) return read;
  field.source = reader_.since(begin);
  field.accepts_absence =
      std::ranges::any_of(field.matchers, [](const Matcher& m) { return std::holds_alternative<Absent>(m); });
  if (std::ranges::any_of(field.matchers, compares_numbers)) {
    for (Matcher& matcher : field.matchers) {
      auto* likeness = std::get_if<Likeness>(&matcher);
      auto* address = likeness == nullptr ? nullptr : std::get_if<AddressIn>(likeness);
      if (address != nullptr) address->compares_numbers = true;
    }
  }
  const auto shared = std::make_shared<const Field>(std::move(field));
  for (Fields& fields : all_) fields.insert_or_assign(path, shared);
  return {};
}

kernel::Result<> Compiler::alternatives_of_leaf(Field& field) {
  std::vector<Matcher>& matchers = field.matchers;
  for (Token token = reader_.next(); token != Token::ArrayEnd; token = reader_.next()) {
    switch (token) {
      case Token::ObjectBegin: {
        auto matcher = ExpressionReader(reader_, options_).read();
        if (!matcher) return std::unexpected(matcher.error());
        matchers.push_back(std::move(*matcher));
        break;
      }
      case Token::Text: {
        std::string text = reader_.text();
        if (const auto address = parse_address(text)) {
          matchers.emplace_back(Likeness{AddressIn{{*address, *address}}});
        } else {
          matchers.emplace_back(Likeness{ExactText{std::move(text)}});
        }
        break;
      }
      case Token::Number:
        if (const auto number = comparable_number(reader_.text())) {
          matchers.emplace_back(Likeness{NumberRange{.low = *number, .high = *number}});
          break;
        }
        [[fallthrough]];
      case Token::True:
      case Token::False:
      case Token::Null:
        matchers.emplace_back(Likeness{ExactToken{reader_.text()}});
        break;
      default:
        return refused(reader_, "Match value must be String, number, true, false, or null");
    }
  }
  if (matchers.empty()) return refused(reader_, "Empty arrays are not allowed");
  return {};
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_too_complex(const Field& field, std::size_t complexity_max) {
  std::vector<const Wildcard*> wildcards;
  const auto note = [&wildcards](const Likeness& likeness) {
    if (const auto* wildcard = std::get_if<Wildcard>(&likeness)) wildcards.push_back(wildcard);
  };
  for (const Matcher& matcher : field.matchers) {
    if (const auto* likeness = std::get_if<Likeness>(&matcher)) note(*likeness);
    if (const auto* but = std::get_if<AnythingBut>(&matcher)) std::ranges::for_each(but->none_of, note);
  }
  return wildcard_complexity(wildcards) > complexity_max;
}

kernel::Result<std::vector<Alternative>> compiled(std::string_view json, const Options& options) {
  if (characters_in(json) > options.length_max) {
    return kernel::invalid("Longer than " + std::to_string(options.length_max) + " characters");
  }
  if (!kernel::is_json(json)) return kernel::invalid(kernel::parse_json(json).error().message);
  auto result = Compiler(json, options, options.has_or).run();
  if (!result && options.has_or) {
    // A `$or` that is none may still be the name of a field; if it is not, the first complaint counts.
    auto plain = Compiler(json, options, false).run();
    if (plain) result = std::move(plain);
  }
  if (!result) return result;
  for (const Alternative& alternative : *result) {
    for (const auto& field : alternative) {
      if (!is_too_complex(*field, options.wildcard_complexity_max)) continue;
      return kernel::invalid(
          "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences "
          "after a wildcard character");
    }
  }
  return result;
}

}  // namespace

kernel::Result<Pattern> Pattern::compile(std::string_view json, const Options& options) {
  auto alternatives = compiled(json, options);
  if (alternatives) return Pattern(std::move(*alternatives));
  kernel::Error error = std::move(alternatives.error());
  error.message.insert(0, options.refusal);
  return std::unexpected(std::move(error));
}

std::string service_text(const kernel::Error& error, std::string_view pattern) {
  if (error.place.empty()) return error.message;
  return error.message + "\n at [Source: (String)\"" + std::string(pattern) + "\"; " + error.place + "]";
}

}  // namespace emulator::patterns
