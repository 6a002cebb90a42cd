#pragma once
// What an operator asks of a list of what was given up:
//
//   GET  PATH?limit=100          the oldest first; 1 to 1000
//   POST PATH/{id}/redrive
#include <optional>
#include <string>
#include <string_view>

#include "middleware/kernel/http.h"

namespace inbox {

struct AdminCall {
  int limit = 0;                                  ///< of a list; 0: it is none
  std::string redriven{};                         ///< the id
  std::optional<kernel::HttpResponse> refusal{};  ///< then it is nothing else
};

/// `path` is what the target begins with.
AdminCall admin_call(const kernel::HttpRequest& request, std::string_view path);

}  // namespace inbox
