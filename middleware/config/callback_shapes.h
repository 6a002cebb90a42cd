#pragma once
// The shapes of `outbox`, and of `callbacks` of a flow, in middleware.yaml. For the sources of this folder.
#include "middleware/config/api_shapes.h"
#include "middleware/config/inbox_shapes.h"

namespace config {

struct FlowText;

struct CallbackText : service::CallbackConfig {
  Place place{};
};

Shape<CallbackText> callback_shape();
Shape<service::OutboxConfig> outbox_shape();

/// What the callbacks of a flow say of each other, of its steps, of `apis` and of the inbox.
void check_callbacks(const FlowText& flow, const MapOf<ApiText>& apis, const InboxText& inbox,
                     Problems& problems);

}  // namespace config
