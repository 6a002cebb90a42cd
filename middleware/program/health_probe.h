#pragma once
// `relayrig-middleware --health`: asks the service on this machine whether it is well, so that a container
// needs no other program to check it.
#include "middleware/kernel/result.h"

namespace program {

/// GET /health on 127.0.0.1 by plain HTTP, two seconds at most. An Infrastructure error says why it is not
/// well: no answer, or a status other than 200.
kernel::Result<> probe_health(int port);

}  // namespace program
