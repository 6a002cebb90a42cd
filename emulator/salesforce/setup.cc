#include "emulator/salesforce/setup.h"

#include <algorithm>

#include "emulator/salesforce/errors.h"
#include "middleware/kernel/ids.h"

namespace emulator::salesforce {
namespace {

using kernel::Json;

// ASSUMPTION: the prefixes but for 0YL and 7k2, which were seen.
constexpr std::pair<std::string_view, std::string_view> kTypes[] = {{"PlatformEventChannel", "0YL"},
                                                                    {"PlatformEventChannelMember", "0v8"},
                                                                    {"NamedCredential", "0XA"},
                                                                    {"EventRelayConfig", "7k2"}};
constexpr std::string_view kFeedback = "EventRelayFeedback";

bool is_type(std::string_view type) {
  return std::ranges::any_of(kTypes, [type](const auto& known) { return known.first == type; });
}

std::string text_of(const Json& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found != metadata.end() && found->is_string() ? found->get<std::string>() : "";
}

OrgError integrity(std::string message, const char* field) {
  return {.code = "FIELD_INTEGRITY_EXCEPTION", .message = std::move(message), .fields = {field}};
}

/// Nothing: it is not {"ReplayRecovery": "LATEST"} or EARLIEST.
std::optional<relay::ReplayRecovery> recovery_of(const std::string& option) {
  if (option.empty()) return relay::ReplayRecovery::Latest;
  const auto parsed = kernel::parse_json(option);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const std::string word = text_of(*parsed, "ReplayRecovery");
  if (word == "LATEST") return relay::ReplayRecovery::Latest;
  if (word == "EARLIEST") return relay::ReplayRecovery::Earliest;
  return std::nullopt;
}

std::optional<relay::AdminState> state_of(const std::string& word) {
  for (const auto state : {relay::AdminState::Run, relay::AdminState::Pause, relay::AdminState::Stop}) {
    if (relay::to_text(state) == word) return state;
  }
  return std::nullopt;
}

/// "Orders__chn" and "Order__e" is "Orders_chn_Order_e".
std::string member_name(const std::string& channel, const std::string& entity) {
  std::string name = channel + "_" + entity;
  for (std::size_t at = name.find("__"); at != std::string::npos; at = name.find("__")) name.erase(at, 1);
  return name;
}

}  // namespace

Setup::Setup(Org& org, relay::RelayControl& relays, std::uint64_t seed)
    : org_(org), relays_(relays), ids_(seed, "salesforce setup ids") {
  const std::vector<relay::RelayInfo> declared = relays_.relays();
  const auto kind_of = [this](const std::string& channel) {
    const Channel* found = org_.channels().find(channel);
    const bool is_data = found != nullptr && std::ranges::any_of(found->members, [](const Member& member) {
                           return is_change_event(member.entity);
                         });
    return Json{{"channelType", is_data ? "data" : "event"}, {"label", channel}};
  };
  for (const Channel& channel : org_.channels().all()) {
    std::string id = new_id("PlatformEventChannel");
    for (const relay::RelayInfo& relay : declared) {
      if (relay.channel == channel.name) id = relay.channel_id;
    }
    objects_.push_back({"PlatformEventChannel", id, channel.name, kind_of(channel.name)});
    for (const Member& member : channel.members) {
      Json metadata{{"eventChannel", channel.name}, {"selectedEntity", member.entity}};
      if (!member.filter_text.empty()) metadata["filterExpression"] = member.filter_text;
      for (const std::string& field : member.enriched)
        metadata["enrichedFields"].push_back({{"name", field}});
      objects_.push_back({"PlatformEventChannelMember", new_id("PlatformEventChannelMember"),
                          member_name(channel.name, member.entity), std::move(metadata)});
    }
  }
  for (const relay::RelayInfo& relay : declared) {
    objects_.push_back({"EventRelayConfig", new_id("EventRelayConfig"), relay.name,
                        Json{{"eventChannel", relay.channel}, {"label", relay.name}}});
  }
}

OrgResult<std::string> Setup::create_setup(std::string_view type, const Json& body) {
  if (!is_type(type)) return std::unexpected(not_found());
  const std::string name = body.is_object() ? text_of(body, "FullName") : "";
  if (name.empty() || !body.contains("Metadata") || !body["Metadata"].is_object()) {
    return std::unexpected(OrgError{.code = "REQUIRED_FIELD_MISSING",
                                    .message = "Required fields are missing: [FullName, Metadata]",
                                    .fields = {"FullName", "Metadata"}});
  }
  if (named(type, name) != nullptr) {
    return std::unexpected(OrgError{.code = "DUPLICATE_DEVELOPER_NAME",
                                    .message = "This developer name is already in use: " + name,
                                    .fields = {"FullName"}});
  }
  const Json& metadata = body["Metadata"];
  Refusal refused;
  if (type == "PlatformEventChannel") refused = check_channel(name, metadata);
  if (type == "PlatformEventChannelMember") refused = check_member(metadata);
  if (type == "NamedCredential") refused = check_credential(metadata);
  if (type == "EventRelayConfig") refused = check_relay(metadata);
  if (refused) return std::unexpected(std::move(*refused));
  objects_.push_back({std::string(type), new_id(type), name, metadata});
  make(objects_.back());
  return objects_.back().id;
}

Setup::Refusal Setup::check_channel(const std::string& name, const Json& metadata) const {
  const std::string kind = text_of(metadata, "channelType");
  if (kind != "event" && kind != "data") return integrity("channelType must be event or data", "channelType");
  if (!name.ends_with("__chn")) return integrity("A channel's name ends in __chn", "FullName");
  const auto made = std::ranges::count(objects_, "PlatformEventChannel", &Object::type);
  if (made >= limits_of(org_.config().edition).channels)
    return OrgError{.code = "LIMIT_EXCEEDED", .message = "The limit of custom channels is exceeded."};
  return std::nullopt;
}

Setup::Refusal Setup::check_member(const Json& metadata) const {
  const Object* channel = named("PlatformEventChannel", text_of(metadata, "eventChannel"));
  if (channel == nullptr) return integrity("The event channel does not exist", "eventChannel");
  const std::string entity = text_of(metadata, "selectedEntity");
  const bool is_data = text_of(channel->metadata, "channelType") == "data";
  const bool is_there = is_data ? is_change_event(entity) : org_.schema().describe(entity).has_value();
  if (!is_there || (!is_data && !entity.ends_with("__e")))
    return integrity("The selected entity " + entity + " is not one for this channel", "selectedEntity");
  if (const std::string filter = text_of(metadata, "filterExpression"); !filter.empty()) {
    if (const auto parsed = Filter::parse(filter); !parsed)
      return integrity("The filter expression is invalid: " + parsed.error().message, "filterExpression");
  }
  if (metadata.contains("enrichedFields") && !metadata["enrichedFields"].empty() && !is_data)
    return integrity("Only channels of change events can be enriched", "enrichedFields");
  std::vector<std::string> distinct{entity};
  for (const Channel& made : org_.channels().all()) {
    for (const Member& member : made.members) {
      if (made.name == channel->full_name && member.entity == entity)
        return OrgError{.code = "DUPLICATE_VALUE", .message = entity + " is a member of the channel already"};
      if (std::ranges::find(distinct, member.entity) == distinct.end()) distinct.push_back(member.entity);
    }
  }
  if (std::cmp_greater(distinct.size(), limits_of(org_.config().edition).member_events))
    return OrgError{.code = "LIMIT_EXCEEDED",
                    .message = "The limit of distinct events over all channel members is exceeded."};
  return std::nullopt;
}

Setup::Refusal Setup::check_credential(const Json& metadata) const {
  const std::string endpoint = text_of(metadata, "endpoint");
  const std::size_t account = endpoint.rfind(':');
  // "arn:aws:US-EAST-1:123456789012"
  const bool is_arn = endpoint.starts_with("arn:aws:") && account > 7 && account + 13 == endpoint.size();
  return is_arn ? Refusal{} : Refusal{integrity("The endpoint is no arn:aws:REGION:ACCOUNT", "endpoint")};
}

Setup::Refusal Setup::check_relay(const Json& metadata) const {
  const std::string channel = text_of(metadata, "eventChannel");
  if (named("PlatformEventChannel", channel) == nullptr)
    return integrity("The event channel does not exist", "eventChannel");
  for (const relay::RelayInfo& relay : relays_.relays()) {
    if (relay.channel == channel)
      return integrity("The event channel is referenced by an existing event relay", "eventChannel");
  }
  const std::string destination = text_of(metadata, "destinationResourceName");
  if (!destination.starts_with("callout:") || named("NamedCredential", destination.substr(8)) == nullptr)
    return integrity("The destination is no named credential", "destinationResourceName");
  const std::string state = text_of(metadata, "state");
  if (!state.empty() && state != "STOP") return integrity("A new event relay has the state STOP", "state");
  if (!recovery_of(text_of(metadata, "relayOption")))
    return integrity("ReplayRecovery must be LATEST or EARLIEST", "relayOption");
  return std::nullopt;
}

void Setup::make(const Object& object) {
  if (object.type == "PlatformEventChannel") org_.channels().add(object.full_name);
  if (object.type == "PlatformEventChannelMember") {
    Member member{.entity = text_of(object.metadata, "selectedEntity"),
                  .filter_text = text_of(object.metadata, "filterExpression")};
    if (!member.filter_text.empty()) member.filter = *Filter::parse(member.filter_text);
    if (object.metadata.contains("enrichedFields")) {
      for (const Json& field : object.metadata["enrichedFields"])
        member.enriched.push_back(text_of(field, "name"));
    }
    org_.channels().find(text_of(object.metadata, "eventChannel"))->members.push_back(std::move(member));
  }
  if (object.type == "EventRelayConfig") {
    const std::string channel = text_of(object.metadata, "eventChannel");
    relays_.create(object.full_name, channel, named("PlatformEventChannel", channel)->id,
                   *recovery_of(text_of(object.metadata, "relayOption")));
  }
}

OrgResult<> Setup::update_setup(std::string_view type, std::string_view id, const Json& body) {
  Object* object = with_id(type, id);
  if (object == nullptr) return std::unexpected(not_found());
  const Json none = Json::object();
  const Json& metadata = body.is_object() && body.contains("Metadata") ? body["Metadata"] : none;
  const std::string name = body.is_object() ? text_of(body, "FullName") : "";
  if (!name.empty() && name != object->full_name) {
    return std::unexpected(integrity("Full name " + name + " does not match the full name " +
                                         object->full_name + " of the entity (id: " + object->id + ")",
                                     "FullName"));
  }
  if (object->type != "EventRelayConfig") {
    return std::unexpected(integrity("Only event relays can be updated; delete and create it", "Metadata"));
  }
  for (const auto& [key, value] : metadata.items()) {
    if (key == "state" || key == "relayOption") continue;
    const auto before = object->metadata.find(key);
    if (before == object->metadata.end() || *before != value)
      return std::unexpected(integrity("Only state and relayOption can be updated", "Metadata"));
  }
  const auto recovery = recovery_of(text_of(metadata, "relayOption"));
  const auto state = state_of(text_of(metadata, "state"));
  if (!recovery)
    return std::unexpected(integrity("ReplayRecovery must be LATEST or EARLIEST", "relayOption"));
  if (metadata.contains("state") && !state)
    return std::unexpected(integrity("The state must be RUN, PAUSE or STOP", "state"));
  if (metadata.contains("relayOption")) relays_.set_recovery(object->full_name, *recovery);
  if (state) relays_.set_state(object->full_name, *state);
  return {};
}

Setup::Refusal Setup::check_use(const Object& object) const {
  const auto refers = [&object](const Object& other) {
    if (object.type == "PlatformEventChannel")
      return other.type != object.type && text_of(other.metadata, "eventChannel") == object.full_name;
    return object.type == "NamedCredential" &&
           text_of(other.metadata, "destinationResourceName") == "callout:" + object.full_name;
  };
  // ASSUMPTION: code and text.
  const auto found = std::ranges::find_if(objects_, refers);
  if (found != objects_.end())
    return OrgError{
        .code = "DEPENDENCY_EXISTS",
        .message = object.full_name + " is referenced by " + found->type + " " + found->full_name};
  return std::nullopt;
}

OrgResult<> Setup::remove_setup(std::string_view type, std::string_view id) {
  const Object* object = with_id(type, id);
  if (object == nullptr) return std::unexpected(not_found());
  if (auto refused = check_use(*object)) return std::unexpected(std::move(*refused));
  if (object->type == "EventRelayConfig" && !relays_.remove(object->full_name)) {
    return std::unexpected(integrity("The scenario's own event relay cannot be deleted", "FullName"));
  }
  unmake(*object);
  std::erase_if(objects_, [object](const Object& other) { return &other == object; });
  return {};
}

void Setup::unmake(const Object& object) {
  if (object.type == "PlatformEventChannel") org_.channels().remove(object.full_name);
  if (object.type == "PlatformEventChannelMember") {
    Channel* channel = org_.channels().find(text_of(object.metadata, "eventChannel"));
    std::erase_if(channel->members, [&object](const Member& member) {
      return member.entity == text_of(object.metadata, "selectedEntity");
    });
  }
}

const Setup::Object* Setup::named(std::string_view type, std::string_view full_name) const {
  const auto found = std::ranges::find_if(
      objects_, [&](const Object& o) { return o.type == type && o.full_name == full_name; });
  return found == objects_.end() ? nullptr : &*found;
}

Setup::Object* Setup::with_id(std::string_view type, std::string_view id) {
  const auto found = std::ranges::find_if(objects_, [&](const Object& o) {
    return o.type == type && (o.id == id || (id.size() == 15 && std::string_view(o.id).starts_with(id)));
  });
  return found == objects_.end() ? nullptr : &*found;
}

std::string Setup::new_id(std::string_view type) {
  const auto* known = std::ranges::find_if(kTypes, [type](const auto& t) { return t.first == type; });
  return kernel::salesforce_id(known->second, ids_.below(1'000'000'000'000));
}

Json Setup::shown(const Object& object) const {
  Json metadata = object.metadata;
  for (const relay::RelayInfo& relay : relays_.relays()) {
    if (object.type != "EventRelayConfig" || relay.name != object.full_name) continue;
    metadata["state"] = relay::to_text(relay.state);
    metadata["relayOption"] = R"({"ReplayRecovery":")" + std::string(relay::to_text(relay.recovery)) + "\"}";
  }
  return Json{{"Id", object.id},
              {"FullName", object.full_name},
              {"DeveloperName", object.full_name.substr(0, object.full_name.find("__"))},
              {"Metadata", std::move(metadata)}};
}

