#pragma once
// The topics of a deployment, as `given.topics` says them: in the words of SNS, ready to be created.
#include <string>
#include <vector>

#include "emulator/topics/topics_api.h"
#include "middleware/config/tree.h"

namespace emulator::runner {

struct SubscriptionGiven {
  config::Place place{};
  std::string protocol{};  ///< lambda, sqs, https
  std::string name{};      ///< function or queue; of the middleware the path: "/sns"
  std::string dead_letter{};
  topics::Attributes attributes{};
  std::int64_t attempts_max = 1;  ///< retries and the first
};

/// "ingest", "audit", "middleware/sns": the subscriber as hops name it. `middleware` is the host of the
/// compute hop.
std::string place_of(const SubscriptionGiven& given, const std::string& middleware);

struct TopicGiven {
  std::string name{};  ///< with ".fifo" where it is one
  topics::Attributes attributes{};
  std::vector<SubscriptionGiven> subscriptions{};
};

/// Creates them all with their subscriptions.
kernel::Result<> create_topics(const std::vector<TopicGiven>& given, const std::string& middleware,
                               topics::TopicsApi& topics);

}  // namespace emulator::runner
