#pragma once
// Properties: what holds whatever is done to a policy. Each is tried on 300 generated cases of one fixed
// seed, so that a run repeats; RC_PARAMS ("seed=1 max_success=10000") asks for others.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <sstream>
#include <tuple>
#include <vector>

namespace core_tests {

template <class Testable>
void expect_holds(const char* name, Testable property) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") == nullptr) params = {.seed = 20'260'105, .maxSuccess = 300};
  const auto result =
      rc::detail::checkTestable(property, rc::detail::TestMetadata{.id = name, .description = name}, params);
  if (result.template is<rc::detail::SuccessResult>()) return;
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  FAIL() << text.str();
}

/// PROPERTY(Bulkhead, NeverRunsMoreThanItMay) { ... RC_ASSERT(...) ... }
#define PROPERTY(Suite, Name)                                                                 \
  static void property_##Suite##_##Name();                                                    \
  TEST(Suite##Property, Name) { expect_holds(#Suite "." #Name, &property_##Suite##_##Name); } \
  static void property_##Suite##_##Name()

/// A number from `low` to `high`, both included.
inline std::int64_t between(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange<std::int64_t>(low, high + 1);
}

/// Something that happens `after` milliseconds; `what` and `which` are for the property to read.
struct Happening {
  std::int64_t after;
  std::int64_t what;
  std::int64_t which;
  friend std::ostream& operator<<(std::ostream& out, const Happening& h) {
    return out << "{+" << h.after << "ms, " << h.what << ", " << h.which << "}";
  }
};

inline std::vector<Happening> happenings(std::int64_t after_max, std::int64_t kinds) {
  return *rc::gen::container<std::vector<Happening>>(rc::gen::construct<Happening>(
      rc::gen::inRange<std::int64_t>(0, after_max + 1), rc::gen::inRange<std::int64_t>(0, kinds),
      rc::gen::inRange<std::int64_t>(0, 1'000)));
}

}  // namespace core_tests
