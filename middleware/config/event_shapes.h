#pragma once
// The shape of `events` in middleware.yaml: what the function checks. For the sources of this folder.
#include "middleware/config/reader.h"
#include "middleware/config/route_shapes.h"
#include "middleware/ingest/ingest.h"

namespace config {

struct EventText {
  MapOf<ingest::FieldKind> required{};
  std::shared_ptr<const ingest::Schema> schema{};
  std::optional<EnrichmentText> enrich{};
};

Shape<EventText> event_shape();

}  // namespace config
