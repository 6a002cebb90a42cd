#pragma once
// What a deployment may say about the endpoints of an org, beyond the org itself.
//
// Source: facts/salesforce 1.4 and 4.
#include <string>

#include "emulator/salesforce/access_ports.h"
#include "emulator/salesforce/ports.h"
#include "emulator/salesforce/schema_ports.h"
#include "emulator/salesforce/setup_ports.h"
#include "emulator/salesforce/stream_ports.h"
#include "middleware/kernel/time.h"

namespace emulator::salesforce_edge {

struct ClientsConfig {
  /// PEM of a certificate or public key: JWT assertions must be signed with its private key (RS256). "": any
  /// signature is taken, only the claims are read.
  std::string certificate{};
  /// `advice.interval`: how long clients wait between two connects, 0..10 min. The service says 2000 ms.
  kernel::Duration connect_interval{0};
  kernel::Duration connect_timeout = std::chrono::seconds{110};  ///< a held connect is answered empty
  kernel::Duration session_timeout = std::chrono::seconds{40};   ///< without a connect, then it is lost
  bool require_cookie = false;  ///< a session's calls without its BAYEUX_BROWSER cookie are refused
};

/// The org behind the endpoints. Everything outlives them.
struct OrgPorts {
  salesforce::OrgData& data;
  salesforce::EventStream& stream;
  const salesforce::Directory& directory;
  salesforce::Limits& limits;
  const salesforce::Schema& schema;
  salesforce::SetupObjects* setup = nullptr;  ///< null: there are none
};

}  // namespace emulator::salesforce_edge
