#pragma once
// Answers SOQL: records of declared objects, and the objects of setup (channels, relays and their feedback).
//
// Source: facts/salesforce 6.1. Rows beyond 2,000 come in further pages (query_cursors.h). ASSUMPTION, from
// memory: queryAll counts in what is deleted, and IsDeleted tells it apart.
#include <string_view>

#include "emulator/salesforce_edge/rest.h"

namespace emulator::salesforce_edge {

/// Whether it is one of PlatformEventChannel, PlatformEventChannelMember, NamedCredential, EventRelayConfig,
/// EventRelayFeedback.
bool is_setup_type(std::string_view name);

/// ?q=SELECT ... Of a setup object, fields of its Metadata can be asked for as fields of its own: State.
ApiResult run_query(OrgPorts org, const RestCall& call, QueryCursors& cursors);

}  // namespace emulator::salesforce_edge
