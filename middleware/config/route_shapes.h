#pragma once
// The shapes of `enrich`, `routes`, `destinations` and `batch` in middleware.yaml: what the function adds to
// events and where they go. For the sources of this folder.
#include <string>
#include <vector>

#include "middleware/config/reader.h"
#include "middleware/ingest/settings.h"

namespace config {

struct EnrichmentText {
  Place place{};
  std::string under{};  ///< "": the default
  std::string correlation_by{};
  bool with_age = false;
  MapOf<ingest::TableLookup> lookups{};
  MapOf<ingest::Reference> references{};
};

struct DestinationText {
  std::string url{};  ///< "": the middleware's
  std::string path = "/events";
  std::optional<ingest::BatchRules> batch{};
};

struct RouteText {
  Place place{};
  std::string name{};
  ingest::Condition when{};
  std::optional<std::string> to{};
  std::string drop_reason{};
};

/// What middleware.yaml says of all events; `apply_to` makes it the function's.
struct RoutesText {
  std::optional<EnrichmentText> enrich{};
  std::vector<RouteText> routes{};
  MapOf<DestinationText> destinations{};
  std::optional<ingest::BatchRules> batch{};
};

/// `can_name`: whether the object has `under`, which is one for all events.
Shape<EnrichmentText> enrichment_shape(bool can_name);
Shape<std::vector<RouteText>> routes_shape();
Shape<MapOf<DestinationText>> destinations_shape();
Shape<ingest::BatchRules> batch_shape();

/// What the keys say of each other.
void check_routes(const RoutesText& text, const Tree& tree, Problems& problems);

/// What is added to events of a type: that of all types, and the type's own, which wins where both name one.
std::optional<ingest::Enrichment> enrichment_of(const std::optional<EnrichmentText>& all,
                                                const std::optional<EnrichmentText>& own);
void apply_to(const RoutesText& text, ingest::IngestConfig& ingest);

}  // namespace config
