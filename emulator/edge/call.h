#pragma once
// One call of an AWS client, taken out of its wire protocol, and what is answered to it. The services of the
// edge see only this; which protocol the client spoke matters to wire.h alone.
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/json.h"

namespace emulator::edge {

/// facts/aws-delivery 0. Query is form in, XML out; Cbor is CloudWatch's, RestXml known to refuse in.
enum class Protocol : std::uint8_t { Json10, Json11, Query, RestJson, RestXml, Cbor };

/// What the first look at a request says: who is asked for what, and how.
struct Identity {
  Protocol protocol = Protocol::RestJson;
  std::string service{};    ///< by its signing name: "sqs", "events"; "" when nothing names one
  std::string region{};     ///< of the credential scope; "" for unsigned calls
  std::string operation{};  ///< "SendMessage"; "" where only the path says it (rest)
};

struct AwsCall {
  Identity identity{};
  std::string request_id{};
  /// What was asked, by the names of the service's model; an object. Shared, because a Json is no complete
  /// type in headers.
  std::shared_ptr<const kernel::Json> input{};
  kernel::HttpRequest request{};    ///< as it came: headers, Host, the payload of an invocation
  std::vector<std::string> path{};  ///< rest: what stands in the holes of the route, decoded
  kernel::HopId hop = 0;            ///< the call's own hop: the cause of what it does
};

struct AwsError {
  std::string code;
  std::string message;
  int status = 400;
  /// awsQueryCompatible (SQS): the code that older clients know, "AWS.SimpleQueueService.NonExistentQueue".
  std::string query_code{};
  /// rest: further members of the body, before the message: {"Type", "User"}.
  std::vector<std::pair<std::string, std::string>> members{};
  std::string message_name = "message";  ///< rest: some errors of Lambda say "Message"
  kernel::Headers headers{};
};

/// An answer. Without a payload it is `output`, in the client's protocol.
struct AwsReply {
  std::shared_ptr<const kernel::Json> output{};  ///< nothing: an operation without a result
  int status = 200;
  kernel::Headers headers{};
  std::optional<std::string> payload{};  ///< the body as it is: the result of a function
};

using AwsResult = std::expected<AwsReply, AwsError>;

/// A reply with this result.
AwsReply reply_with(kernel::Json output);

/// What every refusal of something that exists on AWS and not here says; `what` begins the sentence.
///
/// Its status is 400: clients retry what is 500, 502, 503 or 504, older ones (AWS SDK for JavaScript 2)
/// everything from 500 on. A retried 501 would only keep the user waiting for the same sentence.
AwsError not_emulated(std::string_view what);

}  // namespace emulator::edge
