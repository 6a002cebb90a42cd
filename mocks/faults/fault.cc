#include "mocks/faults/fault.h"

#include <algorithm>

#include "middleware/kernel/check.h"
#include "middleware/kernel/random.h"

namespace mocks {
namespace {

bool is_active(const FaultRule& rule, kernel::Timestamp now) {
  return now >= rule.from && (!rule.until || now < *rule.until);
}

bool selects(const FaultRule& rule, const FaultSubject& subject) {
  return rule.target == subject.target && (!rule.path_prefix || subject.path.starts_with(*rule.path_prefix));
}

std::string_view scope_key(const FaultRule& rule, const FaultSubject& subject) {
  switch (rule.count_per) {
    case CountPer::Run:
      return {};
    case CountPer::Event:
      return subject.event;
    case CountPer::BusinessKey:
      return subject.business_key;
  }
  return {};
}

bool is_stronger(const FaultRule& rule, const FaultRule* than) {
  if (than == nullptr) return true;
  return rule.effect.ending != kernel::Ending::Complete && than->effect.ending == kernel::Ending::Complete;
}

}  // namespace

void FaultSet::add(FaultRule rule) {
  CHECK(rule.every >= 1 && rule.share >= 0 && rule.share <= 1);
  remove(rule.name);
  rules_.push_back({.rule = std::move(rule), .in_run = 0, .by_key = {}});
}

bool FaultSet::remove(std::string_view name) {
  return std::erase_if(rules_, [name](const Counted& c) { return c.rule.name == name; }) > 0;
}

bool FaultSet::fires(Counted& counted, const FaultSubject& subject) {
  const FaultRule& rule = counted.rule;
  const std::string_view key = scope_key(rule, subject);
  const std::uint64_t n = rule.count_per == CountPer::Run ? ++counted.in_run : ++counted.by_key.at(key);
  const auto eligible = static_cast<std::int64_t>(n) - rule.skip;  // 1, 2, ...
  if (eligible < 1 || (rule.times && eligible > *rule.times) || eligible % rule.every != 0) return false;
  // By event or key the share is of events: one draw decides for all its requests, so that "2 % of the orders
  // fail three times in a row" can be said.
  const std::uint64_t drawn = rule.count_per == CountPer::Run ? n : 1;
  const double draw = rule.share < 1 ? kernel::draw_unit({seed_, rule.name, key, drawn, "fire"}) : 0;
  const bool fired = rule.share >= 1 || draw < rule.share;
  journal_.fault({.rule = rule.name,
                  .target = rule.target,
                  .key = key,
                  .n = n,
                  .draw = draw,
                  .threshold = rule.share < 1 ? rule.share : 0,
                  .fired = fired,
                  .hop = subject.hop});
  return fired;
}

FaultSet::Decision FaultSet::decide(const FaultSubject& subject, kernel::Timestamp now) {
  Decision decision;
  for (Counted& counted : rules_) {
    const FaultRule& rule = counted.rule;
    if (!is_active(rule, now) || !selects(rule, subject) || !fires(counted, subject)) continue;
    if (rule.effect.delay) {
      const std::uint64_t n =
          rule.count_per == CountPer::Run ? counted.in_run : *counted.by_key.find(scope_key(rule, subject));
      decision.delay += sample(*rule.effect.delay,
                               kernel::draw_unit({seed_, rule.name, scope_key(rule, subject), n, "delay"}));
    }
    if (!rule.effect.status && rule.effect.ending == kernel::Ending::Complete) continue;  // only slower
    const FaultRule*& place = rule.place == Place::Before ? decision.before : decision.after;
    if (is_stronger(rule, place)) place = &rule;
  }
  return decision;
}

std::vector<std::string> FaultSet::active(kernel::Timestamp now) const {
  std::vector<std::string> names;
  for (const Counted& counted : rules_) {
    if (is_active(counted.rule, now)) names.push_back(counted.rule.name);
  }
  return names;
}

}  // namespace mocks
