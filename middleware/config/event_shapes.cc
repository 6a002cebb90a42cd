#include "middleware/config/event_shapes.h"

#include "middleware/config/payload_schema.h"

namespace config {

Shape<EventText> event_shape() {
  const auto kind = choice<ingest::FieldKind>({{"text", ingest::FieldKind::Text},
                                               {"number", ingest::FieldKind::Number},
                                               {"boolean", ingest::FieldKind::Boolean},
                                               {"json", ingest::FieldKind::Json}});
  return object<EventText>("an event type", "What the function refuses before it calls the middleware.")
      .optional("requires", &EventText::required, map_of(kind), "Fields that must be there, and their kind.")
      .optional("schema", &EventText::schema, payload_schema(),
                "JSON Schema (draft 7) of the payload: a file beside this one, or written out here.")
      .optional("enrich", &EventText::enrich, enrichment_shape(false),
                "Added beside what `enrich` of the file says.")
      .done();
}

}  // namespace config
