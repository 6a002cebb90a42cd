#pragma once
// One operation of an OpenAPI document as a stub. For openapi.cc.
#include <string>
#include <vector>

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

/// One of the answers that the document names.
struct Answer {
  std::string key{};      ///< of `responses`: "201", "4XX", "default"
  int status = 200;       ///< that is sent
  std::string example{};  ///< its name; "": the first, or one that is made
  std::string wish{};     ///< how a caller asks for it in the header Prefer: "code=404"; "": it need not
};

/// First the one that is given without a wish: the lowest status of the 2xx, else `default` as 200, else the
/// lowest that there is. Then the others, and the other examples of the first. Empty when the operation has
/// no response at all, which is said.
std::vector<Answer> answers_of(const Document& document, const Operation& operation, Findings& findings);

/// Adds `respond`. False when it cannot be had, which is said.
bool add_answer(const Document& document, const Operation& operation, const Answer& answer,
                Findings& findings, kernel::Json& stub);

}  // namespace mocks::imports
