#pragma once
// A request as HTTP/1.1 writes it.
#include <string>

#include "middleware/kernel/http.h"
#include "middleware/live/url.h"

namespace live {

/// Head and body for the server behind `base`. What would end a line early becomes %XX in the target and a
/// blank in a header's value; a header whose name is no token is left out.
std::string request_text(const kernel::HttpRequest& request, const Url& base);

}  // namespace live
