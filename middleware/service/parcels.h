#pragma once
// The handler `parcels`: puts the lines of an order into as few parcels as first fit does, none above a
// limit.
//
//   with:   {lines: [{"sku": "A", "quantity": 12, ...}, ...], quantity_max: 40}
//   answer: {"parcels": [{"number": 1, "quantity": 22, "lines": [...]}, ...], "count": 2}
//
// Lines stay whole and keep all their fields. The largest go first, equal ones in their order, each into the
// first parcel with room: the same order always makes the same parcels. A line above the limit can never be
// sent, and neither can one without a quantity of at least 1.
#include "middleware/service/step_handler.h"

namespace service {

class Parcels final : public StepHandler {
 public:
  kernel::Task<std::expected<std::string, HandlerFailure>> handle(HandlerCall call) override;
};

/// The decision behind it. The error says what is wrong with the input.
std::expected<std::string, std::string> pack(const std::string& input);

}  // namespace service
