#pragma once
// POST /events with many events at once: Content-Type application/cloudevents-batch+json, a JSON array of
// structured CloudEvents (`id`, `type`, `data`, `traceparent`, `tracestate`; without a traceparent of its own
// the headers of the batch count, X-Amzn-Trace-Id of the batch goes for all). Each is taken as if it had come
// alone; the answer is 200 with one entry for each, in their order:
//
//   {"id": "...", "status": 200|202|409|422|503, "retryAfter": seconds?, "type": problem?, "detail": "..."?}
#include <string_view>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/result.h"

namespace service {

bool is_batch(const kernel::HttpRequest& request);

/// One request of the single form for each event; X-Deadline-Ms of the batch goes for all. An element that is
/// no CloudEvent becomes a request without ce-id or ce-type, which is refused in its place.
kernel::Result<std::vector<kernel::HttpRequest>> batch_requests(const kernel::HttpRequest& batch);

/// `ids` and `replies` in the order of the requests.
kernel::HttpResponse batch_answer(const std::vector<std::string>& ids,
                                  const std::vector<kernel::HttpReply>& replies);

}  // namespace service
