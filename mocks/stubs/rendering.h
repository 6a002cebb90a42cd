#pragma once
// From what a stub says to the bytes that are sent.
#include "middleware/kernel/result.h"
#include "mocks/stubs/callbacks.h"
#include "mocks/stubs/request_scope.h"
#include "mocks/stubs/spec.h"

namespace mocks::stubs {

/// An error names the stub, the part and the column.
kernel::Result<kernel::HttpResponse> rendered(const ResponseSpec& response, const RequestFacts& facts,
                                              const Instruments& with);

/// `answered_at`: when the answer leaves; `facts.response` is what it was.
kernel::Result<std::vector<PreparedCallback>> rendered_callbacks(const StubPtr& stub,
                                                                 const RequestFacts& facts,
                                                                 const Instruments& with,
                                                                 kernel::Timestamp answered_at);

}  // namespace mocks::stubs
