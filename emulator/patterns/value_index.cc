#include "emulator/patterns/value_index.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace emulator::patterns {

void ValueIndex::Affixes::add(std::string_view text, Entry entry) {
  table.at(text).push_back(entry);
  const auto place = std::ranges::lower_bound(lengths, text.size());
  if (place == lengths.end() || *place != text.size()) lengths.insert(place, text.size());
}

void ValueIndex::add(Condition condition, const Matcher& matcher) {
  if (const auto* likeness = std::get_if<Likeness>(&matcher)) return add_likeness(condition, *likeness);
  any_.push_back(condition);
}

void ValueIndex::add_likeness(Condition condition, const Likeness& likeness) {
  if (const auto* exact = std::get_if<ExactText>(&likeness)) {
    texts_.at(exact->text).push_back({condition});
  } else if (const auto* token = std::get_if<ExactToken>(&likeness)) {
    tokens_.at(token->token).push_back({condition});
  } else if (const auto* range = std::get_if<NumberRange>(&likeness)) {
    constexpr double kEnd = std::numeric_limits<double>::infinity();
    // Between an open bound and the next double lies nothing.
    numbers_.add(range->is_low_open ? std::nextafter(range->low, kEnd) : range->low,
                 range->is_high_open ? std::nextafter(range->high, -kEnd) : range->high, condition);
  } else if (const auto* prefix = std::get_if<Prefix>(&likeness)) {
    begins_.add(prefix->text, {condition});
  } else if (const auto* suffix = std::get_if<Suffix>(&likeness)) {
    ends_.add(suffix->text, {condition});
  } else if (const auto* any_case = std::get_if<AnyCase>(&likeness)) {
    add_any_case(condition, likeness, *any_case);
  } else if (const auto* wildcard = std::get_if<Wildcard>(&likeness)) {
    add_wildcard(condition, likeness, *wildcard);
  } else {
    const AddressRange& addresses = std::get<AddressIn>(likeness).range;
    addresses_.add(addresses.low, addresses.high, condition);
    digits_.push_back({condition, &likeness});
  }
}

void ValueIndex::add_any_case(Condition condition, const Likeness& likeness, const AnyCase& wanted) {
  if (!wanted.text.is_ascii()) return rest_.push_back({condition, &likeness});
  has_lowered_ = true;
  switch (wanted.where) {
    case AnyCase::Where::Whole:
      lowered_.at(wanted.text.lowered()).push_back({condition});
      break;
    case AnyCase::Where::Begin:
      lowered_begins_.add(wanted.text.lowered(), {condition});
      break;
    case AnyCase::Where::End:
      lowered_ends_.add(wanted.text.lowered(), {condition});
      break;
  }
}

void ValueIndex::add_wildcard(Condition condition, const Likeness& likeness, const Wildcard& wanted) {
  const Entry entry{condition, &likeness};
  if (wanted.parts().size() == 1) return texts_.at(wanted.parts().front()).push_back({condition});
  if (!wanted.parts().front().empty()) return begins_.add(wanted.parts().front(), entry);
  if (!wanted.parts().back().empty()) return ends_.add(wanted.parts().back(), entry);
  rest_.push_back(entry);
}

void ValueIndex::build() {
  numbers_.build();
  addresses_.build();
}

}  // namespace emulator::patterns
