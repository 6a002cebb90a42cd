#pragma once
// How a step becomes a call, and its end a hop: what plain flows and all others have in common.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/service/api_caller.h"
#include "middleware/store/store.h"

namespace service {

/// CHECKs that there is one.
ApiCaller& find_caller(const std::vector<ApiCaller*>& callers, const std::string& api);
/// Derived, not drawn: the same for all attempts, redeliveries and instances (facts/resilience 8).
std::string step_key(std::string_view event, const std::string& step, const std::string& api);
/// An error names the part of the request and the expression that failed.
kernel::Result<> fill_request(kernel::HttpRequest& request, const kernel::TextTemplate& path,
                              const std::vector<std::pair<std::string, kernel::TextTemplate>>& headers,
                              const kernel::JsonTemplate* body, const kernel::TemplateScope& scope);
/// The call that cannot be made.
kernel::Task<CallEnd> unsendable(std::string reason);
/// Closes the hop of a step, or of an undo (which finds nothing to undo where the answer is 404).
void close_step(const Surroundings& around, kernel::HopScope& hop, const CallEnd& end);
/// Of a callback; `is_dead`: it is given up.
void close_callback(const Surroundings& around, kernel::HopScope& hop, const CallEnd& end, bool is_dead);
void close_undo(const Surroundings& around, kernel::HopScope& hop, const CallEnd& end);
/// There was nothing to undo, or it is undone already.
bool is_not_found(const CallEnd& end);
/// Null when the journal does not hold it as done.
const store::StepRecord* find_done(const std::vector<store::StepRecord>& journal, const std::string& step);

}  // namespace service
