#pragma once
// The wire side of SNS: query forms in, XML out, topics/topics_api.h behind it.
//
// Source: facts/aws-delivery 2.1. Tags, permissions, phone numbers and applications are refused by name.
#include "emulator/edge/client_events.h"
#include "emulator/edge/service.h"
#include "emulator/topics/topics_api.h"

namespace emulator::edge {

class Sns final : public AwsService {
 public:
  /// The references outlive the service.
  Sns(topics::TopicsApi& topics, std::uint64_t seed, kernel::Journal& journal)
      : topics_(topics), events_(seed, "sns", journal) {}

  std::string_view name() const override { return "sns"; }
  const Dialect* dialect() const override;
  kernel::Task<AwsResult> call(AwsCall call) override;

 private:
  AwsResult create_topic(const AwsCall& call);
  AwsResult delete_topic(const AwsCall& call);
  AwsResult list_topics(const AwsCall& call);
  AwsResult get_topic_attributes(const AwsCall& call);
  AwsResult set_topic_attributes(const AwsCall& call);
  AwsResult subscribe(const AwsCall& call);
  AwsResult unsubscribe(const AwsCall& call);
  AwsResult confirm_subscription(const AwsCall& call);
  AwsResult list_subscriptions(const AwsCall& call);
  AwsResult list_subscriptions_by_topic(const AwsCall& call);
  AwsResult get_subscription_attributes(const AwsCall& call);
  AwsResult set_subscription_attributes(const AwsCall& call);
  AwsResult publish(const AwsCall& call);
  AwsResult publish_batch(const AwsCall& call);

  topics::TopicsApi& topics_;
  ClientEvents events_;
};

}  // namespace emulator::edge
