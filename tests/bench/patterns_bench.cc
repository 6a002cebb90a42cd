// Events a second against the rules of a bus: what the index costs, and what asking rule by rule would.
#include <array>
#include <string>
#include <vector>

#include "emulator/patterns/pattern_set.h"
#include "middleware/kernel/check.h"
#include "middleware/live/stopwatch.h"
#include "tests/bench/bench.h"

namespace bench {
namespace {

using emulator::patterns::Attribute;
using emulator::patterns::Event;
using emulator::patterns::Pattern;
using emulator::patterns::PatternSet;
using emulator::patterns::Scalar;

constexpr int kKinds = 5;
constexpr int kDetails = 64;

/// The kinds in turn: exact detail-type, prefix, numeric, anything-but, exists.
std::string rule(int i) {
  const std::string n = std::to_string(i);
  switch (i % kKinds) {
    case 0:
      return R"({"detail-type":["Order_Placed_)" + n + R"(__e"]})";
    case 1:
      return R"({"source":[{"prefix":"aws.partner/salesforce.com"}],"detail":{"payload":{"City__c":[{"prefix":"City )" +
             n + R"("}]}}})";
    case 2:
      return R"({"detail-type":[{"prefix":"Order_"}],"detail":{"payload":{"Amount__c":[{"numeric":[">=",)" +
             n + R"(,"<",)" + std::to_string(i + kKinds) + "]}]}}}";
    case 3:
      return R"({"detail":{"payload":{"Shop__c":["shop-)" + n +
             R"("],"Status__c":[{"anything-but":["Draft","Void"]}]}}})";
    default:
      return R"({"detail-type":["Order_Placed_0__e"],"detail":{"payload":{"Field_)" + n +
             R"(__c":[{"exists":true}]}}})";
  }
}

std::string detail(int i) {
  const std::string n = std::to_string(i * kKinds);
  std::string text =
      R"({"payload":{"Order_Number__c":"SO-)" + n + R"(","City__c":"City )" + std::to_string(i * kKinds + 1) +
      R"( Nord","Amount__c":)" + n + R"(.5,"Shop__c":"shop-)" + std::to_string(i * kKinds + 3) +
      R"(","Status__c":"Placed","Field_)" + std::to_string(i * kKinds + 4) + R"(__c":null,"Lines__c":[)";
  for (int line = 0; line < 4; ++line)
    text += R"({"sku":"ABC-)" + std::to_string(line) +
            R"(","quantity":2,"price":{"amount":"19.90","currency":"EUR"}},)";
  text += R"({"sku":"END"}],"CreatedDate":1735689600000,"CreatedById":"0055g00000XXXXXAAA"},"replayId":)" + n;
  return text + R"(,"schema":"aBcDeFgHiJkLmNoPqRsTuV"})";
}

}  // namespace

void patterns() {
  std::vector<std::string> details;
  for (int i = 0; i < kDetails; ++i) details.push_back(detail(i));
  const std::array<Attribute, 7> envelope = {
      {{"detail-type", Scalar::of_text("Order_Placed_0__e")},
       {"source", Scalar::of_text("aws.partner/salesforce.com/00D/0YL")},
       {"account", Scalar::of_text("123456789012")},
       {"region", Scalar::of_text("us-east-1")},
       {"id", Scalar::of_text("6f1c1c1e-8f3a-4c7c-9d55-2f6a6b1e0a11")},
       {"time", Scalar::of_text("2026-01-05T09:00:00Z")},
       {"version", Scalar::of_text("0")}}};
  const auto event = [&](int i) {
    return Event{.attributes = envelope,
                 .json = details[static_cast<std::size_t>(i % kDetails)],
                 .json_path = "detail"};
  };
  const auto report = [&event](const std::string& name, int events, const auto& matches_of) {
    std::int64_t matches = 0;
    for (int i = 0; i < kDetails; ++i) matches_of(event(i));  // warm
    const live::Stopwatch watch;
    for (int i = 0; i < events; ++i) matches += matches_of(event(i));
    const double seconds = watch.elapsed_seconds();
    print_line("event patterns, events/s: " + name, number(events / seconds) + " (" +
                                                        number(static_cast<double>(matches) / events, 1) +
                                                        " matches an event)");
  };
  for (const int rules : {1, 30, 300}) {
    PatternSet set;
    std::vector<Pattern> alone;
    for (int i = 0; i < rules; ++i) {
      const auto pattern = Pattern::compile(rule(i));
      CHECK_THAT(pattern.has_value(), rule(i));
      alone.push_back(*pattern);
      set.add(*pattern);
    }
    const std::string name = std::to_string(rules) + (rules == 1 ? " rule" : " rules");
    report(name, 200'000,
           [&set](const Event& e) { return static_cast<std::int64_t>(set.matching(e).size()); });
    if (rules == 300) {
      report(name + ", asked one by one", 500, [&alone](const Event& e) {
        std::int64_t matches = 0;
        for (const Pattern& pattern : alone) matches += pattern.matches(e) ? 1 : 0;
        return matches;
      });
    }
  }
}

}  // namespace bench
