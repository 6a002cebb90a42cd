// Attempts of one call side by side (ApiCaller; facts/resilience 7).
#include "middleware/core/deadline.h"
#include "middleware/core/hedge.h"
#include "middleware/kernel/wait.h"
#include "middleware/service/api_caller.h"

namespace service {
namespace {

kernel::Task<bool> next_of(kernel::Signal& signal) {
  co_await signal.wait();
  co_return true;
}

}  // namespace

bool ApiCaller::may_hedge(const State& state) {
  const kernel::Timestamp now = around_.scheduler.now();
  if (state.call.deadline - core::kTryMargin - core::kMinUseful < now) return false;
  return !budget_ || budget_->take(state.failure ? state.failure->failure : core::FailureClass::Transient);
}

kernel::Task<void> ApiCaller::attempt_once(State& state, Hedged& hedged) {
  Attempt attempt;
  if (auto waiting = admit(state, attempt)) co_await waiting->ended();
  if (!is_admitted(state, attempt)) {
    hedged.hedge.no_more();  // what turned this one away would turn away the next
    hedged.hedge.failed(true);
  } else {
    kernel::HopScope hop = open_hop(state.call, state.attempts + 1);
    auto sending = start(state, hop.id());
    co_await sending.ended();
    const Answer answer = take_answer(state, attempt, hop, sending);
    const bool is_renewed = answer == Answer::Final && is_worth_a_new_credential(state, state.failure->last);
    if (answer != Answer::Done) {
      state.failure->stop_at(answer == Answer::Final ? Stop::Permanent : Stop::Attempts);
      hedged.hedge.failed(answer == Answer::MayPass || is_renewed);
    }
  }
  hedged.changed.notify_all();
}

kernel::Task<CallEnd> ApiCaller::run_hedged(std::unique_ptr<State> state) {
  Hedged hedged(*config_.hedge, around_.scheduler);
  kernel::TaskScope attempts;
  while (!state->end) {
    const core::Hedge::Next next = hedged.hedge.next(around_.scheduler.now());
    if (next.step == core::Hedge::Step::Over) {
      end_failed(*state);
    } else if (next.step == core::Hedge::Step::Start) {
      if (hedged.hedge.attempts() > 0 && !may_hedge(*state)) {
        hedged.hedge.no_more();
        continue;
      }
      hedged.hedge.started(around_.scheduler.now());
      if (hedged.hedge.attempts() > 1) state->last_retry = core::FailureClass::Transient;
      attempts.spawn(attempt_once(*state, hedged));
    } else {
      auto changed = next_of(hedged.changed);
      if (next.until) {
        co_await kernel::with_deadline(around_.scheduler, *next.until, std::move(changed));
      } else {
        co_await std::move(changed);
      }
    }
  }
  attempts.cancel_all();
  co_return std::move(*state->end);
}

}  // namespace service
