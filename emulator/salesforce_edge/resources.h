#pragma once
// The resources of the REST API, one function each. They keep nothing: the org does.
//
// Source: facts/salesforce 1.1 to 1.5, 6.1. A change is made in the call's transaction if it is part of one,
// else in one of its own, which is committed when the call succeeded.
#include <string_view>

#include "emulator/salesforce_edge/rest.h"

namespace emulator::salesforce_edge {

/// /sobjects: describe calls, publishing events, records by id or external id.
ApiResult sobjects(OrgPorts org, const RestCall& call);

/// /composite/sobjects: up to 200 records or events at once.
ApiResult collections(OrgPorts org, const RestCall& call);

/// /composite: up to 25 calls in one, which may refer to the answers of earlier ones.
ApiResult composite(Rest& rest, OrgPorts org, const RestCall& call);

/// /query?q=SELECT ...: records of declared objects, and the objects of setup; /query/LOCATOR, its next page.
/// /queryAll?q= counts deleted records in.
ApiResult query(OrgPorts org, const RestCall& call, QueryCursors& cursors);

/// /tooling/sobjects and /tooling/query: channels, members, named credentials, relays.
ApiResult tooling(OrgPorts org, const RestCall& call, QueryCursors& cursors);

/// /event/eventSchema/ID
ApiResult event_schema(OrgPorts org, const RestCall& call);

// Parts of /sobjects.
ApiResult describe_all(OrgPorts org, const RestCall& call);
ApiResult describe(OrgPorts org, const RestCall& call, std::string_view name);
/// The Avro schema of an event, `?payloadFormat=COMPACT|EXPANDED`.
ApiResult schema_of(const salesforce::EntityInfo& event, const RestCall& call);

/// Save results: {"id", "success", "errors"}.
kernel::Json saved(std::string_view id);
/// What publishing answers: OPERATION_ENQUEUED with the EventUuid, which versions before 46.0 leave out.
kernel::Json enqueued(const salesforce::SavedEvent& event, int version);
/// A row that failed. ASSUMPTION: it has no id.
kernel::Json failed(const ApiError& error);

}  // namespace emulator::salesforce_edge
