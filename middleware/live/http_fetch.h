#pragma once
// Blocking calls for main programs and tests, on a loop of their own: the Lambda Runtime API, a health check.
#include <memory>
#include <string>

#include "middleware/kernel/http.h"

namespace live {

/// Calls one server and keeps the connection between calls. For one thread.
class Fetcher {
 public:
  /// `ca_pem`: certificates to trust instead of the system's, for https.
  static kernel::Result<Fetcher> create(const std::string& base_url, const std::string& ca_pem = {});
  Fetcher(Fetcher&&) noexcept;
  Fetcher& operator=(Fetcher&&) noexcept;
  ~Fetcher();

  /// The request's `host` is not looked at. Not to be called from a running Loop's thread for a server on
  /// that Loop.
  kernel::HttpResult fetch(kernel::HttpRequest request, kernel::Duration timeout);

 private:
  struct State;
  explicit Fetcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One call. An Infrastructure error names the URL and why there was no answer.
kernel::Result<kernel::HttpResponse> fetch(const std::string& base_url, kernel::HttpRequest request,
                                           kernel::Duration timeout, const std::string& ca_pem = {});

}  // namespace live
