#include "middleware/service/stop.h"

namespace service {

std::string_view to_text(Stop stop) {
  switch (stop) {
    case Stop::Unsendable:
      return "unsendable";
    case Stop::Permanent:
      return to_text(core::GiveUp::Permanent);
    case Stop::NotRepeatable:
      return to_text(core::GiveUp::NotRepeatable);
    case Stop::Attempts:
      return to_text(core::GiveUp::Attempts);
    case Stop::RetryAfterTooLong:
      return to_text(core::GiveUp::RetryAfterTooLong);
    case Stop::Deadline:
      return to_text(core::GiveUp::Deadline);
    case Stop::Budget:
      return to_text(core::GiveUp::Budget);
    case Stop::BreakerOpen:
      return "breaker open";
    case Stop::RateLimit:
      return "rate limit";
    case Stop::ConcurrencyFull:
      return "concurrency full";
    case Stop::ConcurrencyWait:
      return "concurrency wait";
  }
  return "unknown";
}

std::string_view label_of(Stop stop) {
  switch (stop) {
    case Stop::NotRepeatable:
      return "not_repeatable";
    case Stop::BreakerOpen:
      return "breaker_open";
    case Stop::RateLimit:
      return "rate_limit";
    case Stop::ConcurrencyFull:
      return "concurrency_full";
    case Stop::ConcurrencyWait:
      return "concurrency_wait";
    case Stop::Unsendable:
    case Stop::Permanent:
    case Stop::Attempts:
    case Stop::RetryAfterTooLong:
    case Stop::Deadline:
    case Stop::Budget:
      break;
  }
  return to_text(stop);
}

Stop stop_of(core::GiveUp reason) {
  switch (reason) {
    case core::GiveUp::Permanent:
      return Stop::Permanent;
    case core::GiveUp::NotRepeatable:
      return Stop::NotRepeatable;
    case core::GiveUp::Attempts:
      return Stop::Attempts;
    case core::GiveUp::RetryAfterTooLong:
      return Stop::RetryAfterTooLong;
    case core::GiveUp::Deadline:
      return Stop::Deadline;
    case core::GiveUp::Budget:
      return Stop::Budget;
  }
  return Stop::Unsendable;
}

}  // namespace service
