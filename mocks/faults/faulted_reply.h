#pragma once
// The answer that a fault puts in the place of an API's own.
#include "middleware/kernel/http.h"
#include "mocks/faults/fault.h"

namespace mocks {

/// {"error":{"code":...,"message":...}}, as the mocks say it.
kernel::HttpResponse json_answer(int status, std::string body);
kernel::HttpResponse error_answer(int status, std::string_view code, std::string_view message);

/// The rule's status, body, headers and Retry-After, or how the connection ends. `now`: for Retry-After as a
/// date.
kernel::HttpReply faulted_reply(const FaultRule& rule, kernel::WallTime now);

/// What is sent as the decision wants it sent, whichever answer it is.
void send_as(kernel::HttpReply& reply, kernel::Pace pace, kernel::Afterwards afterwards);

/// `done` as the rule, which fired behind the effect, lets it through: half of it, or something else.
kernel::HttpReply replaced_reply(const FaultRule& rule, kernel::HttpResponse done, kernel::WallTime now);

}  // namespace mocks
