#pragma once
// The REST API below /services/data/vNN.0: where a path leads.
//
// Source: facts/salesforce 1. What is not there is refused by name (see answers.h).
#include <memory>
#include <string>
#include <vector>

#include "emulator/salesforce_edge/answers.h"
#include "emulator/salesforce_edge/config.h"
#include "middleware/kernel/url.h"

namespace emulator::salesforce_edge {

/// One call, by itself or within a composite request.
struct RestCall {
  std::string method = "GET";
  int version = 660;                ///< 66.0
  std::vector<std::string> path{};  ///< below the version, decoded: {"sobjects", "Low_Ink__e"}
  kernel::FormFields query{};
  std::string body{};
  std::int64_t page_size = 2'000;  ///< rows of a query in one answer
  salesforce::Caller caller{};
  std::string identity_url{};
  /// The transaction that the call is part of; null: it has one of its own.
  salesforce::Transaction* transaction = nullptr;

  /// "/services/data/v66.0"
  std::string root() const;
};

/// "/services/data/v66.0/sobjects/X__e?a=b": method and body are left alone. False when it is no such path,
/// or the version is below 37.0.
bool read_target(std::string_view target, RestCall& call);

/// GET /services/data
ApiAnswer versions();

ApiError api_error(const salesforce::OrgError& error);

/// The body of a call as a JSON object, or JSON_PARSER_ERROR.
std::expected<kernel::Json, ApiError> object_of(const std::string& body);

class QueryCursors;

class Rest {
 public:
  explicit Rest(OrgPorts org);
  ~Rest();

  ApiResult call(const RestCall& call);

 private:
  ApiResult resources(const RestCall& call) const;
  ApiResult limits(const RestCall& call);

  OrgPorts org_;
  std::unique_ptr<QueryCursors> cursors_;
};

}  // namespace emulator::salesforce_edge
