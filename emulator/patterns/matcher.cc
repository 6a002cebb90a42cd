#include "emulator/patterns/matcher.h"

#include <algorithm>

namespace emulator::patterns {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

bool fits(const AnyCase& wanted, std::string_view text) {
  switch (wanted.where) {
    case AnyCase::Where::Whole:
      return wanted.text.equals(text);
    case AnyCase::Where::Begin:
      return wanted.text.begins(text);
    case AnyCase::Where::End:
      return wanted.text.ends(text);
  }
  return false;
}

bool is_in(const AddressIn& wanted, const Scalar& value) {
  if (value.kind == Scalar::Kind::Number)
    return !(value.number && wanted.compares_numbers) && holds_digits(wanted.range, value.text);
  if (value.kind != Scalar::Kind::Text) return false;
  const auto address = parse_address(value.text);
  return address && wanted.range.holds(*address);
}

}  // namespace

bool compares_numbers(const Matcher& matcher) {
  const auto is_number = [](const Likeness& likeness) {
    return std::holds_alternative<NumberRange>(likeness);
  };
  if (const auto* likeness = std::get_if<Likeness>(&matcher)) return is_number(*likeness);
  const auto* but = std::get_if<AnythingBut>(&matcher);
  return but != nullptr && std::ranges::any_of(but->none_of, is_number);
}

bool accepts(const Likeness& likeness, const Scalar& value) {
  const bool is_text = value.kind == Scalar::Kind::Text;
  return std::visit(
      Overloaded{[&](const ExactText& wanted) { return is_text && value.text == wanted.text; },
                 [&](const ExactToken& wanted) { return !is_text && value.text == wanted.token; },
                 [&](const NumberRange& wanted) { return value.number && wanted.holds(*value.number); },
                 [&](const Prefix& wanted) { return is_text && value.text.starts_with(wanted.text); },
                 [&](const Suffix& wanted) { return is_text && value.text.ends_with(wanted.text); },
                 [&](const AnyCase& wanted) { return is_text && fits(wanted, value.text); },
                 [&](const Wildcard& wanted) { return is_text && wanted.matches(value.text); },
                 [&](const AddressIn& wanted) { return is_in(wanted, value); }},
      likeness);
}

bool accepts(const Matcher& matcher, const Scalar& value) {
  return std::visit(Overloaded{[&](const Likeness& wanted) { return accepts(wanted, value); },
                               [&](const AnythingBut& unwanted) {
                                 return std::ranges::none_of(
                                     unwanted.none_of, [&](const Likeness& l) { return accepts(l, value); });
                               },
                               [](const Present&) { return true; }, [](const Absent&) { return false; }},
                    matcher);
}

}  // namespace emulator::patterns
