#pragma once
// Promises we make to ourselves, tested in every build. A broken one ends the process and says where.
#include <string>
#include <string_view>

namespace kernel {

/// Prints the place, the broken promise and the current check_context to stderr, then aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* promise, std::string_view detail = {});

/// What the current thread is working on ("payments_down seed 7"), so that an abort can be reproduced.
/// The previous text comes back when the object goes.
class CheckContext {
 public:
  explicit CheckContext(std::string text);
  ~CheckContext();
  CheckContext(const CheckContext&) = delete;
  CheckContext& operator=(const CheckContext&) = delete;

 private:
  std::string text_;
  const std::string* previous_;
};

}  // namespace kernel

// A macro, because it has to know the place and the text of the promise.
#define CHECK(promise) \
  ((promise) ? static_cast<void>(0) : ::kernel::check_failed(__FILE__, __LINE__, #promise))
#define CHECK_THAT(promise, detail) \
  ((promise) ? static_cast<void>(0) : ::kernel::check_failed(__FILE__, __LINE__, #promise, detail))
