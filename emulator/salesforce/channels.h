#pragma once
// Which events a channel carries.
//
// Source: facts/salesforce 3.3, 6.1.
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/relay/ports.h"
#include "emulator/salesforce/config.h"
#include "emulator/salesforce/filter.h"

namespace emulator::salesforce {

struct Member {
  std::string entity;  ///< "Order_Placed__e", "AccountChangeEvent"
  std::string filter_text{};
  std::optional<Filter> filter{};
  std::vector<std::string> enriched{};
};

struct Channel {
  std::string name;  ///< "Orders__chn"
  std::vector<Member> members{};
};

class Channels {
 public:
  /// A filter of `config` that cannot be read is a broken promise: the file's shape checks them.
  explicit Channels(const OrgConfig& config);

  /// Null: there is none. Good until a channel is added or removed.
  Channel* find(std::string_view name);
  const Channel* find(std::string_view name) const;
  Channel& add(std::string name);
  void remove(std::string_view name);
  const std::deque<Channel>& all() const { return channels_; }

  /// What somebody reads.
  struct View {
    enum class Kind : std::uint8_t { Everything, Entity, AllChanges, Custom };
    Kind kind = Kind::Everything;
    std::string name{};  ///< of the entity or the custom channel
  };
  /// As a relay names its channel: everything, if nobody made it.
  View of_relay(std::string_view channel) const;
  /// Of a path such as "/event/X__e". Nothing: no path of a channel, or a custom channel that nobody made.
  /// Whether the event or object of an Entity view exists, the caller knows.
  std::optional<View> of_path(std::string_view path) const;

  bool carries(const View& view, const relay::StoredEvent& event) const;
  /// Some member of this channel sends fields although they did not change.
  bool enriches(std::string_view channel) const;
  /// Some channel sends fields of this change event although they did not change.
  bool is_enriched(std::string_view entity) const;
  /// The member of a custom channel that an event is for; null for other views.
  const Member* member(const View& view, std::string_view entity) const;

 private:
  std::deque<Channel> channels_;  // in the order of their making
};

}  // namespace emulator::salesforce
