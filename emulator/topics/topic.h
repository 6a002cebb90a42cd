#pragma once
// A topic and its subscriptions as the box keeps them, and the attributes that they are made of: what may be
// said, what is answered.
//
// Source: facts/aws-delivery 2.1 to 2.5.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/topics/delivery_policy.h"
#include "emulator/topics/fifo.h"
#include "emulator/topics/filter_policy.h"
#include "emulator/topics/message_check.h"
#include "emulator/topics/signer.h"
#include "emulator/topics/topics_api.h"

namespace emulator::topics {

enum class Protocol : std::uint8_t { Lambda, Sqs, Http, Https };
std::string_view to_text(Protocol protocol);
inline bool is_http(Protocol protocol) { return protocol == Protocol::Http || protocol == Protocol::Https; }

struct Subscription {
  std::string arn;
  std::string topic_arn;
  Protocol protocol = Protocol::Sqs;
  std::string endpoint;  ///< as it was said
  std::string name;      ///< function or queue; of a URL what follows "://"
  bool is_confirmed = true;
  bool is_outside = false;                    ///< a website that the rig does not serve
  std::string token{};                        ///< of the confirmation; HTTP only
  kernel::Timestamp token_until{};            ///< it is worth nothing from then on
  std::map<std::string, std::string> said{};  ///< attributes as they were given

  bool is_raw = false;
  FilterScope scope = FilterScope::MessageAttributes;
  std::optional<FilterPolicy> filter{};
  std::optional<std::string> dead_letter{};  ///< queue
  DeliveryPolicy delivery{};
};

struct Topic {
  std::string name;
  std::string arn;
  std::map<std::string, std::string> said{};

  MessageRules rules{};
  SignatureVersion signature = SignatureVersion::One;
  DeliveryPolicy delivery{};

  std::vector<std::shared_ptr<const Subscription>> subscriptions{};
  std::int64_t deleted = 0;  ///< subscriptions that were
  Deduplication known{};
  SequenceNumbers sequence{};
  std::int64_t twice = 0;  ///< so many next messages are delivered twice
};

/// Which call gives an attribute: its errors begin differently.
enum class Giving : std::uint8_t { WithCreation, ByName };

Answer<> set_attribute(Topic& topic, Giving giving, const std::string& name, const std::string& value);
Attributes attributes_of(const Topic& topic, std::string_view account);

/// What a topic says of a new subscription besides its attributes.
Answer<> check_fit(const Topic& topic, Protocol protocol, const std::string& endpoint);

/// All of them, or none: `subscription` is as it was when one is refused.
Answer<> set_attributes(Subscription& subscription, Giving giving, const Attributes& attributes);
Attributes attributes_of(const Subscription& subscription, const Topic& topic, std::string_view account);

/// "arn:aws:sns:...:orders" has six parts. ARNs are told apart by their text beyond that.
Answer<> check_arn(const std::string& arn, const char* parameter);
/// The name of a topic; `arn` is a topic's.
inline std::string topic_name(const std::string& arn) { return arn.substr(arn.rfind(':') + 1); }
/// The last part of an ARN: of a function without its alias. Nothing when it is no ARN of that service.
std::optional<std::string> name_in_arn(const std::string& arn, std::string_view service);

}  // namespace emulator::topics
