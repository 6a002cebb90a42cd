#pragma once
// The records of an org's objects. It keeps and finds; transactions decide.
//
// Source: facts/salesforce 1.3, 1.5.
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>  // values are held here; only sources include this header
#include <string>
#include <string_view>
#include <vector>

#include "emulator/salesforce/definitions.h"
#include "emulator/salesforce/ports.h"

namespace emulator::salesforce {

struct Record {
  std::string id;       ///< 18 characters
  kernel::Json fields;  ///< those that are not null, the system's included, Id not
  bool is_deleted = false;
};

class Records {
 public:
  /// The definitions outlive it.
  explicit Records(const Definitions& definitions) : definitions_(definitions) {}

  /// 404 NOT_FOUND for an object that is not declared, or a record that is not there; 404 ENTITY_IS_DELETED;
  /// 400 MALFORMED_ID for the id of something else. 15 characters name a record as well.
  OrgResult<Record*> find(std::string_view object, std::string_view id, bool is_deleted = false);
  OrgResult<const Record*> find(std::string_view object, std::string_view id) const;
  OrgResult<std::vector<const Record*>> all(std::string_view object, bool is_deleted = false) const;

  Record& add(std::string_view object, kernel::Json fields);
  /// Takes back what add() made.
  void drop(std::string_view object, const std::string& id);

 private:
  using Table = std::map<std::string, Record, std::less<>>;  // ids rise as records are made
  OrgResult<const Record*> lookup(std::string_view object, std::string_view id, bool is_deleted) const;

  const Definitions& definitions_;
  std::map<std::string, Table, std::less<>> tables_;
  std::uint64_t made_ = 0;
};

}  // namespace emulator::salesforce
