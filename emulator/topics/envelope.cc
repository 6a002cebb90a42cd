#include "emulator/topics/envelope.h"

#include "middleware/kernel/base64.h"
#include "middleware/kernel/json.h"

namespace emulator::topics {
namespace {

/// An object in the white space of AWS's samples.
class Sample {
 public:
  void add(std::string_view key, std::string_view value) {
    start(key);
    kernel::append_json_quoted(text_, value);
  }
  void add_verbatim(std::string_view key, std::string_view json) {
    start(key);
    text_ += json;
  }
  std::string done() { return text_ + "\n}"; }

 private:
  void start(std::string_view key) {
    text_.append(text_.empty() ? "{\n  \"" : ",\n  \"").append(key).append("\" : ");
  }
  std::string text_;
};

std::string_view number_of(SignatureVersion version) { return version == SignatureVersion::One ? "1" : "2"; }

void add_signature(Sample& body, const std::optional<Signature>& signature) {
  if (!signature) return;
  body.add("SignatureVersion", number_of(signature->version));
  body.add("Signature", signature->text);
  body.add("SigningCertURL", signature->cert_url);
}

std::string shown_value(const MessageAttribute& attribute) {
  return base_type(attribute.data_type) == "Binary" ? kernel::base64(attribute.value) : attribute.value;
}

std::string attribute_json(const MessageAttribute& attribute) {
  return R"({"Type":)" + kernel::json_quoted(attribute.data_type) + R"(,"Value":)" +
         kernel::json_quoted(shown_value(attribute)) + "}";
}

std::string sample_attributes(const std::vector<MessageAttribute>& attributes) {
  std::string text = "{";
  for (const MessageAttribute& attribute : attributes) {
    text += text.size() == 1 ? "\n    " : ",\n    ";
    text += kernel::json_quoted(attribute.name) + " : " + attribute_json(attribute);
  }
  return text + "\n  }";
}

std::string compact_attributes(const std::vector<MessageAttribute>& attributes) {
  std::string text = "{";
  for (const MessageAttribute& attribute : attributes) {
    if (text.size() > 1) text += ',';
    text += kernel::json_quoted(attribute.name) + ":" + attribute_json(attribute);
  }
  return text + "}";
}

void add_line(std::string& text, std::string_view key, std::string_view value) {
  text.append(key).append("\n").append(value).append("\n");
}

}  // namespace

std::string_view base_type(std::string_view data_type) {
  return data_type == "String.Array" ? data_type : data_type.substr(0, data_type.find('.'));
}

std::string confirmation_message(std::string_view topic_arn) {
  return "You have chosen to subscribe to the topic " + std::string(topic_arn) +
         ".\nTo confirm the subscription, visit the SubscribeURL included in this message.";
}

std::string string_to_sign(const Notification& notification) {
  std::string text;
  add_line(text, "Message", notification.message);
  add_line(text, "MessageId", notification.message_id);
  if (notification.subject) add_line(text, "Subject", *notification.subject);
  add_line(text, "Timestamp", notification.timestamp);
  add_line(text, "TopicArn", notification.topic_arn);
  add_line(text, "Type", "Notification");
  return text;
}

std::string string_to_sign(const Confirmation& confirmation) {
  std::string text;
  add_line(text, "Message", confirmation.message);
  add_line(text, "MessageId", confirmation.message_id);
  add_line(text, "SubscribeURL", confirmation.subscribe_url);
  add_line(text, "Timestamp", confirmation.timestamp);
  add_line(text, "Token", confirmation.token);
  add_line(text, "TopicArn", confirmation.topic_arn);
  add_line(text, "Type", "SubscriptionConfirmation");
  return text;
}

std::string notification_body(const Notification& notification, std::string_view unsubscribe_url) {
  Sample body;
  body.add("Type", "Notification");
  body.add("MessageId", notification.message_id);
  if (!notification.sequence_number.empty()) body.add("SequenceNumber", notification.sequence_number);
  body.add("TopicArn", notification.topic_arn);
  if (notification.subject) body.add("Subject", *notification.subject);
  body.add("Message", notification.message);
  body.add("Timestamp", notification.timestamp);
  add_signature(body, notification.signature);
  body.add("UnsubscribeURL", unsubscribe_url);
  if (!notification.attributes.empty())
    body.add_verbatim("MessageAttributes", sample_attributes(notification.attributes));
  return body.done();
}

std::string lambda_payload(const Notification& notification, std::string_view subscription_arn,
                           std::string_view unsubscribe_url) {
  const Signature unsigned_message{};
  const Signature& signature = notification.signature ? *notification.signature : unsigned_message;
  std::string text;
  text.reserve(notification.message.size() + notification.message.size() / 8 + 1200);
  const auto add = [&text](std::string_view before, std::string_view value) {
    text += before;
    kernel::append_json_quoted(text, value);
  };
  add(R"({"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","EventSubscriptionArn":)",
      subscription_arn);
  add(R"(,"Sns":{"Type":"Notification","MessageId":)", notification.message_id);
  add(R"(,"TopicArn":)", notification.topic_arn);
  text += R"(,"Subject":)" + (notification.subject ? kernel::json_quoted(*notification.subject) : "null");
  add(R"(,"Message":)", notification.message);
  add(R"(,"Timestamp":)", notification.timestamp);
  add(R"(,"SignatureVersion":)", number_of(signature.version));
  add(R"(,"Signature":)", signature.text);
  add(R"(,"SigningCertUrl":)", signature.cert_url);
  add(R"(,"UnsubscribeUrl":)", unsubscribe_url);
  text += R"(,"MessageAttributes":)" + compact_attributes(notification.attributes);
  return text + "}}]}";
}

std::string confirmation_body(const Confirmation& confirmation) {
  Sample body;
  body.add("Type", "SubscriptionConfirmation");
  body.add("MessageId", confirmation.message_id);
  body.add("Token", confirmation.token);
  body.add("TopicArn", confirmation.topic_arn);
  body.add("Message", confirmation.message);
  body.add("SubscribeURL", confirmation.subscribe_url);
  body.add("Timestamp", confirmation.timestamp);
  add_signature(body, confirmation.signature);
  return body.done();
}

kernel::Headers http_headers(const HttpHead& head) {
  kernel::Headers headers;
  headers.add("x-amz-sns-message-type", std::string(head.type));
  headers.add("x-amz-sns-message-id", std::string(head.message_id));
  headers.add("x-amz-sns-topic-arn", std::string(head.topic_arn));
  if (!head.subscription_arn.empty())
    headers.add("x-amz-sns-subscription-arn", std::string(head.subscription_arn));
  if (head.is_raw) headers.add("x-amz-sns-rawdelivery", "true");
  headers.add("Content-Type", std::string(head.content_type));
  headers.add("User-Agent", "Amazon Simple Notification Service Agent");
  headers.add("Accept-Encoding", "gzip,deflate");
  return headers;
}

}  // namespace emulator::topics
