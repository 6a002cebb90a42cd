#pragma once
// What the caller of POST /events is told of an event that is known already, or that waits now.
#include <string_view>

#include "middleware/kernel/http.h"
#include "middleware/store/store.h"

namespace service {

kernel::HttpReply json_reply(int status, std::string_view body);

/// Not of Claimed: then there is work to do (facts/resilience 8 and 9).
///
///   Accepted       202                       Dead          202: ours to look after, nothing more to deliver
///   Waiting        202, "duplicate"          InFlight      409, Retry-After
///   Done           200, "duplicate"          OtherPayload  422
///   Full, Failed   503, Retry-After
APART kernel::HttpReply answer_to(store::ClaimKind found);

/// 503: the store cannot write.
kernel::HttpReply store_down();

}  // namespace service
