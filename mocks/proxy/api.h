#pragma once
// The HTTP API of Toxiproxy 2 over a registry: what a client library asks, and what it is answered.
//
//   GET, POST /proxies · POST /populate · GET, POST, PATCH, DELETE /proxies/P · GET, POST /proxies/P/toxics ·
//   GET, POST, PATCH, DELETE /proxies/P/toxics/T · POST /reset · GET /version
//
// Errors are {"error": text, "status": number}. Browsers (User-Agent Mozilla/...) get 403, so that no web
// page can command the proxy.
#include <string>

#include "middleware/kernel/http.h"
#include "mocks/proxy/registry.h"

namespace mocks::proxy {

/// `version` is what GET /version says.
kernel::HttpResponse answer(Registry& registry, const kernel::HttpRequest& request,
                            const std::string& version);

}  // namespace mocks::proxy
