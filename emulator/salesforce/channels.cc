#include "emulator/salesforce/channels.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/salesforce/definitions.h"
#include "middleware/kernel/check.h"

namespace emulator::salesforce {

Channels::Channels(const OrgConfig& config) {
  for (const auto& [name, channel] : config.channels) {
    Channel& made = add(name);
    for (const MemberConfig& member : channel.members) {
      Member one{.entity = member.entity, .filter_text = member.filter, .enriched = member.enriched};
      if (!member.filter.empty()) {
        auto filter = Filter::parse(member.filter);
        CHECK_THAT(filter.has_value(), member.filter);
        one.filter = std::move(*filter);
      }
      made.members.push_back(std::move(one));
    }
  }
}

Channel* Channels::find(std::string_view name) {
  const auto found = std::ranges::find(channels_, name, &Channel::name);
  return found == channels_.end() ? nullptr : &*found;
}

const Channel* Channels::find(std::string_view name) const {
  const auto found = std::ranges::find(channels_, name, &Channel::name);
  return found == channels_.end() ? nullptr : &*found;
}

Channel& Channels::add(std::string name) { return channels_.emplace_back(Channel{.name = std::move(name)}); }

void Channels::remove(std::string_view name) {
  std::erase_if(channels_, [name](const Channel& channel) { return channel.name == name; });
}

Channels::View Channels::of_relay(std::string_view channel) const {
  if (find(channel) == nullptr) return {.kind = View::Kind::Everything};
  return {.kind = View::Kind::Custom, .name = std::string(channel)};
}

std::optional<Channels::View> Channels::of_path(std::string_view path) const {
  const bool is_event = path.starts_with("/event/");
  if (!is_event && !path.starts_with("/data/")) return std::nullopt;
  const std::string_view name = path.substr(is_event ? 7 : 6);
  if (name.ends_with("__chn")) {
    const Channel* channel = find(name);
    if (channel == nullptr) return std::nullopt;
    // One kind per channel; an empty one is of either.
    const bool has_changes = std::ranges::any_of(
        channel->members, [](const Member& member) { return is_change_event(member.entity); });
    if (!channel->members.empty() && has_changes == is_event) return std::nullopt;
    return View{.kind = View::Kind::Custom, .name = std::string(name)};
  }
  if (is_event) {
    if (!name.ends_with("__e")) return std::nullopt;
    return View{.kind = View::Kind::Entity, .name = std::string(name)};
  }
  if (name == "ChangeEvents") return View{.kind = View::Kind::AllChanges};
  if (!is_change_event(name)) return std::nullopt;
  return View{.kind = View::Kind::Entity, .name = std::string(name)};
}

bool Channels::enriches(std::string_view name) const {
  const Channel* channel = find(name);
  return channel != nullptr &&
         std::ranges::any_of(channel->members, [](const Member& member) { return !member.enriched.empty(); });
}

bool Channels::is_enriched(std::string_view entity) const {
  return std::ranges::any_of(channels_, [entity](const Channel& channel) {
    return std::ranges::any_of(channel.members, [entity](const Member& member) {
      return member.entity == entity && !member.enriched.empty();
    });
  });
}

const Member* Channels::member(const View& view, std::string_view entity) const {
  if (view.kind != View::Kind::Custom) return nullptr;
  const Channel* channel = find(view.name);
  if (channel == nullptr) return nullptr;
  const auto found = std::ranges::find(channel->members, entity, &Member::entity);
  return found == channel->members.end() ? nullptr : &*found;
}

bool Channels::carries(const View& view, const relay::StoredEvent& event) const {
  switch (view.kind) {
    case View::Kind::Everything:
      return true;
    case View::Kind::Entity:
      return event.api_name == view.name;
    case View::Kind::AllChanges:
      return event.is_change;
    case View::Kind::Custom:
      break;
  }
  const Member* found = member(view, event.api_name);
  if (found == nullptr) return false;
  if (!found->filter) return true;
  const auto payload = kernel::parse_json(event.payload);
  return payload && found->filter->accepts(*payload);
}

}  // namespace emulator::salesforce
