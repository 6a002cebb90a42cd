#include "emulator/salesforce/org.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/salesforce/validate.h"
#include "middleware/kernel/digest.h"
#include "middleware/kernel/ids.h"

namespace emulator::salesforce {
namespace {

constexpr std::size_t kEventBytesMax = 1'048'576;  // 1 MB an event message
constexpr std::string_view kSpace = " \t\r\n";

/// 22 characters of base64url, as schema ids look. Depends on the definition's name only.
std::string schema_id(std::string_view api_name) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto hash = kernel::sha1(api_name);
  std::string text;
  for (std::size_t i = 0; i < 20; ++i) text += kDigits[hash[i] & 63];
  return text + "QA";
}

std::string payload_text(std::string_view created, std::string_view user, std::string_view fields) {
  std::string text = R"({"CreatedDate":")";
  text += created;
  text += R"(","CreatedById":")";
  text += user;
  text += '"';
  const std::size_t open = fields.find('{');
  const std::size_t first = fields.find_first_not_of(kSpace, open + 1);
  if (first != std::string_view::npos && fields[first] != '}') text += ',';
  return text.append(fields.substr(open + 1));
}

}  // namespace

std::int64_t publish_allocation(Edition edition) { return edition == Edition::Developer ? 50'000 : 250'000; }

