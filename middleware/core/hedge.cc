#include "middleware/core/hedge.h"

#include "middleware/kernel/check.h"

namespace core {

Hedge::Next Hedge::next(kernel::Timestamp now) const {
  if (started_ == 0) return {.step = Step::Start};
  if (is_over_) return {.step = Step::Over};
  const bool may_start = started_ <= rules_.extra_max;
  if (!may_start) return {.step = running_ > 0 ? Step::Wait : Step::Over};
  const kernel::Timestamp due = last_start_ + rules_.delay;
  if (failed_since_ || now >= due) return {.step = Step::Start};
  return {.step = Step::Wait, .until = due};
}

void Hedge::started(kernel::Timestamp now) {
  ++started_;
  ++running_;
  last_start_ = now;
  failed_since_ = false;
}

void Hedge::failed(bool may_pass) {
  CHECK(running_ >= 1);
  --running_;
  failed_since_ = true;
  if (!may_pass) is_over_ = true;
}

}  // namespace core
