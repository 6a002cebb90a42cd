#include "middleware/kernel/check.h"

#include <cstdio>
#include <cstdlib>

namespace kernel {
namespace {
thread_local const std::string* current_context = nullptr;
}

void check_failed(const char* file, int line, const char* promise, std::string_view detail) {
  std::fprintf(stderr, "%s:%d: broken promise: %s", file, line, promise);
  if (!detail.empty()) std::fprintf(stderr, " (%.*s)", static_cast<int>(detail.size()), detail.data());
  if (current_context != nullptr) std::fprintf(stderr, " while running %s", current_context->c_str());
  std::fputc('\n', stderr);
  std::abort();
}

CheckContext::CheckContext(std::string text) : text_(std::move(text)), previous_(current_context) {
  current_context = &text_;
}

CheckContext::~CheckContext() { current_context = previous_; }

}  // namespace kernel
