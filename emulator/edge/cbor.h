#pragma once
// Bodies of the protocol rpc-v2-cbor (RFC 8949). Lists and maps may have definite or indefinite lengths,
// floats any of three sizes, and numbers without a fraction may come as integers.
//
// Times are epoch seconds under tag 1. JSON has no tags, so a member is a time by its name: one that ends in
// "Timestamp" or "Timestamps", as those of CloudWatch do.
//
// Source: facts/aws-platform 4.1.
#include <expected>
#include <string>
#include <string_view>

#include "emulator/edge/call.h"

namespace emulator::edge {

/// By its signing name; the others refuse CBOR.
bool speaks_cbor(std::string_view service);

/// The body as an object; an empty one is an empty object. SerializationException when it is none.
std::expected<kernel::Json, AwsError> read_cbor(std::string_view body);

/// Null members are left out.
std::string cbor_of(const kernel::Json& value);

}  // namespace emulator::edge
