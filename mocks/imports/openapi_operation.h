#pragma once
// One operation of an OpenAPI document as a stub. For openapi.cc.
#include <string>

#include "mocks/imports/findings.h"
#include "mocks/imports/openapi_document.h"

namespace mocks::imports {

struct Operation {
  std::string method;  ///< "GET"
  std::string path;    ///< with the base path of the server
  Located item{};      ///< the path item, resolved
  Located operation{};
};

/// Adds `contract` to the stub: parameters and body that a request has to keep.
void add_contract(const Document& document, const Operation& operation, Findings& findings,
                  kernel::Json& stub);

/// Adds `respond`: the lowest status of the 2xx, else `default` as 200, else the lowest that there is.
/// False when the operation has no response at all, which is said.
bool add_answer(const Document& document, const Operation& operation, Findings& findings, kernel::Json& stub);

}  // namespace mocks::imports
