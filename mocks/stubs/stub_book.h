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

  struct Choice {
    const StubSpec* stub = nullptr;  ///< null: none answers
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

  std::vector<const StubSpec*> in_order_;
  kernel::Lookup<std::int64_t> matches_;  // by stub
  kernel::Lookup<std::int64_t> served_;   // by stub and scope
};

/// The response of the nth request (from 1) of a stub; `u` in [0, 1) for those that are drawn.
const ResponseSpec& nth_response(const StubSpec& stub, std::int64_t n, double u);

}  // namespace mocks::stubs
