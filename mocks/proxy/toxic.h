#pragma once
// What can be wrong with a connection, as files and clients describe it.
//
// Source: facts/mocks-and-faults 10 (Toxiproxy). Values outside the ranges below are refused by name;
// ASSUMPTION: Toxiproxy takes most of them and does something that nobody meant.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "middleware/kernel/result.h"

namespace mocks::proxy {

enum class Stream : std::uint8_t {
  Upstream,    ///< client to server
  Downstream,  ///< server to client
};
std::string_view to_text(Stream stream);
std::optional<Stream> parse_stream(std::string_view text);

// Attributes are the raw numbers of JSON.

/// Each chunk is late by latency + an integer of [-jitter, jitter), never early.
struct Latency {
  std::int64_t latency_ms = 0;  ///< 0..10^12
  std::int64_t jitter_ms = 0;   ///< 0..10^12
};
/// 1000 bytes a second.
struct Bandwidth {
  std::int64_t rate = 0;  ///< up to 10^12; 0 and less: no limit
};
/// The end of the stream is late.
struct SlowClose {
  std::int64_t delay_ms = 0;  ///< 0..10^12
};
/// Nothing passes; the connection is closed when no chunk has come for so long.
struct Timeout {
  std::int64_t timeout_ms = 0;  ///< 0..10^12; 0: never
};
/// The first chunk is answered with a reset.
struct ResetPeer {
  std::int64_t timeout_ms = 0;  ///< 0..10^12, from the first chunk on
};
/// Chunks are cut into pieces.
struct Slicer {
  std::int64_t average_size = 0;    ///< bytes, from 1
  std::int64_t size_variation = 0;  ///< bytes, from 0, below average_size
  std::int64_t delay_us = 0;        ///< 0..10^15, after each piece
};
/// So many bytes pass, then the connection is closed.
struct LimitData {
  std::int64_t bytes = 0;  ///< from 0
};

using Attributes = std::variant<Latency, Bandwidth, SlowClose, Timeout, ResetPeer, Slicer, LimitData>;

struct Toxic {
  std::string name{};  ///< unique in its proxy
  Stream stream = Stream::Downstream;
  double toxicity = 1;  ///< share of connections that it touches, 0..1
  Attributes attributes{};
};

/// "latency", "slow_close".
std::string_view type_name(const Attributes& attributes);
/// The attributes of that type with their defaults; nothing when there is no such type.
std::optional<Attributes> attributes_of_type(std::string_view type);
std::vector<std::string> type_names();

/// `type` and `stream` make a name, as Toxiproxy does: "latency_downstream".
std::string default_name(const Toxic& toxic);

/// One attribute: its name in files and the value's place.
struct Attribute {
  const char* name;
  std::int64_t min;
  std::int64_t max;
  std::int64_t& (*of)(Attributes&);
};
std::span<const Attribute> attribute_list(const Attributes& attributes);

/// Sets one by its name; Invalid when the type has no such attribute or the value is out of its range.
kernel::Result<> set_attribute(Attributes& attributes, std::string_view name, std::int64_t value);

/// What single values cannot show: Invalid when the toxic could not work as described.
kernel::Result<> check(const Toxic& toxic);

bool operator==(const Toxic& a, const Toxic& b);

}  // namespace mocks::proxy
