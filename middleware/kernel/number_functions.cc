// Functions on numbers: exact decimals, never doubles. What does not fit fails.
#include <algorithm>

#include "middleware/kernel/functions.h"
#include "middleware/kernel/value.h"

namespace kernel {
namespace {

Value add(Arguments& a) {
  Decimal sum = a.number(0);
  for (std::size_t i = 1; i < a.count(); ++i) sum = a.take(sum.plus(a.number(i)));
  return Value::of(sum);
}

Value subtract(Arguments& a) { return Value::of(a.take(a.number(0).minus(a.number(1)))); }

Value multiply(Arguments& a) {
  Decimal product = a.number(0);
  for (std::size_t i = 1; i < a.count(); ++i) product = a.take(product.times(a.number(i)));
  return Value::of(product);
}

Value divide(Arguments& a) {
  return Value::of(a.take(a.number(0).divided_by(a.number(1), static_cast<int>(a.whole(2, 0, 18)))));
}

Value round(Arguments& a) {
  return Value::of(a.take(a.number(0).rounded(static_cast<int>(a.whole(1, 0, 18)))));
}

Value least(Arguments& a) {
  Decimal best = a.number(0);
  for (std::size_t i = 1; i < a.count(); ++i) {
    if (const Decimal next = a.number(i); next.compare(best) < 0) best = next;
  }
  return Value::of(best);
}

Value greatest(Arguments& a) {
  Decimal best = a.number(0);
  for (std::size_t i = 1; i < a.count(); ++i) {
    if (const Decimal next = a.number(i); next.compare(best) > 0) best = next;
  }
  return Value::of(best);
}

/// A text that is a number, or a number.
Value number(Arguments& a) {
  const Value& value = a.any(0);
  return Value::of(value.json.is_string() ? a.take(Decimal::parse(value.json.get_ref<const std::string&>()))
                                          : a.number(0));
}

/// Of a list of numbers, or of what stands at a pointer in each of its items.
Value sum(Arguments& a) {
  const std::string pointer = a.has(1) ? a.pointer(1) : "";
  Decimal sum;
  std::size_t index = 0;
  for (const Value& item : a.list(0)) {
    const Value found = item.at(pointer);
    if (!found.json.is_number()) {
      a.fail("item " + std::to_string(index) + " has no number at '" + pointer + "'");
      return {};
    }
    sum = a.take(sum.plus(a.take(found.decimal())));
    ++index;
  }
  return Value::of(sum);
}

constexpr Function kFunctions[] = {
    {"add", 2, kAnyNumber, add},      {"subtract", 2, 2, subtract}, {"multiply", 2, kAnyNumber, multiply},
    {"divide", 3, 3, divide},         {"round", 2, 2, round},       {"min", 1, kAnyNumber, least},
    {"max", 1, kAnyNumber, greatest}, {"number", 1, 1, number},     {"sum", 1, 2, sum},
};

}  // namespace

std::span<const Function> number_functions() { return kFunctions; }

}  // namespace kernel
