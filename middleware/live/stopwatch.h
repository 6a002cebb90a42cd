#pragma once
// Real time that has passed, for reports: nothing decides by it.
#include <chrono>
#include <cstdint>

namespace live {

class Stopwatch {
 public:
  std::int64_t elapsed_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(elapsed()).count();
  }
  double elapsed_seconds() const { return std::chrono::duration<double>(elapsed()).count(); }

 private:
  std::chrono::steady_clock::duration elapsed() const { return std::chrono::steady_clock::now() - start_; }
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace live
