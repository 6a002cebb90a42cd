#include "mocks/stubs/bucket.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mocks/faults/faulted_reply.h"
#include "mocks/stubs/bucket_query.h"

namespace mocks::stubs {
namespace {

using kernel::HttpResponse;
using kernel::Json;

std::string id_text(const Json& record, const std::string& field) {
  const auto found = record.find(field);
  if (found == record.end()) return {};
  return found->is_string() ? found->get<std::string>() : kernel::json_text(*found);
}

}  // namespace

Bucket::Bucket(const BucketSpec& spec) : spec_(spec) { reset(); }
Bucket::~Bucket() = default;

void Bucket::reset() {
  Records records;
  if (spec_.seed) records.assign(spec_.seed->begin(), spec_.seed->end());
  versions_.clear();
  versions_.push_back({.records = std::make_shared<const Records>(std::move(records))});
}

bool Bucket::is_for(const match::RequestView& request) const {
  const std::string_view path = request.path();
  return path == spec_.path || match::path_parameters(spec_.path + "/{id}", path).has_value();
}

const Bucket::Records& Bucket::seen(kernel::Timestamp now) {
  // What was current `lag` ago: the oldest version that the next one had not replaced by then.
  while (versions_.size() > 1 && versions_[1].since + spec_.lag <= now) versions_.pop_front();
  return *versions_.front().records;
}

void Bucket::change(Records records, kernel::Timestamp now) {
  versions_.push_back({.since = now, .records = std::make_shared<const Records>(std::move(records))});
  static_cast<void>(seen(now));
}

Bucket::Answer Bucket::answer(const match::RequestView& request, kernel::Timestamp now,
                              const std::string& uuid) {
  if (request.path() == spec_.path) {
    if (request.method() == "GET") return {.response = list(request, now)};
    if (request.method() == "POST") return create(request, now, uuid);
    return {.response = error_answer(405, "method_not_allowed", "a list takes GET and POST")};
  }
  const auto parameters = match::path_parameters(spec_.path + "/{id}", request.path());
  return {.response = one(request, parameters->front().second, now)};
}

HttpResponse Bucket::list(const match::RequestView& request, kernel::Timestamp now) {
  const Records& records = seen(now);
  const Listed shown = listed(records, request.query_fields());
  std::string body = "[";
  for (const Json* record : shown.records) body += (body.size() > 1 ? "," : "") + kernel::json_text(*record);
  HttpResponse response = json_answer(200, body + "]");
  response.headers.add("X-Total-Count", std::to_string(records.size()));
  response.headers.add("X-Filtered-Count", std::to_string(shown.filtered));
  return response;
}

Bucket::Answer Bucket::create(const match::RequestView& request, kernel::Timestamp now,
                              const std::string& uuid) {
  const Json* body = request.json();
  if (body == nullptr || !body->is_object())
    return {.response = error_answer(400, "not_json", "a record is a JSON object")};
  Json record = *body;
  Records records = current();
  if (!record.contains(spec_.id)) {
    const bool has_numbers = !records.empty() && std::ranges::all_of(records, [this](const Json& r) {
      return r.contains(spec_.id) && r[spec_.id].is_number_integer();
    });
    std::int64_t largest = 0;
    for (const Json& r : records)
      largest = std::max(largest, has_numbers ? r[spec_.id].get<std::int64_t>() : 0);
    record[spec_.id] = has_numbers ? Json(largest + 1) : Json(uuid);
  }
  const std::string id = id_text(record, spec_.id);
  const bool is_taken =
      std::ranges::any_of(records, [&](const Json& r) { return id_text(r, spec_.id) == id; });
  if (is_taken) return {.response = error_answer(409, "exists", "there is a record '" + id + "'")};
  Answer answer{.response = json_answer(201, kernel::json_text(record)),
                .created_key = spec_.effect_key.empty() ? id : kernel::json_text_at(record, spec_.effect_key),
                .has_created = true};
  records.push_back(std::move(record));
  change(std::move(records), now);
  return answer;
}

HttpResponse Bucket::one(const match::RequestView& request, const std::string& id, kernel::Timestamp now) {
  const auto is_it = [&](const Json& record) { return id_text(record, spec_.id) == id; };
  if (request.method() == "GET") {
    const Records& records = seen(now);
    const auto found = std::ranges::find_if(records, is_it);
    if (found == records.end()) return error_answer(404, "not_found", "there is no record '" + id + "'");
    return json_answer(200, kernel::json_text(*found));
  }
  Records records = current();
  const auto found = std::ranges::find_if(records, is_it);
  if (found == records.end()) return error_answer(404, "not_found", "there is no record '" + id + "'");
  if (request.method() == "DELETE") {
    records.erase(found);
    change(std::move(records), now);
    return {204, {}, {}};
  }
  if (request.method() != "PUT" && request.method() != "PATCH")
    return error_answer(405, "method_not_allowed", "a record takes GET, PUT, PATCH and DELETE");
  const Json* body = request.json();
  if (body == nullptr || !body->is_object())
    return error_answer(400, "not_json", "a record is a JSON object");
  if (request.method() == "PUT") {
    const Json kept = (*found)[spec_.id];
    *found = *body;
    if (!found->contains(spec_.id)) (*found)[spec_.id] = kept;
  } else {
    for (auto member = body->begin(); member != body->end(); ++member) (*found)[member.key()] = *member;
  }
  HttpResponse response = json_answer(200, kernel::json_text(*found));
  change(std::move(records), now);
  return response;
}

}  // namespace mocks::stubs
