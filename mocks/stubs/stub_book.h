#pragma once
// The stubs of a mock in the order in which they are asked, and which of them answers a request.
// Facts: mocks-and-faults 1 (which stub wins) and 16 (near misses).
#include <cstdint>
#include <string>
#include <vector>

#include "middleware/kernel/lookup.h"
#include "middleware/kernel/result.h"
#include "mocks/stubs/request_scope.h"
#include "mocks/stubs/spec.h"

namespace mocks::stubs {

/// Stubs that never answer because another one always comes first, each with its reason.
std::vector<std::string> stubs_that_never_win(const std::vector<StubSpec>& stubs);

class StubBook {
 public:
  explicit StubBook(const std::vector<StubSpec>& stubs);

  /// In the order in which they stand, not in that in which they are asked.
  const std::vector<StubPtr>& stubs() const { return stubs_; }

  /// Replaces the stub of that id where it stands, or stands behind all others. True: it is a new one. What
  /// was counted of the id begins again, `lives` at `now`.
  bool put(StubSpec stub, kernel::Timestamp now);
  /// False when there is none.
  bool remove(std::string_view id);
  /// Only these from now on.
  void set(const std::vector<StubSpec>& stubs, kernel::Timestamp now);

  struct Choice {
    StubPtr stub{};  ///< null: none answers
    std::string scope{};
    kernel::FormFields parameters{};
  };
  /// The lowest priority number first, then the stub that stands last. Moves nothing. An error is a scope
  /// that cannot be rendered.
  kernel::Result<Choice> choose(const match::RequestView& request, const Exchange& row,
                                const Instruments& with);

  /// The request is the stub's: states move, and the next response is chosen. Together with choose() this is
  /// one step: nothing may happen in between.
  kernel::Result<const ResponseSpec*> take(const Choice& choice, const RequestFacts& facts,
                                           const Instruments& with);

  /// The best three misses as JSON, and what is the likely cause.
  std::string near_misses(const match::RequestView& request, const Exchange& row,
                          const Instruments& with) const;

  void reset();

 private:
  bool is_there(const StubSpec& stub, kernel::Timestamp now);
  bool states_fit(const StubSpec& stub, const std::string& scope, const Instruments& with) const;

  void put_in_order();
  void begin_anew(const std::string& id, kernel::Timestamp now);
  std::string counter(const StubSpec& stub, const std::string& scope) const;

  std::vector<StubPtr> stubs_;
  std::vector<StubPtr> in_order_;
  kernel::Lookup<std::int64_t> matches_;       // by stub
  kernel::Lookup<std::int64_t> served_;        // by stub, its edition and scope
  kernel::Lookup<std::int64_t> editions_;      // by stub: what was served of earlier ones does not count
  kernel::Lookup<kernel::Timestamp> came_at_;  // by stub, of those that came later
};

/// The response of the nth request (from 1) of a stub; `u` in [0, 1) for those that are drawn.
const ResponseSpec& nth_response(const StubSpec& stub, std::int64_t n, double u);

}  // namespace mocks::stubs
