#include "mocks/faults/fault.h"

#include <algorithm>

#include "middleware/kernel/check.h"
#include "middleware/kernel/random.h"

namespace mocks {
namespace {

bool is_active(const FaultRule& rule, kernel::Timestamp now) {
  return now >= rule.from && (!rule.until || now < *rule.until);
}

bool has_header(const FaultRule& rule, const FaultSubject& subject) {
  if (!rule.header) return true;
  if (subject.headers == nullptr || !subject.headers->has(rule.header->first)) return false;
  return rule.header->second.empty() || subject.headers->get(rule.header->first) == rule.header->second;
}

bool selects(const FaultRule& rule, const FaultSubject& subject) {
  return rule.target == subject.target &&
         (!rule.path_prefix || subject.path.starts_with(*rule.path_prefix)) &&
         (!rule.method || subject.method == *rule.method) && (!rule.stub || subject.stub == *rule.stub) &&
         (!rule.key || subject.business_key == *rule.key) && subject.attempt >= rule.attempt_min &&
         (!rule.attempt_max || subject.attempt <= *rule.attempt_max) && has_header(rule, subject);
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

bool FaultSet::fires(Counted& counted, const FaultSubject& subject, kernel::Timestamp now) {
  const FaultRule& rule = counted.rule;
  if (rule.flap && !rule.flap->is_down(now - rule.from)) return false;
  const std::string_view key = scope_key(rule, subject);
  const std::uint64_t n = rule.count_per == CountPer::Run ? ++counted.in_run : ++counted.by_key.at(key);
  if (rule.fires) {
    const bool fired = std::ranges::find(*rule.fires, Fired{std::string(key), n}) != rule.fires->end();
    journal_.fault(
        {.rule = rule.name, .target = rule.target, .key = key, .n = n, .fired = fired, .hop = subject.hop});
    return fired;
  }
  const auto eligible = static_cast<std::int64_t>(n) - rule.skip;  // 1, 2, ...
  if (eligible < 1 || (rule.times && eligible > *rule.times) || eligible % rule.every != 0) return false;
  if (rule.total_max && counted.fired >= *rule.total_max) return false;
  return draws(counted, subject, key, n, now);
}

bool FaultSet::draws(Counted& counted, const FaultSubject& subject, std::string_view key, std::uint64_t n,
                     kernel::Timestamp now) {
  const FaultRule& rule = counted.rule;
  double share = rule.ramp ? rule.ramp->share_at(now - rule.from) : rule.share;
  // By event or key the share is of events: one draw decides for all its requests, so that "2 % of the orders
  // fail three times in a row" can be said. A burst is about requests.
  std::uint64_t drawn = rule.count_per == CountPer::Run ? n : 1;
  if (rule.burst) {
    drawn = n;
    bool& is_bad = counted.is_bad.at(key);
    const double moves = kernel::draw_unit({seed_, rule.name, key, n, "burst"});
    is_bad = is_bad ? moves >= rule.burst->ends : moves < rule.burst->begins;
    share = is_bad ? rule.burst->in_bad : rule.burst->in_good;
  }
  const double draw = share < 1 ? kernel::draw_unit({seed_, rule.name, key, drawn, "fire"}) : 0;
  const bool fired = share >= 1 || draw < share;
  journal_.fault({.rule = rule.name,
                  .target = rule.target,
                  .key = key,
                  .n = n,
                  .draw = draw,
                  .threshold = share < 1 ? share : 0,
                  .fired = fired,
                  .hop = subject.hop});
  return fired;
}

FaultSet::Decision FaultSet::decide(const FaultSubject& subject, kernel::Timestamp now) {
  Decision decision;
  for (Counted& counted : rules_) {
    const FaultRule& rule = counted.rule;
    if (!is_active(rule, now) || !selects(rule, subject) || !fires(counted, subject, now)) continue;
    ++counted.fired;
    if (rule.effect.delay) {
      const std::uint64_t n =
          rule.count_per == CountPer::Run ? counted.in_run : *counted.by_key.find(scope_key(rule, subject));
      decision.delay += sample(*rule.effect.delay,
                               kernel::draw_unit({seed_, rule.name, scope_key(rule, subject), n, "delay"}));
    }
    decision.pace += rule.effect.pace;
    if (decision.afterwards == kernel::Afterwards::Kept) decision.afterwards = rule.effect.afterwards;
    decision.executes_twice = decision.executes_twice || rule.effect.executes_twice;
    if (rule.effect.damage && decision.damage == nullptr) decision.damage = &rule;
    if (!rule.effect.status && rule.effect.ending == kernel::Ending::Complete)
      continue;  // only slower or wrong
    const FaultRule*& place = rule.place == Place::Before ? decision.before : decision.after;
    if (is_stronger(rule, place)) place = &rule;
  }
  return decision;
}

std::vector<FaultSet::Status> FaultSet::status() const {
  std::vector<Status> all;
  for (const Counted& counted : rules_) all.push_back({&counted.rule, counted.fired});
  return all;
}

void FaultSet::remove_ended(kernel::Timestamp now) {
  std::erase_if(rules_, [now](const Counted& c) { return c.rule.until && *c.rule.until <= now; });
}

std::vector<std::string> FaultSet::active(kernel::Timestamp now) const {
  std::vector<std::string> names;
  for (const Counted& counted : rules_) {
    if (is_active(counted.rule, now)) names.push_back(counted.rule.name);
  }
  return names;
}

}  // namespace mocks
