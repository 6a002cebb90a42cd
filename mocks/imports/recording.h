#pragma once
// What a real API was asked and what it answered, as a mock file. Facts: mocks-and-faults 17.
//
// Requests are the same when method, path, query and body are; headers do not count. The same request with
// other answers gets them in turn, the last one stays. Secrets do not come along (redaction.h): a request is
// recognised without them.
#include <memory>
#include <string>
#include <vector>

#include "middleware/kernel/http.h"
#include "mocks/imports/findings.h"
#include "mocks/imports/redaction.h"

namespace mocks::imports {

class Recording {
 public:
  explicit Recording(Redaction redaction);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  void add(const kernel::HttpRequest& request, const kernel::HttpResponse& response);
  /// An answer that did not come, as the stub that makes it again.
  void add(const kernel::HttpRequest& request, kernel::NoAnswer reason);

  /// `seen` counts requests, `taken` those that are in the file. In the order in which they were first asked.
  MockFile file() const;

 private:
  struct Stub;
  Stub* stub_of(const kernel::HttpRequest& request);

  Redaction redaction_;
  std::vector<std::unique_ptr<Stub>> stubs_;
  std::vector<Finding> findings_;
  int seen_ = 0;
  int taken_ = 0;
};

}  // namespace mocks::imports
