#pragma once
// Puts the services of a world on its edge.
#include <memory>

#include "emulator/runner/world.h"

namespace emulator::runner {

/// What the edge is served as: the name under which `up` prints its URL.
inline constexpr const char* kEdgeHost = "aws";

/// The boxes that clients may ask. They outlive the edge.
struct EdgeBoxes {
  bus::EventBridge& bus;
  queues::QueueService& queues;
  lambda::Lambda& lambda;
  lambda::MappingAdmin& mappings;
  topics::TopicsApi& topics;
  Vaults& vaults;
  services::Services& services;
  LogRoom& logs;
  metrics::CloudWatch& cloudwatch;
  compute::EcsApi* ecs;  ///< null: the middleware does not run there
  scaling::ScalingApi& scaling;
};

std::unique_ptr<edge::Edge> make_edge(std::uint64_t seed, const WorldPorts& ports, EdgeBoxes boxes);

/// Leads the hosts that programs ask Secrets Manager and Parameter Store by to the edge, which is served.
kernel::Result<> lead_to_vaults(Network& network, edge::Edge& edge);

/// What the org is served as, and what users are shown. An API that leads to it has its own name, which may
/// well be the latter.
inline constexpr const char* kSalesforceHost = "login.salesforce.com";
inline constexpr const char* kSalesforceName = "salesforce";

/// `org` and `setup` outlive it; without `setup` the Tooling API is refused.
std::unique_ptr<salesforce_edge::SalesforceEdge> make_salesforce_edge(
    const salesforce_edge::ClientsConfig& config, std::uint64_t seed, const WorldPorts& ports,
    salesforce::Org& org, salesforce::SetupObjects* setup);

}  // namespace emulator::runner
