// A unit of work: events that wait for the commit, records and their change events.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>

#include "emulator/salesforce/change_events.h"
#include "emulator/salesforce/errors.h"
#include "emulator/salesforce/org.h"
#include "emulator/salesforce/records.h"
#include "emulator/salesforce/validate.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"

namespace emulator::salesforce {

class Org::Work final : public Transaction {
 public:
  Work(Org& org, Caller caller) : org_(org), caller_(std::move(caller)) {}
  ~Work() override {
    if (is_open_) roll_back();
  }

  using Json = kernel::Json;

  OrgResult<SavedEvent> publish(std::string_view api_name, std::string_view fields) override {
    const Publishing publishing = of_caller(api_name, fields);
    auto accepted = org_.accept(publishing);
    if (!accepted) return std::unexpected(accepted.error());
    SavedEvent saved{.id = org_.published_id(*accepted->event), .event_uuid = accepted->uuid};
    const EventDefinition* definition = accepted->event->definition;
    if (definition != nullptr && definition->publish == PublishBehaviour::AfterCommit) {
      waiting_.push_back(std::move(*accepted));
    } else {
      org_.put(publishing, std::move(*accepted));
    }
    return saved;
  }

  OrgResult<std::string> create(std::string_view object, const Json& fields) override {
    if (auto refused = check(object, fields, true)) return std::unexpected(std::move(*refused));
    Json values = Json::object();
    for (const auto& [name, value] : fields.items()) {
      if (!value.is_null()) values[name] = value;
    }
    for (const auto& [name, definition] : org_.definitions_.object(object)->fields) {
      if (!fields.contains(name) && definition.fallback)
        values[name] = *kernel::parse_json(*definition.fallback);
    }
    for (const char* date : {"CreatedDate", "LastModifiedDate"}) values[date] = now_text();
    for (const char* user : {"CreatedById", "LastModifiedById"}) values[user] = user_id();
    const Record& record = org_.records_->add(object, std::move(values));
    undo_.push_back({std::string(object), record.id, {}, Undo::Kind::Drop});
    note(object, record, ChangeType::Create, all_of(record));
    return record.id;
  }

  OrgResult<> update(std::string_view object, std::string_view id, const Json& fields) override {
    if (auto refused = check(object, fields, false)) return std::unexpected(std::move(*refused));
    auto found = org_.records_->find(object, id, false);
    if (!found) return std::unexpected(found.error());
    Record& record = **found;
    std::vector<std::pair<std::string, Json>> changed;
    for (const auto& [name, value] : fields.items()) {
      const auto before = record.fields.find(name);
      const bool is_same = before == record.fields.end() ? value.is_null() : *before == value;
      if (!is_same) changed.emplace_back(name, value);
    }
    if (changed.empty()) return {};
    undo_.push_back({std::string(object), record.id, record.fields, Undo::Kind::Fields});
    changed.emplace_back("LastModifiedDate", now_text());
    if (record.fields["LastModifiedById"] != user_id()) changed.emplace_back("LastModifiedById", user_id());
    for (const auto& [name, value] : changed) {
      if (value.is_null()) {
        record.fields.erase(name);
      } else {
        record.fields[name] = value;
      }
    }
    note(object, record, ChangeType::Update, std::move(changed));
    return {};
  }

  OrgResult<Upserted> upsert(std::string_view object, std::string_view external_field, const Json& value,
                             const Json& fields) override {
    const ObjectDefinition* definition = org_.definitions_.object(object);
    if (definition == nullptr) return std::unexpected(not_found());
    const auto field = std::ranges::find(definition->fields, external_field,
                                         [](const auto& f) { return std::string_view(f.first); });
    if (field == definition->fields.end() || !field->second.is_external_id) {
      // ASSUMPTION: the text.
      return std::unexpected(OrgError{.code = "INVALID_FIELD",
                                      .message = "Provided external ID field does not exist or is not "
                                                 "accessible: " +
                                                 std::string(external_field)});
    }
    const std::string name(external_field);
    std::vector<std::string> ids;
    const auto records = org_.records_->all(object);
    for (const Record* record : *records) {
      if (const auto known = record->fields.find(name); known != record->fields.end() && *known == value)
        ids.push_back(record->id);
    }
    if (ids.size() > 1) {
      return std::unexpected(OrgError{
          .http_status = 300, .code = "", .message = "more than one record has this " + name, .fields = ids});
    }
    if (ids.size() == 1) {
      if (auto updated = update(object, ids.front(), fields); !updated)
        return std::unexpected(updated.error());
      return Upserted{ids.front(), false};
    }
    Json all = fields;
    all[name] = value;
    auto created = create(object, all);
    if (!created) return std::unexpected(created.error());
    return Upserted{std::move(*created), true};
  }

  OrgResult<> remove(std::string_view object, std::string_view id) override {
    return move_to_bin(object, id, true);
  }
  OrgResult<> undelete(std::string_view object, std::string_view id) override {
    return move_to_bin(object, id, false);
  }

