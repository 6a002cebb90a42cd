#pragma once
// Proxies and toxics in the JSON that clients of Toxiproxy send and expect. Keys that are not known are
// refused by name (Toxiproxy ignores them); null is as good as absent.
#include "middleware/kernel/json.h"
#include "mocks/proxy/registry.h"

namespace mocks::proxy {

kernel::Json json_of(const Proxy& proxy);
kernel::Json json_of(const Toxic& toxic);

Answer<ProxyWish> proxy_wish(const kernel::Json& json);
/// A list of them.
Answer<std::vector<ProxyWish>> proxy_wishes(const kernel::Json& json);
Answer<Toxic> toxic_of(const kernel::Json& json);
/// `current`: name, type and stream may be repeated, not changed.
Answer<ToxicEdit> toxic_edit(const kernel::Json& json, const Toxic& current);

}  // namespace mocks::proxy
