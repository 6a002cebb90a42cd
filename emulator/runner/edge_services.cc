#include "emulator/runner/edge_services.h"

#include <algorithm>

#include "emulator/edge/apprunner.h"
#include "emulator/edge/auto_scaling.h"
#include "emulator/edge/ecs.h"
#include "emulator/edge/events.h"
#include "emulator/edge/functions.h"
#include "emulator/edge/monitoring.h"
#include "emulator/edge/sns.h"
#include "emulator/edge/sqs.h"
#include "emulator/edge/sts.h"

namespace emulator::runner {

std::unique_ptr<edge::Edge> make_edge(std::uint64_t seed, const WorldPorts& ports, EdgeBoxes boxes) {
  const edge::EdgeConfig config{.version = ports.version};
  auto made = std::make_unique<edge::Edge>(config, seed, ports.scheduler, ports.journal);
  made->add(std::make_unique<edge::Events>(
      edge::EventBridgePorts{boxes.bus, boxes.bus.buses(), boxes.bus.rules(), boxes.bus.archives()}));
  made->add(std::make_unique<edge::Functions>(
      edge::LambdaPorts{boxes.lambda, boxes.lambda, boxes.lambda, boxes.mappings, ports.scheduler},
      edge::LambdaPlace{config.region, config.account}, seed, ports.journal));
  made->add(std::make_unique<edge::Sqs>(boxes.queues, config.account, seed, ports.journal));
  made->add(std::make_unique<edge::Sns>(boxes.topics, seed, ports.journal));
  made->add(std::make_unique<edge::Monitoring>(boxes.cloudwatch, boxes.cloudwatch.reader(),
                                               boxes.cloudwatch.alarms()));
  made->add(std::make_unique<edge::Sts>(config.account));
  made->add(std::make_unique<edge::AppRunner>(boxes.services));
  made->mount_hosts(".awsapprunner.com", boxes.services);
  made->add(std::make_unique<edge::Ecs>(boxes.ecs, ports.scheduler));
  made->add(std::make_unique<edge::AutoScaling>(boxes.scaling));
  boxes.vaults.add_to(*made);
  boxes.logs.add_to(*made);
  return made;
}

kernel::Result<> lead_to_vaults(Network& network, edge::Edge& edge) {
  const auto urls = network.urls();
  const auto served = std::ranges::find(urls, kEdgeHost, [](const auto& one) { return one.first; });
  for (const char* host : {"secretsmanager", "ssm"}) {
    if (served == urls.end()) {  // in memory
      if (auto led = network.serve(host, edge, Transport::Plain); !led) return led;
    } else if (auto led = network.reach(host, served->second); !led) {
      return std::unexpected(led.error());
    }
  }
  return {};
}

std::unique_ptr<salesforce_edge::SalesforceEdge> make_salesforce_edge(
    const salesforce_edge::ClientsConfig& config, std::uint64_t seed, const WorldPorts& ports,
    salesforce::Org& org, salesforce::SetupObjects* setup) {
  const salesforce_edge::OrgPorts boxes{.data = org,
                                        .stream = org,
                                        .directory = org.directory(),
                                        .limits = org,
                                        .schema = org.schema(),
                                        .setup = setup};
  return std::make_unique<salesforce_edge::SalesforceEdge>(config, boxes, seed, ports.scheduler,
                                                           ports.journal);
}

}  // namespace emulator::runner
