#pragma once
// An org of one object, Account, and of setup objects, that keeps what it is told and says how it was asked.
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "emulator/salesforce_edge/config.h"

namespace salesforce_edge_tests {

using emulator::salesforce::OrgError;
using emulator::salesforce::OrgResult;
using kernel::Json;

inline OrgError fake_not_found() { return {.http_status = 404, .code = "NOT_FOUND", .message = "none"}; }

class FakeData final : public emulator::salesforce::OrgData {
 public:
  std::map<std::string, Json> accounts;
  std::vector<std::string> said;  ///< "begin rest/66.0", "commit"

  std::unique_ptr<emulator::salesforce::Transaction> begin(emulator::salesforce::Caller caller) override {
    said.push_back("begin " + caller.change_origin);
    return std::make_unique<Work>(*this);
  }
  OrgResult<Json> record(std::string_view object, std::string_view id) const override {
    const auto found = accounts.find(std::string(id));
    if (object != "Account" || found == accounts.end()) return std::unexpected(fake_not_found());
    return found->second;
  }
  OrgResult<std::vector<Json>> records(std::string_view object) const override {
    if (object != "Account") return std::unexpected(fake_not_found());
    std::vector<Json> all;
    for (const auto& [id, record] : accounts) all.push_back(record);
    return all;
  }
  OrgResult<std::vector<Json>> deleted_records(std::string_view object) const override {
    if (object != "Account") return std::unexpected(fake_not_found());
    return deleted;
  }
  std::vector<Json> deleted;

 private:
  class Work final : public emulator::salesforce::Transaction {
   public:
    explicit Work(FakeData& data) : data_(data), accounts_(data.accounts) {}
    OrgResult<emulator::salesforce::SavedEvent> publish(std::string_view, std::string_view) override {
      return std::unexpected(fake_not_found());
    }
    OrgResult<std::string> create(std::string_view object, const Json& fields) override {
      if (object != "Account") return std::unexpected(fake_not_found());
      if (!fields.contains("Name")) {
        return std::unexpected(
            OrgError{.code = "REQUIRED_FIELD_MISSING", .message = "Name", .fields = {"Name"}});
      }
      const std::string id = "00100000000000" + std::to_string(accounts_.size()) + "AAA";
      accounts_[id] = fields;
      accounts_[id]["Id"] = id;
      return id;
    }
    OrgResult<> update(std::string_view, std::string_view id, const Json& fields) override {
      const auto found = accounts_.find(std::string(id));
      if (found == accounts_.end()) return std::unexpected(fake_not_found());
      found->second.update(fields);
      return {};
    }
    OrgResult<emulator::salesforce::Upserted> upsert(std::string_view object, std::string_view field,
                                                     const Json& value, const Json& fields) override {
      for (auto& [id, record] : accounts_) {
        if (record.value(std::string(field), Json()) != value) continue;
        record.update(fields);
        return emulator::salesforce::Upserted{id, false};
      }
      Json all = fields;
      all[std::string(field)] = value;
      auto id = create(object, all);
      if (!id) return std::unexpected(id.error());
      return emulator::salesforce::Upserted{*id, true};
    }
    OrgResult<> remove(std::string_view, std::string_view id) override {
      if (accounts_.erase(std::string(id)) == 0) return std::unexpected(fake_not_found());
      return {};
    }
    OrgResult<> undelete(std::string_view, std::string_view) override {
      return std::unexpected(fake_not_found());
    }
    void commit() override {
      data_.said.emplace_back("commit");
      data_.accounts = accounts_;
    }
    void roll_back() override { data_.said.emplace_back("roll back"); }

   private:
    FakeData& data_;
    std::map<std::string, Json> accounts_;
  };
};

class FakeSetup final : public emulator::salesforce::SetupObjects {
 public:
  std::vector<std::pair<std::string, Json>> objects;  ///< type and object

  OrgResult<std::string> create_setup(std::string_view type, const Json& body) override {
    if (!body.contains("FullName"))
      return std::unexpected(OrgError{.code = "REQUIRED_FIELD_MISSING", .message = "FullName"});
    Json object = {{"Id", "7k2" + std::to_string(objects.size())}};
    object.update(body);
    objects.emplace_back(type, object);
    return object["Id"].get<std::string>();
  }
  OrgResult<> update_setup(std::string_view type, std::string_view id, const Json& body) override {
    Json* object = find(type, id);
    if (object == nullptr) return std::unexpected(fake_not_found());
    (*object)["Metadata"].update(body["Metadata"]);
    return {};
  }
  OrgResult<> remove_setup(std::string_view type, std::string_view id) override {
    if (find(type, id) == nullptr) return std::unexpected(fake_not_found());
    std::erase_if(objects, [id](const auto& entry) { return entry.second["Id"] == id; });
    return {};
  }
  OrgResult<Json> setup_object(std::string_view type, std::string_view id) override {
    const Json* object = find(type, id);
    if (object == nullptr) return std::unexpected(fake_not_found());
    return *object;
  }
  OrgResult<std::vector<Json>> setup_objects(std::string_view type) override {
    std::vector<Json> all;
    for (const auto& [of, object] : objects) {
      if (of == type) all.push_back(object);
    }
    return all;
  }

 private:
  Json* find(std::string_view type, std::string_view id) {
    const auto found = std::ranges::find_if(
        objects, [&](const auto& entry) { return entry.first == type && entry.second["Id"] == id; });
    return found == objects.end() ? nullptr : &found->second;
  }
};

class FakeSchema final : public emulator::salesforce::Schema {
 public:
  std::vector<emulator::salesforce::EntityInfo> entities() const override { return {account()}; }
  std::optional<emulator::salesforce::EntityInfo> describe(std::string_view name) const override {
    if (name == "Account") return account();
    return std::nullopt;
  }
  std::optional<emulator::salesforce::EntityInfo> describe_schema(std::string_view) const override {
    return std::nullopt;
  }

 private:
  static emulator::salesforce::EntityInfo account() {
    return {.name = "Account",
            .label = "Account",
            .key_prefix = "001",
            .is_custom = false,
            .fields = {{.name = "Name", .label = "Name"},
                       {.name = "Number__c", .label = "Number"},
                       {.name = "City", .label = "City"}}};
  }
};

}  // namespace salesforce_edge_tests
