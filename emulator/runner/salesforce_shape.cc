// The org and its relay: `given.salesforce`, `given.relay`.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/runner/given_shapes.h"
#include "emulator/salesforce/validate.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::choice;
using config::duration;
using config::integer;
using config::list_of;
using config::map_of;
using config::MapOf;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using salesforce::FieldType;
using salesforce::OrgConfig;
using namespace std::chrono_literals;

struct FieldText : salesforce::FieldDefinition {
  std::optional<kernel::Json> said{};  ///< default
};

Shape<salesforce::FieldDefinition> field_shape() {
  const auto field =
      object<FieldText>("a field", "A field of a platform event or an object.")
          .optional("type", &FieldText::type,
                    choice<FieldType>({{"Text", FieldType::Text},
                                       {"TextArea", FieldType::TextArea},
                                       {"Number", FieldType::Number},
                                       {"Checkbox", FieldType::Checkbox},
                                       {"Date", FieldType::Date},
                                       {"DateTime", FieldType::DateTime}}),
                    "What it holds.")
          .optional("required", &FieldText::required, boolean(), "Publishing without it fails.")
          .optional("length", &FieldText::length, integer(0, 131'072), "Longest text; 0: the type's own.")
          .optional("precision", &FieldText::precision, integer(0, 18), "Digits of a Number; 0: any.")
          .optional("scale", &FieldText::scale, integer(0, 17), "How many of these stand behind the point.")
          .optional("default", &FieldText::said, config::json(), "What it holds when it is not set.")
          .optional("external_id", &FieldText::is_external_id, boolean(), "Of objects: upsert may name it.")
          .check("scale",
                 [](const FieldText& field) -> std::optional<std::string> {
                   if (field.scale == 0 || field.scale < field.precision) return std::nullopt;
                   return "'scale' must be below 'precision'";
                 })
          .check("default",
                 [](const FieldText& field) -> std::optional<std::string> {
                   if (!field.said) return std::nullopt;
                   const auto fault = salesforce::find_fault(kernel::Json{{"default", *field.said}},
                                                             {{"default", field}}, "the field");
                   if (fault) return fault->message;
                   return std::nullopt;
                 })
          .done();
  return mapped<salesforce::FieldDefinition>(
      field, [](const FieldText& text) -> kernel::Result<salesforce::FieldDefinition> {
        salesforce::FieldDefinition definition = text;
        if (text.said) definition.fallback = kernel::json_text(*text.said);
        return definition;
      });
}

Shape<MapOf<salesforce::EventDefinition>> events_shape() {
  using salesforce::EventDefinition;
  using salesforce::PublishBehaviour;
  const auto event =
      object<EventDefinition>("an event definition", "A platform event.")
          .optional("key", &EventDefinition::key, non_empty_text(),
                    "Field that names an event: its business key.")
          .optional("fields", &EventDefinition::fields, map_of(field_shape()),
                    "Its fields; any are taken when absent.")
          .optional("publish", &EventDefinition::publish,
                    choice<PublishBehaviour>({{"immediately", PublishBehaviour::Immediately},
                                              {"after_commit", PublishBehaviour::AfterCommit}}),
                    "When it goes out: at once, or if its transaction commits.")
          .done();
  const config::KeyRule api_name = {.refuses = [](const std::string& name) -> std::optional<std::string> {
    if (name.ends_with("__e") && name.size() > 3) return std::nullopt;
    return "'" + name + "' is no platform event: its API name ends in __e";
  }};
  return map_of(event, api_name);
}

Shape<MapOf<salesforce::ObjectDefinition>> objects_shape() {
  using salesforce::ObjectDefinition;
  const auto one = object<ObjectDefinition>("an object", "An object that has records.")
                       .optional("key_prefix", &ObjectDefinition::key_prefix, non_empty_text(),
                                 "The first three characters of its ids.")
                       .optional("fields", &ObjectDefinition::fields, map_of(field_shape()),
                                 "Its fields; any are taken when absent.")
                       .optional("change_events", &ObjectDefinition::has_change_events, boolean(),
                                 "Whether it is selected for Change Data Capture.")
                       .check("key_prefix",
                              [](const ObjectDefinition& it) -> std::optional<std::string> {
                                if (it.key_prefix.empty() || it.key_prefix.size() == 3) return std::nullopt;
                                return "'key_prefix' wants three characters";
                              })
                       .done();
  return map_of(one);
}

Shape<salesforce::ChannelConfig> members_shape() {
  using salesforce::MemberConfig;
  const auto name =
      mapped<MemberConfig>(non_empty_text(), [](const std::string& entity) -> kernel::Result<MemberConfig> {
        return MemberConfig{.entity = entity};
      });
  const auto map = object<MemberConfig>("a channel member", "An event that a channel carries.")
                       .required("event", &MemberConfig::entity, non_empty_text(),
                                 "API name of a platform event or a change event.")
                       .optional("filter", &MemberConfig::filter, non_empty_text(),
                                 "Only events that this expression accepts.")
                       .optional("enrich", &MemberConfig::enriched, list_of(non_empty_text(), 1),
                                 "Fields of change events that are sent although they did not change.")
                       .check("filter",
                              [](const MemberConfig& member) -> std::optional<std::string> {
                                if (member.filter.empty()) return std::nullopt;
                                const auto parsed = salesforce::Filter::parse(member.filter);
                                if (parsed) return std::nullopt;
                                return "the filter is invalid " + parsed.error().message;
                              })
                       .check("enrich",
                              [](const MemberConfig& member) -> std::optional<std::string> {
                                if (member.enriched.empty() || salesforce::is_change_event(member.entity))
                                  return std::nullopt;
                                return "only change events can be enriched";
                              })
                       .done();
  const Shape<MemberConfig> member = config::either<MemberConfig>({.scalar = name, .map = map});
  return mapped<salesforce::ChannelConfig>(
      list_of(member),
      [](const std::vector<MemberConfig>& members) -> kernel::Result<salesforce::ChannelConfig> {
        return salesforce::ChannelConfig{.members = members};
      });
}

Shape<std::vector<salesforce::User>> users_shape() {
  using salesforce::User;
  const auto user =
      object<User>("a user", "Somebody who may log in.")
          .optional("password", &User::password, non_empty_text(), "Of the login.")
          .optional("security_token", &User::security_token, non_empty_text(), "Stands behind the password.")
          .optional("active", &User::is_active, boolean(), "Whether the login is allowed.")
          .optional("view_all_data", &User::has_view_all_data, boolean(),
                    "Whether the user may subscribe to change events.")
          .done();
  return mapped<std::vector<User>>(map_of(user),
                                   [](const MapOf<User>& named) -> kernel::Result<std::vector<User>> {
                                     std::vector<User> users;
                                     for (const auto& [name, one] : named) {
                                       users.push_back(one);
                                       users.back().username = name;
                                     }
                                     return users;
                                   });
}

Shape<std::vector<salesforce::ConnectedApp>> apps_shape() {
  using salesforce::ConnectedApp;
  const auto app =
      object<ConnectedApp>("a connected app", "A client that may ask for tokens.")
          .required("consumer_key", &ConnectedApp::consumer_key, non_empty_text(), "The client_id.")
          .optional("consumer_secret", &ConnectedApp::consumer_secret, non_empty_text(), "The client_secret.")
          .optional("run_as", &ConnectedApp::run_as, non_empty_text(),
                    "User of the client credentials flow; without it the flow is refused.")
          .optional("session_timeout", &ConnectedApp::session_timeout, duration(1s),
                    "A token is dead after so long.")
          .done();
  return mapped<std::vector<ConnectedApp>>(
      map_of(app), [](const MapOf<ConnectedApp>& named) -> kernel::Result<std::vector<ConnectedApp>> {
        std::vector<ConnectedApp> apps;
        for (const auto& [name, one] : named) {
          apps.push_back(one);
          apps.back().name = name;
        }
        return apps;
      });
}

/// What the edition does not allow, or nothing.
std::optional<std::string> beyond_edition(const OrgConfig& org) {
  const salesforce::EditionLimits limits = salesforce::limits_of(org.edition);
  std::vector<std::string> distinct;
  for (const auto& [name, channel] : org.channels) {
    for (const salesforce::MemberConfig& member : channel.members) {
      if (std::ranges::find(distinct, member.entity) == distinct.end()) distinct.push_back(member.entity);
    }
  }
  const auto selected =
      std::ranges::count_if(org.objects, [](const auto& o) { return o.second.has_change_events; });
  const std::tuple<std::size_t, std::int64_t, const char*> counts[] = {
      {org.events.size(), limits.event_definitions, "event definitions"},
      {org.channels.size(), limits.channels, "custom channels"},
      {distinct.size(), limits.member_events, "distinct events over all channel members"},
      {static_cast<std::size_t>(selected), limits.change_data_objects, "objects with change events"}};
  for (const auto& [count, allowed, what] : counts) {
    if (std::cmp_greater(count, allowed))
      return "the edition allows " + std::to_string(allowed) + " " + what + ", there are " +
             std::to_string(count);
  }
  return std::nullopt;
}

/// Members that no definition knows, where the org keeps to what is declared.
std::optional<std::string> unknown_member(const OrgConfig& org) {
  for (const auto& [name, channel] : org.channels) {
    const bool has_changes =
        !channel.members.empty() && salesforce::is_change_event(channel.members[0].entity);
    for (const salesforce::MemberConfig& member : channel.members) {
      const bool is_change = salesforce::is_change_event(member.entity);
      if (!is_change && !member.entity.ends_with("__e"))
        return "'" + member.entity + "' of channel " + name +
               " is neither a platform event nor a change event";
      if (is_change != has_changes)
        return "channel " + name + " carries platform events and change events: it must be of one kind";
      const bool is_declared =
          std::ranges::any_of(org.events, [&](const auto& e) { return e.first == member.entity; }) ||
          std::ranges::any_of(org.objects, [&](const auto& o) {
            return salesforce::change_event_name(o.first) == member.entity;
          });
      if (org.only_declared && !is_declared)
        return "'" + member.entity + "' of channel " + name + " is not declared";
    }
  }
  return std::nullopt;
}

std::optional<std::string> unknown_user(const OrgConfig& org) {
  for (const salesforce::ConnectedApp& app : org.apps) {
    const bool is_known = org.users.empty() ? app.run_as == "relayrig"
                                            : std::ranges::any_of(org.users, [&app](const auto& user) {
                                                return user.username == app.run_as;
                                              });
    if (!app.run_as.empty() && !is_known)
      return "app '" + app.name + "' runs as '" + app.run_as + "', who is no user";
  }
  return std::nullopt;
}

}  // namespace

Shape<OrgConfig> salesforce_shape() {
  using salesforce::Edition;
  constexpr std::int64_t kMany = 1'000'000'000;
  return object<OrgConfig>("salesforce", "The org that publishes.")
      .optional("id", &OrgConfig::org_id, non_empty_text(), "Its 18 characters; from the seed when absent.")
      .optional("edition", &OrgConfig::edition,
                choice<Edition>({{"developer", Edition::Developer},
                                 {"enterprise", Edition::Enterprise},
                                 {"unlimited", Edition::Unlimited}}),
                "Decides what is allowed: events an hour, deliveries a day, definitions.")
      .optional("publish_per_hour", &OrgConfig::publish_per_hour, integer(1, kMany),
                "Instead of the edition's allocation.")
      .optional("deliver_per_day", &OrgConfig::deliver_per_day, integer(1, kMany),
                "Deliveries to all readers, relays included; instead of the edition's allocation.")
      .optional("api_requests_per_day", &OrgConfig::api_requests_per_day, integer(1, kMany),
                "REST calls; instead of the edition's allocation.")
      .optional("streaming_clients", &OrgConfig::streaming_clients, integer(1, kMany),
                "CometD clients at once; instead of the edition's allocation.")
      .optional("retention", &OrgConfig::retention, duration(1s, 24h * 30),
                "How long an event can be read again.")
      .optional("only_declared", &OrgConfig::only_declared, boolean(),
                "An event that is not declared is NOT_FOUND, instead of taking any fields.")
      .optional("active", &OrgConfig::is_active, boolean(), "Whether anybody may log in.")
      .optional("events", &OrgConfig::events, events_shape(),
                "Event definitions by API name; other events take any fields.")
      .optional("objects", &OrgConfig::objects, objects_shape(), "Objects that have records, by API name.")
      .optional("channels", &OrgConfig::channels, map_of(members_shape()),
                "Custom channels and their members; a channel that is not named carries every event.")
      .optional("change_overflow_at", &OrgConfig::change_overflow_at, integer(1, 100'000),
                "Changes of one transaction that give change events; the rest gives GAP_OVERFLOW.")
      .optional("users", &OrgConfig::users, users_shape(), "By username; relayrig alone when absent.")
      .optional("apps", &OrgConfig::apps, apps_shape(), "Connected apps by name; relayrig alone when absent.")
      .check("id",
             [](const OrgConfig& org) -> std::optional<std::string> {
               if (org.org_id.empty() || (org.org_id.size() == 18 && org.org_id.starts_with("00D")))
                 return std::nullopt;
               return "'id' wants 18 characters that begin with 00D";
             })
      .check(beyond_edition)
      .check("channels", unknown_member)
      .check("apps", unknown_user)
      .done();
}

Shape<relay::RelayConfig> relay_shape() {
  using relay::AdminState;
  using relay::EnvelopeProfile;
  using relay::Oversize;
  using relay::Refusal;
  using relay::RelayConfig;
  using relay::ReplayRecovery;
  return object<RelayConfig>("the relay", "The Event Relay between the org and the bus.")
      .optional("name", &RelayConfig::name, non_empty_text(), "As the Tooling API shows it.")
      .optional("channel", &RelayConfig::channel, non_empty_text(), "The channel it reads.")
      .optional("state", &RelayConfig::state,
                choice<AdminState>(
                    {{"RUN", AdminState::Run}, {"PAUSE", AdminState::Pause}, {"STOP", AdminState::Stop}}),
                "At the start.")
      .optional("recovery", &RelayConfig::recovery,
                choice<ReplayRecovery>(
                    {{"LATEST", ReplayRecovery::Latest}, {"EARLIEST", ReplayRecovery::Earliest}}),
                "ReplayRecovery: where it goes on when its position is lost.")
      .optional("envelope", &RelayConfig::envelope,
                choice<EnvelopeProfile>({{"payload-only", EnvelopeProfile::PayloadOnly},
                                         {"pubsub", EnvelopeProfile::PubSub},
                                         {"cometd", EnvelopeProfile::CometD}}),
                "What stands beside the payload in detail.")
      .optional("latency", &RelayConfig::latency, duration(), "From stored to handed over, for a batch.")
      .optional("batch", &RelayConfig::batch_max, integer(1, 20), "Events in one PutPartnerEvents call.")
      .optional("retry_base", &RelayConfig::retry_base, duration(1ms), "First wait in ERROR; doubles.")
      .optional("retry_wait_max", &RelayConfig::retry_wait_max, duration(1ms), "Longest wait.")
      .optional("state_delay", &RelayConfig::state_delay, duration(),
                "Until a change of state has its effect; minutes in reality.")
      .optional("source_delay", &RelayConfig::source_delay, duration(),
                "Until the event source of a relay that the Tooling API made is there.")
      .optional("entry_bytes", &RelayConfig::entry_bytes_max, config::size(),
                "Largest entry that the bus takes.")
      .optional("oversize", &RelayConfig::oversize,
                choice<Oversize>(
                    {{"drop", Oversize::Drop}, {"error", Oversize::Error}, {"block", Oversize::Block}}),
                "An event that is larger is lost, or stops the relay with or without ERROR.")
      .optional("refused", &RelayConfig::refusal,
                choice<Refusal>({{"error", Refusal::Error}, {"drop", Refusal::Drop}}),
                "Events that the bus refuses are tried again in ERROR, or are lost.")
      .optional("enriched", &RelayConfig::allows_enrichment, boolean(),
                "Whether a channel with enriched fields is relayed; otherwise the relay is in ERROR.")
      .done();
}

}  // namespace emulator::runner
