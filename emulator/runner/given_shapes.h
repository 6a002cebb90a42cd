#pragma once
// The shapes of `given`: one function a box.
#include <string>
#include <vector>

#include "emulator/runner/scenario.h"
#include "middleware/config/reader.h"

namespace emulator::runner {

/// "40ms", "20ms..80ms", or a map that names the law.
config::Shape<mocks::LatencyLaw> latency_shape();

/// Two times of the run, the later one last.
config::Shape<judge::Window> window_shape();

config::Shape<salesforce::OrgConfig> salesforce_shape();
config::Shape<salesforce_edge::ClientsConfig> salesforce_clients_shape();
config::Shape<relay::RelayConfig> relay_shape();
config::Shape<bus::EventBridgeConfig> bus_shape();
config::Shape<AccountGiven> account_shape();
config::Shape<std::vector<FunctionGiven>> lambda_shape();
config::Shape<std::vector<lambda::MappingConfig>> sources_shape();
config::Shape<ComputeGiven> compute_shape();
/// One API: its file (`mock`) must have been put in its place already.
config::Shape<std::vector<ApiGiven>> apis_shape();
config::Shape<std::vector<queues::QueueConfig>> queues_shape();
config::Shape<std::vector<TopicGiven>> topics_shape();
config::Shape<TopicsAccount> topics_account_shape();
config::Shape<std::vector<AlarmGiven>> alarms_shape();

config::Shape<Given> given_shape();

}  // namespace emulator::runner
