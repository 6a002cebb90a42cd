#include "emulator/bus/delivery_faults.h"

#include "middleware/kernel/random.h"
#include "middleware/kernel/wait.h"

namespace emulator::bus {

using kernel::Task;

std::optional<DeliveryFaults::Fired> DeliveryFaults::ask(Armed& armed, const BusEvent& event,
                                                         const Target& target) {
  const DeliveryFault& fault = armed.fault;
  const kernel::Timestamp now = scheduler_.now();
  if (now < fault.from || (fault.until && now >= *fault.until)) return std::nullopt;
  if (fault.times && armed.seen >= *fault.times) return std::nullopt;
  Fired fired{.rule = fault.name,
              .key = event.id + " " + target.draw_name,
              .n = static_cast<std::uint64_t>(++armed.seen),
              .draw = 0,
              .threshold = 0,
              .by = fault.by};
  if (fault.share >= 1) return fired;
  // By event and target alone: what else is delivered changes nothing.
  fired.draw = kernel::draw_unit({seed_, fault.name, fired.key, 1, "fire"});
  fired.threshold = fault.share;
  if (fired.draw < fired.threshold) return fired;
  journal_.fault({.rule = fired.rule,
                  .target = "bus",
                  .key = fired.key,
                  .n = fired.n,
                  .draw = fired.draw,
                  .threshold = fired.threshold,
                  .fired = false});
  return std::nullopt;
}

void DeliveryFaults::deliver_with_faults(const BusEventPtr& event, const TargetPtr& target) {
  std::optional<Fired> reorder;
  std::optional<Fired> duplicate;
  for (Armed& armed : faults_) {
    std::optional<Fired>& fired = armed.fault.kind == DeliveryFault::Kind::Reorder ? reorder : duplicate;
    // Of two that would do the same, the first does it; the other one is not asked.
    if (!fired) fired = ask(armed, *event, *target);
  }
  if (duplicate) journal_.branched(event->event_uuid, 1);
  if (reorder) {
    held_.spawn(deliver_later(event, target, std::move(*reorder)));
  } else {
    deliveries_.deliver(event, target);
  }
  if (!duplicate) return;
  if (duplicate->by == kernel::Duration::zero()) return deliver_touched(event, target, *duplicate);
  held_.spawn(deliver_later(event, target, std::move(*duplicate)));
}

void DeliveryFaults::deliver_touched(const BusEventPtr& event, const TargetPtr& target, const Fired& fired) {
  const kernel::HopId hop = deliveries_.deliver(event, target);
  journal_.fault({.rule = fired.rule,
                  .target = "bus",
                  .key = fired.key,
                  .n = fired.n,
                  .draw = fired.draw,
                  .threshold = fired.threshold,
                  .fired = true,
                  .hop = hop});
}

Task<void> DeliveryFaults::deliver_later(BusEventPtr event, TargetPtr target, Fired fired) {
  co_await kernel::sleep_until(scheduler_, scheduler_.now() + fired.by);
  deliver_touched(event, target, fired);
}

}  // namespace emulator::bus
