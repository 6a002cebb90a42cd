#include "middleware/kernel/journal.h"

namespace kernel {

std::string_view to_text(End end) {
  switch (end) {
    case End::Filtered:
      return "filtered";
    case End::Delivered:
      return "delivered";
    case End::Rejected:
      return "rejected";
    case End::Expired:
      return "expired";
    case End::DeadLettered:
      return "dead_lettered";
    case End::Lost:
      return "lost";
  }
  return "unknown";
}

}  // namespace kernel
