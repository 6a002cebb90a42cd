#include "mocks/fault_gate.h"

#include "middleware/kernel/random.h"
#include "middleware/kernel/wait.h"
#include "mocks/faults/faulted_reply.h"

namespace mocks {

kernel::Task<kernel::HttpReply> FaultGate::handle(kernel::HttpRequest request) {
  const auto trace = kernel::parse_traceparent(request.headers.get("traceparent"));
  FaultSet::Decision decision = faults_.decide({.target = name_,
                                                .path = request.target,
                                                .event = trace ? trace->event : std::string_view{},
                                                .method = request.method,
                                                .headers = &request.headers,
                                                .hop = trace ? trace->hop : 0},
                                               scheduler_.now());
  // Rules may be lifted while the answer is on its way.
  std::optional<FaultRule> after;
  if (decision.after != nullptr) after = *decision.after;
  std::optional<Damage> damage;
  if (decision.damage != nullptr) damage = decision.damage->effect.damage;
  std::optional<kernel::HttpReply> before;
  if (decision.before != nullptr) before = faulted_reply(*decision.before, scheduler_.wall_now());
  const kernel::Pace pace = decision.pace;
  const kernel::Afterwards afterwards = decision.afterwards;
  const double luck = kernel::draw_unit({seed_, name_, "", ++requests_, "latency"});
  co_await kernel::sleep_for_duration(scheduler_, sample(latency_, luck) + decision.delay);
  kernel::HttpReply reply;
  if (before) {
    reply = std::move(*before);
  } else {
    reply = co_await behind_.handle(std::move(request));
    if (damage) reply.response = damaged(*damage, std::move(reply.response));
    if (after) reply = replaced_reply(*after, std::move(reply.response), scheduler_.wall_now());
  }
  send_as(reply, pace, afterwards);
  co_return reply;
}

}  // namespace mocks