  void commit() override {
    CHECK(is_open_);
    is_open_ = false;
    for (Accepted& accepted : waiting_) org_.put(of_caller(accepted.api_name, {}), std::move(accepted));
    if (!changes_.empty()) org_.tell_changes(changes_, caller_);
  }

  void roll_back() override {
    CHECK(is_open_);
    is_open_ = false;
    for (Undo& undo : std::views::reverse(undo_)) take_back(undo);
    for (const Accepted& accepted : waiting_) {
      org_.journal_.rejected({.uuid = accepted.uuid,
                              .channel = accepted.event->channel,
                              .kind = accepted.api_name,
                              .ordering_key = accepted.key,
                              .payload = accepted.payload},
                             "salesforce: rolled back");
      kernel::point_hop(org_.journal_,
                        {.stage = kernel::Stage::Publish,
                         .event = accepted.uuid,
                         .parent = caller_.cause,
                         .from = caller_.name,
                         .to = "salesforce",
                         .operation = accepted.api_name},
                        {.outcome = kernel::Outcome::Rejected, .error = "the transaction was rolled back"});
    }
  }

 private:
  Publishing of_caller(std::string_view api_name, std::string_view fields) const {
    return {.api_name = api_name,
            .fields = fields,
            .user_id = caller_.user_id,
            .publisher = caller_.name,
            .cause = caller_.cause};
  }

  struct Undo {
    enum class Kind : std::uint8_t { Drop, Fields, Bin };
    std::string object;
    std::string id;
    Json fields;
    Kind kind;
  };

  std::string now_text() const {
    return kernel::iso_millis(std::chrono::floor<std::chrono::seconds>(org_.scheduler_.wall_now()));
  }
  const std::string& user_id() const {
    return caller_.user_id.empty() ? org_.users_.first().id : caller_.user_id;
  }

  std::optional<OrgError> check(std::string_view object, const Json& fields, bool is_new) const {
    const ObjectDefinition* definition = org_.definitions_.object(object);
    if (definition == nullptr) return not_found();
    if (!fields.is_object()) return OrgError{.code = "JSON_PARSER_ERROR", .message = "not a JSON object"};
    for (const char* name : {"Id", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"}) {
      if (!fields.contains(name)) continue;
      return OrgError{.code = "INVALID_FIELD_FOR_INSERT_UPDATE",
                      .message = std::string("Unable to create/update fields: ") + name +
                                 ". Please check the security settings of this field and verify that it is "
                                 "read/write for your profile or permission set.",
                      .fields = {name}};
    }
    return is_new ? find_fault(fields, definition->fields, object)
                  : find_update_fault(fields, definition->fields, object);
  }

  static std::vector<std::pair<std::string, Json>> all_of(const Record& record) {
    std::vector<std::pair<std::string, Json>> all;
    for (const auto& [name, value] : record.fields.items()) all.emplace_back(name, value);
    return all;
  }

  OrgResult<> move_to_bin(std::string_view object, std::string_view id, bool is_deleted) {
    auto found = org_.records_->find(object, id, !is_deleted);
    if (!found) return std::unexpected(found.error());
    Record& record = **found;
    record.is_deleted = is_deleted;
    undo_.push_back({std::string(object), record.id, {}, Undo::Kind::Bin});
    if (is_deleted) {
      note(object, record, ChangeType::Delete, {});
    } else {
      note(object, record, ChangeType::Undelete, all_of(record));
    }
    return {};
  }

  void note(std::string_view object, const Record& record, ChangeType type,
            std::vector<std::pair<std::string, Json>> fields) {
    RecordChange change{.object = std::string(object),
                        .record_id = record.id,
                        .type = type,
                        .fields = std::move(fields),
                        .has_events = org_.definitions_.object(object)->has_change_events};
    if (change.has_events && org_.channels_.is_enriched(change_event_name(object))) {
      change.record = kernel::json_text(record.fields);
    }
    changes_.push_back(std::move(change));
  }

  void take_back(Undo& undo) {
    if (undo.kind == Undo::Kind::Drop) return org_.records_->drop(undo.object, undo.id);
    // The record is there in one of the two states.
    auto found = org_.records_->find(undo.object, undo.id, false);
    if (!found) found = org_.records_->find(undo.object, undo.id, true);
    CHECK(found.has_value());
    Record& record = **found;
    if (undo.kind == Undo::Kind::Fields) record.fields = std::move(undo.fields);
    if (undo.kind == Undo::Kind::Bin) record.is_deleted = !record.is_deleted;
  }

  Org& org_;
  Caller caller_;
  std::vector<Undo> undo_;
  std::vector<RecordChange> changes_;
  bool is_open_ = true;
  std::vector<Accepted> waiting_;  // Publish After Commit, in the order of publishing
};

std::unique_ptr<Transaction> Org::begin(Caller caller) {
  return std::make_unique<Work>(*this, std::move(caller));
}

std::string Org::published_id(const Definitions::Event& event) {
  return kernel::salesforce_id(event.key_prefix, ++ids_given_);
}

}  // namespace emulator::salesforce
