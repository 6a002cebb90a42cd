#pragma once
// The wire side of SQS: JSON 1.0 and query forms in front of queues/ports.h. Both are needed: older clients,
// those of Debian 12 among them, know only the forms.
//
// Source: facts/aws-delivery 0 and 3. Tags, permissions and message move tasks are refused by name.
//
// A message that a client sends begins an event of the record. The queue ends it when it has a consumer;
// without one it is delivered when it lies in the queue.
#include <optional>
#include <string>

#include "emulator/edge/client_events.h"
#include "emulator/edge/members.h"
#include "emulator/edge/service.h"
#include "emulator/queues/ports.h"

namespace emulator::edge {

class Sqs final : public AwsService {
 public:
  /// The references outlive the service.
  Sqs(queues::QueueService& queues, std::string account, std::uint64_t seed, kernel::Journal& journal)
      : queues_(queues), account_(std::move(account)), events_(seed, "sqs", journal) {}

  std::string_view name() const override { return "sqs"; }
  const Dialect* dialect() const override;
  kernel::Task<AwsResult> call(AwsCall call) override;

 private:
  // sqs.cc
  AwsResult create_queue(const AwsCall& call);
  AwsResult get_queue_url(const AwsCall& call);
  AwsResult list_queues(const AwsCall& call);
  AwsResult list_dead_letter_source_queues(const AwsCall& call);
  AwsResult get_queue_attributes(const AwsCall& call);
  AwsResult set_queue_attributes(const AwsCall& call);
  AwsResult delete_queue(const AwsCall& call);
  AwsResult purge_queue(const AwsCall& call);
  // sqs_messages.cc
  AwsResult send_message(const AwsCall& call);
  AwsResult send_message_batch(const AwsCall& call);
  kernel::Task<AwsResult> receive_message(AwsCall call);
  AwsResult delete_message(const AwsCall& call);
  AwsResult delete_message_batch(const AwsCall& call);
  AwsResult change_message_visibility(const AwsCall& call);
  AwsResult change_message_visibility_batch(const AwsCall& call);

  void settle(const std::string& queue, const std::string& event, const queues::SendResult& sent);

  queues::QueueService& queues_;
  std::string account_;
  ClientEvents events_;
};

/// How SQS words what is wrong with a parameter.
extern const MemberErrors kSqsErrors;
AwsError error_of(const queues::Error& error);

/// The queue that the call is about: by its QueueUrl, or by the path that an older client posts to.
std::string queue_named(Members& in, const AwsCall& call);

}  // namespace emulator::edge
