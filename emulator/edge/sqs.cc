#include "emulator/edge/sqs.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "emulator/edge/box_errors.h"
#include "emulator/edge/queue_url.h"
#include "middleware/kernel/base64.h"
#include "middleware/kernel/url.h"

namespace emulator::edge {
namespace {

using kernel::Json;
using Kind = DialectMember::Kind;

constexpr DialectMember list_of(std::string_view name, std::string_view wire) {
  return {.name = name, .wire = wire};
}
constexpr DialectMember entries_of(std::string_view operation, std::string_view name, std::string_view wire) {
  return {.name = name, .wire = wire, .operation = operation};
}
constexpr DialectMember map_of(std::string_view name, std::string_view wire, std::string_view key) {
  return {.name = name, .wire = wire, .kind = Kind::Map, .key = key, .value = "Value"};
}
constexpr DialectMember output_of(std::string_view name, std::string_view wire) {
  return {.name = name, .wire = wire, .is_output = true};
}

constexpr std::array kMembers = {
    entries_of("SendMessageBatch", "Entries", "SendMessageBatchRequestEntry"),
    entries_of("SendMessageBatch", "Successful", "SendMessageBatchResultEntry"),
    entries_of("DeleteMessageBatch", "Entries", "DeleteMessageBatchRequestEntry"),
    entries_of("DeleteMessageBatch", "Successful", "DeleteMessageBatchResultEntry"),
    entries_of("ChangeMessageVisibilityBatch", "Entries", "ChangeMessageVisibilityBatchRequestEntry"),
    entries_of("ChangeMessageVisibilityBatch", "Successful", "ChangeMessageVisibilityBatchResultEntry"),
    list_of("Failed", "BatchResultErrorEntry"),
    list_of("AttributeNames", "AttributeName"),
    list_of("MessageSystemAttributeNames", "MessageSystemAttributeName"),
    list_of("MessageAttributeNames", "MessageAttributeName"),
    map_of("Attributes", "Attribute", "Name"),
    map_of("MessageAttributes", "MessageAttribute", "Name"),
    map_of("MessageSystemAttributes", "MessageSystemAttribute", "Name"),
    map_of("tags", "Tag", "Key"),
    output_of("QueueUrls", "QueueUrl"),
    output_of("queueUrls", "QueueUrl"),
    output_of("Messages", "Message"),
};
constexpr Dialect kDialect{"http://queue.amazonaws.com/doc/2012-11-05/", kMembers};

AwsError missing(std::string_view member) { return error_of(queues::errors::missing_parameter(member)); }

template <class T>
AwsResult empty_result(const queues::Answer<T>& answer) {
  if (!answer) return std::unexpected(error_of(answer.error()));
  return AwsReply{};
}

constexpr std::int64_t kPageMax = 1000;

/// A page of `names` behind the token. Without MaxResults the first thousand are all there is to see, as on
/// AWS.
AwsResult page_of(Members& in, const AwsCall& call, const std::string& account,
                  const std::vector<std::string>& names, const char* member) {
  const auto size = in.integer("MaxResults");
  const auto token = in.text("NextToken");
  if (size && (*size < 1 || *size > kPageMax))
    in.fail(error_of(queues::errors::invalid_value(*size, "MaxResults", "Must be between 1 and 1000.")));
  const auto after = token ? kernel::from_base64(*token) : std::string{};
  if (!after) in.fail(error_of(queues::errors::invalid_value(*token, "NextToken", "Unknown token.")));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));

  Json urls = Json::array();
  std::string last;
  for (auto name = std::ranges::upper_bound(names, *after); name != names.end(); ++name) {
    if (std::cmp_equal(urls.size(), size.value_or(kPageMax))) {
      Json output = {{member, urls}};
      if (size) output["NextToken"] = kernel::base64(last);
      return reply_with(std::move(output));
    }
    urls.push_back(queue_url(call, account, *name));
    last = *name;
  }
  return reply_with(urls.empty() ? Json::object() : Json{{member, urls}});
}

}  // namespace

const MemberErrors kSqsErrors{.title = "SQS", .missing = missing, .mistyped = serialization_error};

AwsError error_of(const queues::Error& error) {
  return told_by_box(
      {.code = error.code, .message = error.message, .status = error.status, .query_code = error.query_code});
}

