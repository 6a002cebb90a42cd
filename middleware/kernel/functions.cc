#include "middleware/kernel/functions.h"

#include "middleware/kernel/expression.h"

namespace kernel {
namespace {

/// Evaluated where they stand: not all of their arguments need to be right.
constexpr std::string_view kLazy[] = {"if", "default", "exists"};

template <class Each>
void for_each_function(const Each& each) {
  for (const auto& group : {text_functions(), number_functions(), date_functions(), list_functions()}) {
    for (const Function& function : group) each(function);
  }
}

}  // namespace

const Function* find_function(std::string_view name) {
  const Function* found = nullptr;
  for_each_function([&](const Function& function) {
    if (function.name == name) found = &function;
  });
  return found;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names(std::begin(kLazy), std::end(kLazy));
  for_each_function([&](const Function& function) { names.emplace_back(function.name); });
  return names;
}

}  // namespace kernel
