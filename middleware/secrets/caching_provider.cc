#include "middleware/secrets/caching_provider.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "middleware/kernel/json.h"

namespace secrets {

/// One fetch under way; whoever drops it lets the next take its place.
class CachingProvider::Flight {
 public:
  explicit Flight(Entry& entry) : entry_(entry) { entry_.is_fetching = true; }
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;
  ~Flight() {
    entry_.is_fetching = false;
    entry_.over.notify_all();
  }

 private:
  Entry& entry_;
};

CachingProvider::CachingProvider(kernel::Scheduler& scheduler, Redactor& redactor, Sources sources,
                                 CacheRules rules)
    : scheduler_(scheduler), redactor_(redactor), sources_(std::move(sources)), rules_(rules) {}

CachingProvider::Entry& CachingProvider::entry_of(const Reference& reference) {
  std::unique_ptr<Entry>& entry = entries_[reference.whole()];
  if (!entry) entry = std::make_unique<Entry>(scheduler_);
  return *entry;
}

kernel::Task<kernel::Result<std::string>> CachingProvider::get(std::string text) {
  auto reference = parse_reference(text);
  if (!reference) co_return std::unexpected(reference.error());
  const auto source = sources_.find(reference->kind);
  if (source == sources_.end()) co_return kernel::invalid("no source is set up for this", reference->whole());
  Entry& entry = entry_of(*reference);
  while (scheduler_.now() >= entry.fresh_until || (!entry.value && !entry.error)) {
    if (entry.is_fetching) {
      co_await entry.over.wait();
      continue;
    }
    const Flight flight(entry);
    auto fetched = co_await source->second->fetch(*reference);
    take(entry, std::move(fetched));
    break;
  }
  co_return value_of(entry, *reference);
}

void CachingProvider::take(Entry& entry, kernel::Result<std::string> fetched) {
  const kernel::Timestamp now = scheduler_.now();
  if (fetched) {
    entry.value = std::move(*fetched);
    entry.error.reset();
    entry.is_refused = false;
    entry.fetched_at = now;
    entry.fresh_until = now + rules_.ttl;
    return;
  }
  if (entry.is_refused) entry.value.reset();
  if (!entry.value) entry.error = fetched.error();
  entry.fresh_until = now + rules_.error_ttl;
}

kernel::Result<std::string> CachingProvider::value_of(const Entry& entry, const Reference& reference) {
  if (!entry.value) {
    kernel::Error error = *entry.error;
    error.place = reference.whole();
    return std::unexpected(std::move(error));
  }
  std::string value = *entry.value;
  if (!reference.pointer.empty()) {
    const auto json = kernel::parse_json(value);
    const kernel::Json* found = json ? kernel::json_at(*json, reference.pointer) : nullptr;
    if (found == nullptr) {
      return kernel::invalid(
          json ? "the secret has no value at " + reference.pointer : "the secret is no JSON",
          reference.whole());
    }
    value = kernel::json_text_at(*json, reference.pointer);
  }
  redactor_.add(value);
  return value;
}

void CachingProvider::forget(const std::string& text) {
  const auto reference = parse_reference(text);
  if (!reference) return;
  const auto found = entries_.find(reference->whole());
  if (found == entries_.end() || !found->second->value) return;
  Entry& entry = *found->second;
  if (scheduler_.now() < entry.fetched_at + rules_.refusal_ignored) return;
  entry.is_refused = true;
  entry.fresh_until = scheduler_.now();
}

}  // namespace secrets
