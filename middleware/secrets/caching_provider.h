#pragma once
// The one Provider of a program: sources behind a cache.
//
// - A value is fresh for `ttl`; the first get after that asks the source, and all that come meanwhile wait
// for
//   its answer: one request, not a thousand.
// - A source that fails leaves the old value in use, and is asked again after `error_ttl`.
// - forget() says that a value was refused. It is not served again unless the source says that it still is
//   the value. Right after a fetch it does nothing: many calls may bring back one refusal.
//
// Source: facts/aws-platform 2, Caching (300 s; no invalidation on rotation, so refresh at 401).
#include <map>
#include <memory>
#include <optional>

#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/wait.h"
#include "middleware/secrets/provider.h"
#include "middleware/secrets/redactor.h"
#include "middleware/secrets/source.h"

namespace secrets {

struct CacheRules {
  kernel::Duration ttl = std::chrono::seconds{300};
  kernel::Duration error_ttl = std::chrono::seconds{1};
  kernel::Duration refusal_ignored = std::chrono::seconds{1};  ///< since the value was fetched
};

class CachingProvider final : public Provider {
 public:
  using Sources = std::map<SourceKind, std::unique_ptr<Source>>;
  /// Every value that it gives out is known to `redactor` before. Both outlive it.
  CachingProvider(kernel::Scheduler& scheduler, Redactor& redactor, Sources sources, CacheRules rules = {});

  kernel::Task<kernel::Result<std::string>> get(std::string reference) override;
  void forget(const std::string& reference) override;

 private:
  struct Entry {
    explicit Entry(kernel::Scheduler& scheduler) : over(scheduler) {}
    std::optional<std::string> value;
    std::optional<kernel::Error> error;  ///< of the last fetch, if it failed and left no value
    kernel::Timestamp fresh_until{};
    kernel::Timestamp fetched_at{};
    bool is_refused = false;
    bool is_fetching = false;
    kernel::Signal over;
  };
  class Flight;
  Entry& entry_of(const Reference& reference);
  void take(Entry& entry, kernel::Result<std::string> fetched);
  kernel::Result<std::string> value_of(const Entry& entry, const Reference& reference);

  kernel::Scheduler& scheduler_;
  Redactor& redactor_;
  Sources sources_;
  CacheRules rules_;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace secrets
