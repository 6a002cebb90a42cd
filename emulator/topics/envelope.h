#pragma once
// What subscribers receive, as text: the notification, the record of a Lambda invocation, the confirmation,
// the headers of an HTTP request; and what is signed of them.
//
// Source: facts/aws-delivery 2.2. Keys stand in the order given there. ASSUMPTION: the white space of
// notifications is that of AWS's published samples.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/topics/ports.h"
#include "emulator/topics/signer.h"
#include "middleware/kernel/http.h"

namespace emulator::topics {

/// Of what is signed. Messages of FIFO topics are not.
struct Signature {
  SignatureVersion version = SignatureVersion::One;
  std::string text;      ///< base64
  std::string cert_url;  ///< https, at a host that validators accept
};

/// A published message as the subscribers of one protocol see it.
struct Notification {
  std::string message_id;
  std::string topic_arn;
  std::string sequence_number{};  ///< "" but in FIFO topics
  std::optional<std::string> subject{};
  std::string message;
  std::string timestamp;  ///< "2026-01-05T09:00:00.123Z"
  std::vector<MessageAttribute> attributes{};
  std::optional<Signature> signature{};
};

struct Confirmation {
  std::string message_id;
  std::string topic_arn;
  std::string token;
  std::string message;
  std::string subscribe_url;
  std::string timestamp;
  std::optional<Signature> signature{};
};

/// "You have chosen to subscribe to the topic ...".
std::string confirmation_message(std::string_view topic_arn);

std::string string_to_sign(const Notification& notification);
std::string string_to_sign(const Confirmation& confirmation);

/// The body for SQS, for HTTP and for dead-letter queues, unless delivery is raw.
std::string notification_body(const Notification& notification, std::string_view unsubscribe_url);

/// The payload of the asynchronous invocation, one record.
std::string lambda_payload(const Notification& notification, std::string_view subscription_arn,
                           std::string_view unsubscribe_url);

std::string confirmation_body(const Confirmation& confirmation);

struct HttpHead {
  std::string_view type;  ///< Notification, SubscriptionConfirmation
  std::string_view message_id;
  std::string_view topic_arn;
  std::string_view subscription_arn{};  ///< "" while it is not confirmed
  std::string_view content_type;
  bool is_raw = false;
};
kernel::Headers http_headers(const HttpHead& head);

/// "String" and the like without a custom part: "Number.int" is "Number".
std::string_view base_type(std::string_view data_type);

}  // namespace emulator::topics