std::string queue_named(Members& in, const AwsCall& call) {
  const auto url = in.text("QueueUrl");
  const std::string_view by_path = queue_in_url(kernel::path_of(call.request.target));
  if (!url && !by_path.empty()) return std::string(by_path);
  if (!url) in.fail(missing("QueueUrl"));
  const std::string_view queue = queue_in_url(url.value_or(std::string{}));
  // ASSUMPTION: an address that names no queue is answered like a queue that is not there.
  if (url && queue.empty()) in.fail(error_of(queues::errors::queue_does_not_exist()));
  return std::string(queue);
}

const Dialect* Sqs::dialect() const { return &kDialect; }

kernel::Task<AwsResult> Sqs::call(AwsCall call) {
  static constexpr std::array kOperations = {
      Operation<Sqs>{"CreateQueue", &Sqs::create_queue},
      Operation<Sqs>{"GetQueueUrl", &Sqs::get_queue_url},
      Operation<Sqs>{"ListQueues", &Sqs::list_queues},
      Operation<Sqs>{"ListDeadLetterSourceQueues", &Sqs::list_dead_letter_source_queues},
      Operation<Sqs>{"GetQueueAttributes", &Sqs::get_queue_attributes},
      Operation<Sqs>{"SetQueueAttributes", &Sqs::set_queue_attributes},
      Operation<Sqs>{"DeleteQueue", &Sqs::delete_queue},
      Operation<Sqs>{"PurgeQueue", &Sqs::purge_queue},
      Operation<Sqs>{"SendMessage", &Sqs::send_message},
      Operation<Sqs>{"SendMessageBatch", &Sqs::send_message_batch},
      Operation<Sqs>{"ReceiveMessage", &Sqs::receive_message},
      Operation<Sqs>{"DeleteMessage", &Sqs::delete_message},
      Operation<Sqs>{"DeleteMessageBatch", &Sqs::delete_message_batch},
      Operation<Sqs>{"ChangeMessageVisibility", &Sqs::change_message_visibility},
      Operation<Sqs>{"ChangeMessageVisibilityBatch", &Sqs::change_message_visibility_batch},
  };
  return run_operation<Sqs>(*this, kOperations, std::move(call));
}

AwsResult Sqs::create_queue(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = in.required_text("QueueName");
  const queues::AttributeMap attributes = in.text_map("Attributes");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (const auto created = queues_.create(queue, attributes); !created)
    return std::unexpected(error_of(created.error()));
  return reply_with({{"QueueUrl", queue_url(call, account_, queue)}});
}

AwsResult Sqs::get_queue_url(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = in.required_text("QueueName");
  const auto owner = in.text("QueueOwnerAWSAccountId");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (!queues_.exists(queue) || (owner && *owner != account_))
    return std::unexpected(error_of(queues::errors::queue_does_not_exist()));
  return reply_with({{"QueueUrl", queue_url(call, account_, queue)}});
}

AwsResult Sqs::list_queues(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string prefix = in.text_or_empty("QueueNamePrefix");
  return page_of(in, call, account_, queues_.list(prefix), "QueueUrls");
}

AwsResult Sqs::list_dead_letter_source_queues(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const auto sources = queues_.dead_letter_sources(queue_named(in, call));
  if (!sources) in.fail(error_of(sources.error()));
  return page_of(in, call, account_, sources.value_or(std::vector<std::string>{}), "queueUrls");
}

AwsResult Sqs::get_queue_attributes(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = queue_named(in, call);
  const std::vector<std::string> names = in.texts("AttributeNames");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto attributes = queues_.attributes(queue, names);
  if (!attributes) return std::unexpected(error_of(attributes.error()));
  Json map = Json::object();
  for (const auto& [attribute, value] : *attributes) map[attribute] = value;
  return reply_with(map.empty() ? Json::object() : Json{{"Attributes", map}});
}

AwsResult Sqs::set_queue_attributes(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = queue_named(in, call);
  const queues::AttributeMap attributes = in.text_map("Attributes");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(queues_.set_attributes(queue, attributes));
}

AwsResult Sqs::delete_queue(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = queue_named(in, call);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(queues_.remove_queue(queue));
}

AwsResult Sqs::purge_queue(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = queue_named(in, call);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(queues_.purge(queue));
}

}  // namespace emulator::edge