std::string Setup::relay_id(std::string_view name) const {
  const Object* object = named("EventRelayConfig", name);
  return object == nullptr ? "" : object->id;
}

Json Setup::feedback_of(const relay::RelayInfo& relay) const {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  const auto time_or_null = [](const std::optional<kernel::WallTime>& time) {
    return time ? Json(kernel::iso_millis(*time)) : Json();
  };
  const std::string id = relay_id(relay.name);
  const relay::Feedback& feedback = relay.feedback;
  // ASSUMPTION: the id, and that there is no number and no usage type to show.
  return Json{{"Id", kernel::salesforce_id("7k4", kernel::hash_text(id))},
              {"EventRelayConfigId", id},
              {"EventRelayNumber", Json()},
              {"RemoteResource", feedback.remote_resource},
              {"Status", relay::to_text(feedback.status)},
              {"LastRelayedEventTime", time_or_null(feedback.last_relayed_event_time)},
              {"ErrorCode", text_or_null(feedback.error_code)},
              {"ErrorMessage", text_or_null(feedback.error_message)},
              {"ErrorIdentifier", text_or_null(feedback.error_identifier)},
              {"ErrorTime", time_or_null(feedback.error_time)},
              {"UsageType", Json()}};
}

OrgResult<Json> Setup::setup_object(std::string_view type, std::string_view id) {
  auto all = setup_objects(type);
  if (!all) return std::unexpected(all.error());
  const auto found = std::ranges::find_if(*all, [id](const Json& object) {
    const auto& own = object["Id"].get_ref<const std::string&>();
    return own == id || (id.size() == 15 && std::string_view(own).starts_with(id));
  });
  if (found == all->end()) return std::unexpected(not_found());
  return std::move(*found);
}

OrgResult<std::vector<Json>> Setup::setup_objects(std::string_view type) {
  std::vector<Json> all;
  if (type == kFeedback) {
    for (const relay::RelayInfo& relay : relays_.relays()) all.push_back(feedback_of(relay));
    return all;
  }
  if (!is_type(type)) return std::unexpected(not_found());
  for (const Object& object : objects_) {
    if (object.type == type) all.push_back(shown(object));
  }
  return all;
}

}  // namespace emulator::salesforce
