#pragma once
// What a request has to keep before a stub answers it: parameters and a body by JSON Schema. A request that
// does not is refused with a problem (RFC 9457) that says where; nothing is done and no state moves.
// Facts: mocks-and-faults 17 (request validated: a violation is 400).
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "middleware/ingest/schema.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/url.h"
#include "mocks/match/request_view.h"

namespace mocks::stubs {

enum class ParameterPlace : std::uint8_t { Path, Query, Header, Cookie };

struct ParameterRule {
  ParameterPlace place = ParameterPlace::Query;
  std::string name{};
  bool is_required = false;
  /// Its values are the items of a list: each a value of its own, or one text with commas in it.
  bool is_list = false;
  bool has_commas = false;
  /// Null: anything. A text keeps it as a text, or as the number or boolean that it may be read as.
  std::shared_ptr<const ingest::Schema> schema{};
};

struct BodyRule {
  bool is_required = false;
  /// Without parameters, small letters; empty: any. Another one is 415.
  std::vector<std::string> content_types{};
  std::shared_ptr<const ingest::Schema> schema{};  ///< of a JSON body; null: anything
};

struct ContractSpec {
  std::vector<ParameterRule> parameters{};
  std::optional<BodyRule> body{};
  int status = 400;  ///< of a refusal
};

/// `parameters`: of the path. Nothing when the request keeps the contract; else the first thing that it does
/// not keep: parameters in order, then the body.
std::optional<kernel::HttpResponse> breach(const ContractSpec& contract, const match::RequestView& request,
                                           const kernel::FormFields& parameters);

}  // namespace mocks::stubs