Org::Org(OrgConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal)
    : config_(std::move(config)),
      scheduler_(scheduler),
      journal_(journal),
      uuids_(seed, "salesforce event uuids"),
      replay_ids_(seed, "salesforce replay ids") {
  kernel::Random ids(seed, "salesforce ids");
  org_id_ = kernel::salesforce_id("00D", ids.below(1'000'000'000'000));
  user_id_ = kernel::salesforce_id("005", ids.below(1'000'000'000'000));
  last_replay_id_ = ids.between(1'000, 9'000'000);
}

const EventDefinition* Org::find(std::string_view api_name) const {
  const auto found =
      std::ranges::find(config_.events, api_name, [](const auto& e) { return std::string_view(e.first); });
  return found == config_.events.end() ? nullptr : &found->second;
}

std::optional<PublishError> Org::over_allocation() {
  const kernel::Timestamp now = scheduler_.now();
  while (!last_hour_.empty() && now - last_hour_.front().time >= std::chrono::hours{1}) {
    published_in_last_hour_ -= last_hour_.front().events;
    last_hour_.pop_front();
  }
  if (published_in_last_hour_ >= config_.publish_per_hour.value_or(publish_allocation(config_.edition))) {
    return PublishError{.code = "LIMIT_EXCEEDED",
                        .message = "The hourly limit of published platform events is exceeded."};
  }
  if (last_hour_.empty() || last_hour_.back().time != now) last_hour_.push_back({.time = now, .events = 0});
  ++last_hour_.back().events;
  ++published_in_last_hour_;
  return std::nullopt;
}

std::expected<Published, PublishError> Org::publish(std::string_view api_name, std::string_view fields,
                                                    std::string_view key) {
  const EventDefinition* definition = find(api_name);
  std::optional<PublishError> error;
  std::string own_key(key);
  if (!api_name.ends_with("__e")) {
    error = PublishError{
        .http_status = 404, .code = "NOT_FOUND", .message = "The requested resource does not exist"};
  } else if (fields.size() > kEventBytesMax) {
    // ASSUMPTION: that an event over 1 MB is refused is documented, its code is not.
    error = PublishError{
        .http_status = 413, .code = "STRING_TOO_LONG", .message = "The event message is larger than 1 MB."};
  } else if (definition != nullptr &&
             (!definition->fields.empty() || (own_key.empty() && !definition->key.empty()))) {
    const auto parsed = kernel::parse_json(fields);
    if (!parsed || !parsed->is_object()) {
      error = PublishError{.code = "JSON_PARSER_ERROR",
                           .message = parsed ? "not a JSON object" : parsed.error().message};
    } else {
      error = find_fault(*parsed, *definition, api_name);
      if (own_key.empty()) own_key = kernel::json_text_at(*parsed, "/" + definition->key);
    }
  } else if (const std::size_t first = fields.find_first_not_of(kSpace);
             first == std::string_view::npos || fields[first] != '{') {
    error = PublishError{.code = "JSON_PARSER_ERROR", .message = "not a JSON object"};
  }
  if (!error) error = over_allocation();

  const std::string channel = "/event/" + std::string(api_name);
  std::string uuid = kernel::uuid4(uuids_);
  kernel::PublishedEvent record{
      .uuid = uuid, .channel = channel, .kind = api_name, .ordering_key = own_key, .payload = fields};
  const kernel::HopStart hop{.stage = kernel::Stage::Publish,
                             .event = uuid,
                             .from = "publisher",
                             .to = "salesforce",
                             .operation = api_name};
  if (error) {
    journal_.rejected(record, "salesforce");
    kernel::point_hop(
        journal_, hop,
        {.outcome = kernel::Outcome::Rejected, .status = error->http_status, .error = error->code});
    return std::unexpected(*error);
  }

  purge();
  last_replay_id_ += replay_ids_.between(1, 4);  // opaque: rising, with holes
  const kernel::WallTime created = scheduler_.wall_now();
  auto stored = std::make_shared<const relay::StoredEvent>(
      relay::StoredEvent{.uuid = uuid,
                         .replay_id = last_replay_id_,
                         .api_name = std::string(api_name),
                         .payload = payload_text(kernel::iso_millis(created), user_id_, fields),
                         .schema_id = schema_id(api_name),
                         .created = created,
                         .stored_at = scheduler_.now()});
  record.replay_id = last_replay_id_;
  record.payload = stored->payload;
  journal_.published(record);
  kernel::point_hop(journal_, hop,
                    {.status = 201, .bytes_received = static_cast<std::int64_t>(stored->payload.size())});
  retained_.push_back(std::move(stored));
  bool is_read = false;
  for (const Subscriber& subscriber : subscribers_) {
    if (!carries(subscriber.channel, api_name)) continue;
    is_read = true;
    subscriber.listener->on_stored();
  }
  if (!is_read) {
    kernel::point_hop(
        journal_, {.stage = kernel::Stage::Relay, .event = uuid, .from = "salesforce", .to = "relay"},
        {.outcome = kernel::Outcome::Filtered, .error = "no channel that is relayed carries it"});
    journal_.ended(uuid, kernel::End::Filtered, "salesforce: no channel that is relayed carries it");
  }
  return Published{std::move(uuid), last_replay_id_};
}

void Org::purge() {
  // ASSUMPTION: the edge is sharp. The real one may keep events somewhat longer, which nobody can rely on.
  const kernel::Timestamp now = scheduler_.now();
  while (!retained_.empty() && now - retained_.front()->stored_at >= config_.retention) {
    const relay::StoredEventPtr purged = std::move(retained_.front());
    retained_.pop_front();
    for (const Subscriber& subscriber : subscribers_) {
      if (carries(subscriber.channel, purged->api_name)) subscriber.listener->on_purged(*purged);
    }
  }
}

bool Org::carries(std::string_view channel, std::string_view api_name) const {
  const auto found =
      std::ranges::find(config_.channels, channel, [](const auto& c) { return std::string_view(c.first); });
  return found == config_.channels.end() || std::ranges::find(found->second, api_name) != found->second.end();
}

std::vector<relay::StoredEventPtr> Org::read_after(std::string_view channel, std::int64_t replay_id,
                                                   std::size_t count) {
  purge();
  auto next = std::ranges::upper_bound(retained_, replay_id, {}, [](const auto& e) { return e->replay_id; });
  std::vector<relay::StoredEventPtr> events;
  for (; next != retained_.end() && events.size() < count; ++next) {
    if (carries(channel, (*next)->api_name)) events.push_back(*next);
  }
  return events;
}

}  // namespace emulator::salesforce
