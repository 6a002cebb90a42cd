#include "emulator/salesforce/org.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/salesforce/errors.h"
#include "emulator/salesforce/records.h"
#include "emulator/salesforce/validate.h"
#include "middleware/kernel/ids.h"

namespace emulator::salesforce {
namespace {

constexpr std::size_t kEventBytesMax = 1'048'576;  // 1 MB an event message
constexpr std::string_view kSpace = " \t\r\n";

/// What the org draws from its seed before anything else, in this order.
struct FirstIds {
  std::string org_id;
  std::string user_id;
  std::int64_t replay_id;
};

FirstIds first_ids(std::uint64_t seed, const OrgConfig& config) {
  kernel::Random ids(seed, "salesforce ids");
  FirstIds first;
  first.org_id = kernel::salesforce_id("00D", ids.below(1'000'000'000'000));
  if (!config.org_id.empty()) first.org_id = config.org_id;
  first.user_id = kernel::salesforce_id("005", ids.below(1'000'000'000'000));
  first.replay_id = ids.between(1'000, 9'000'000);
  return first;
}

/// The org's own fields stand first; `more` holds what the definition adds: `"Note__c":null`.
std::string payload_text(std::string_view created, std::string_view user, std::string_view fields,
                         std::string_view more) {
  std::string text = R"({"CreatedDate":")";
  text += created;
  text += R"(","CreatedById":")";
  text += user;
  text += '"';
  const std::size_t open = fields.find('{');
  const std::size_t first = fields.find_first_not_of(kSpace, open + 1);
  if (first != std::string_view::npos && fields[first] != '}') text += ',';
  text.append(fields.substr(open + 1));
  if (!more.empty()) text.insert(text.rfind('}'), "," + std::string(more));
  return text;
}

OrgError not_json(std::string message = "not a JSON object") {
  return {.code = "JSON_PARSER_ERROR", .message = std::move(message)};
}

}  // namespace

OrgError not_found() {
  return {.http_status = 404, .code = "NOT_FOUND", .message = "The requested resource does not exist"};
}

Org::Org(OrgConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal)
    : config_(std::move(config)),
      scheduler_(scheduler),
      journal_(journal),
      uuids_(seed, "salesforce event uuids"),
      transactions_(seed, "salesforce transactions"),
      definitions_(config_),
      channels_(config_),
      users_(config_, {.org_id = first_ids(seed, config_).org_id, .is_active = config_.is_active},
             first_ids(seed, config_).user_id, seed),
      publishes_(std::chrono::hours{1},
                 config_.publish_per_hour.value_or(limits_of(config_.edition).publish_per_hour)),
      requests_(std::chrono::hours{24},
                config_.api_requests_per_day.value_or(limits_of(config_.edition).api_requests_per_day)),
      log_({.retention = config_.retention,
            .deliver_per_day = config_.deliver_per_day.value_or(limits_of(config_.edition).deliver_per_day),
            .first_replay_id = first_ids(seed, config_).replay_id,
            .seed = seed},
           channels_, scheduler, journal),
      records_(std::make_unique<Records>(definitions_)) {}

Org::~Org() = default;

std::expected<Org::Accepted, OrgError> Org::accept(const Publishing& publishing) {
  const auto& [api_name, fields, key, user_id, publisher, cause] = publishing;
  const Definitions::Event* event = definitions_.event(api_name);
  const EventDefinition* definition = event == nullptr ? nullptr : event->definition;
  std::optional<OrgError> error;
  std::string own_key(key);
  std::string unset;
  if (event == nullptr) {
    error = not_found();
  } else if (fields.size() > kEventBytesMax) {
    // ASSUMPTION: that an event over 1 MB is refused is documented, its code is not.
    error = OrgError{
        .http_status = 413, .code = "STRING_TOO_LONG", .message = "The event message is larger than 1 MB."};
  } else if (definition != nullptr &&
             (!definition->fields.empty() || (own_key.empty() && !definition->key.empty()))) {
    const auto parsed = kernel::parse_json(fields);
    if (!parsed || !parsed->is_object()) {
      error = parsed ? not_json() : not_json(parsed.error().message);
    } else {
      error = find_fault(*parsed, definition->fields, api_name);
      unset = unset_fields(*parsed, definition->fields);
      if (own_key.empty()) own_key = kernel::json_text_at(*parsed, "/" + definition->key);
    }
  } else if (const std::size_t first = fields.find_first_not_of(kSpace);
             first == std::string_view::npos || fields[first] != '{') {
    error = not_json();
  }
  if (!error && publishes_.take(scheduler_.now(), 1) == 0) {
    error = OrgError{.code = "LIMIT_EXCEEDED",
                     .message = "The hourly limit of published platform events is exceeded."};
  }

  std::string uuid = kernel::uuid4(uuids_);
  if (error) {
    const std::string channel = "/event/" + std::string(api_name);
    journal_.rejected(
        {.uuid = uuid, .channel = channel, .kind = api_name, .ordering_key = own_key, .payload = fields},
        "salesforce");
    kernel::point_hop(
        journal_,
        {.stage = kernel::Stage::Publish,
         .event = uuid,
         .parent = cause,
         .from = publisher,
         .to = "salesforce",
         .operation = api_name},
        {.outcome = kernel::Outcome::Rejected, .status = error->http_status, .error = error->code});
    return std::unexpected(*error);
  }
  const kernel::WallTime created = scheduler_.wall_now();
  const std::string_view user = user_id.empty() ? std::string_view(users_.first().id) : user_id;
  return Accepted{.event = event,
                  .api_name = std::string(api_name),
                  .uuid = std::move(uuid),
                  .key = std::move(own_key),
                  .payload = payload_text(kernel::iso_millis(created), user, fields, unset),
                  .created = created};
}

/// The event goes out: into the record, and into the stream.
std::int64_t Org::put(const Publishing& publishing, Accepted accepted) {
  const bool is_lost = to_lose_ > 0;
  const std::int64_t replay_id = is_lost ? 0 : log_.next_replay_id();
  journal_.published({.uuid = accepted.uuid,
                      .replay_id = replay_id,
                      .channel = accepted.event->channel,
                      .kind = accepted.api_name,
                      .ordering_key = accepted.key,
                      .payload = accepted.payload});
  kernel::point_hop(journal_,
                    {.stage = kernel::Stage::Publish,
                     .event = accepted.uuid,
                     .parent = publishing.cause,
                     .from = publishing.publisher,
                     .to = "salesforce",
                     .operation = accepted.api_name},
                    {.status = 201, .bytes_received = static_cast<std::int64_t>(accepted.payload.size())});
  if (is_lost) {
    --to_lose_;
    journal_.ended(accepted.uuid, kernel::End::Lost, "salesforce: accepted and never stored");
    return 0;
  }
  relay::StoredEvent stored{.uuid = std::move(accepted.uuid),
                            .replay_id = replay_id,
                            .api_name = std::move(accepted.api_name),
                            .payload = std::move(accepted.payload),
                            .schema_id = accepted.event->schema_id,
                            .created = accepted.created,
                            .stored_at = scheduler_.now()};
  keep(std::move(stored));
  return replay_id;
}

void Org::keep(relay::StoredEvent stored) {
  if (to_store_twice_ == 0) return log_.append(std::move(stored));
  --to_store_twice_;
  relay::StoredEvent copy = stored;
  log_.append(std::move(stored));
  copy.replay_id = log_.next_replay_id();
  log_.append(std::move(copy), true);
}

std::expected<Published, OrgError> Org::publish(std::string_view api_name, std::string_view fields,
                                                std::string_view key) {
  const Publishing publishing{.api_name = api_name, .fields = fields, .key = key};
  auto accepted = accept(publishing);
  if (!accepted) return std::unexpected(accepted.error());
  std::string uuid = accepted->uuid;
  const std::int64_t replay_id = put(publishing, std::move(*accepted));
  return Published{std::move(uuid), replay_id};
}

OrgResult<std::unique_ptr<StreamSubscription>> Org::open(SubscribeRequest request) {
  const auto refused = [](int status, const std::string& text) {
    return std::unexpected(OrgError{
        .http_status = status, .code = "STREAMING", .message = std::to_string(status) + "::" + text});
  };
  if (request.channel.empty()) return refused(400, "Channel name not specified");
  if (request.channel.front() != '/')
    return refused(400, "Channel subscriptions must start with a leading '/'");
  const auto view = channels_.of_path(request.channel);
  if (!view || !has_entity(*view))
    return refused(400, "The channel you requested to subscribe to does not exist {" + request.channel + "}");
  const User* user = request.user_id.empty() ? &users_.first() : users_.user(request.user_id);
  if (request.channel.starts_with("/data/") && (user == nullptr || !user->has_view_all_data))
    return refused(403, "User not allowed to subscribe CDC without View All Data permissions");
  if (is_delivery_limit_reached()) return refused(403, "Organization total events daily limit exceeded");
  if (!log_.is_known(request.replay)) {
    return refused(400, "The replayId {" + std::to_string(request.replay) +
                            "} you provided was invalid.  Please provide a valid ID, -2 to replay all "
                            "events, or -1 to replay only new events.");
  }
  return log_.open(std::move(request), *view);
}

bool Org::has_entity(const Channels::View& view) {
  if (view.kind != Channels::View::Kind::Entity) return true;
  if (!is_change_event(view.name)) return definitions_.event(view.name) != nullptr;
  // Change events may also be published as they were captured, of any object.
  if (!config_.only_declared) return true;
  return std::ranges::any_of(config_.objects, [&view](const auto& object) {
    return object.second.has_change_events && change_event_name(object.first) == view.name;
  });
}

}  // namespace emulator::salesforce
