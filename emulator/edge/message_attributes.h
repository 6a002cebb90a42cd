#pragma once
// Message attributes, which SNS and SQS write in the same way:
// {"k": {"DataType": "String", "StringValue": "v"}, "b": {"DataType": "Binary", "BinaryValue": "<base64>"}}.
//
// Source: facts/aws-delivery 2.1 and 3.
#include <string>
#include <string_view>
#include <vector>

#include "emulator/edge/members.h"

namespace emulator::edge {

struct ClientAttribute {
  std::string name;
  std::string type;   ///< DataType: "String", "Number.float"
  std::string value;  ///< Binary: the bytes, not base64
};

/// Those of `in`'s map `name`. A value of the wrong kind is a problem of `in`; whether types and values are
/// right is the service's to say.
std::vector<ClientAttribute> message_attributes(Members& in, std::string_view name);

/// The structure of one attribute.
kernel::Json attribute_json(std::string_view type, std::string_view value);

}  // namespace emulator::edge
