#pragma once
// Gives memory back now. A coroutine's frame keeps its parameters and locals until it ends; what is not
// needed during a long wait is released before it. (Assigning {} to a string keeps its buffer.)
#include <utility>

namespace kernel {

template <class T>
void release(T& value) {
  const T gone = std::move(value);
  static_cast<void>(gone);
}

}  // namespace kernel
