#include "emulator/platform/services/names.h"

#include <algorithm>

#include "middleware/kernel/ids.h"

namespace emulator::services {

std::string hex_id(kernel::Random& ids) { return kernel::trace_id_of(kernel::uuid4(ids)); }

bool is_name(std::string_view text, std::size_t most) {
  if (text.size() < 4 || text.size() > most) return false;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return is_plain(text[0]) &&
         std::ranges::all_of(text, [&](char c) { return is_plain(c) || c == '-' || c == '_'; });
}

access::Refusal invalid(std::string message) { return {"InvalidRequestException", std::move(message)}; }

access::Refusal not_found(std::string_view arn) {
  return {"ResourceNotFoundException", "Resource not found for provided arn: " + std::string(arn)};
}

access::Refusal bad_state(std::string message) { return {"InvalidStateException", std::move(message)}; }

access::Refusal over_quota(std::string message) {
  return {"ServiceQuotaExceededException", std::move(message)};
}

}  // namespace emulator::services
