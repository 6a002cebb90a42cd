#pragma once
// The functions of the expression language, by kind; the table in scenarios/README.md says what each does.
// None knows the time or draws luck: a redelivered event has to make the same requests.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace kernel {

class Arguments;
struct Value;

inline constexpr std::size_t kAnyNumber = 99;

struct Function {
  std::string_view name;
  std::size_t arguments_min;
  std::size_t arguments_max;
  Value (*apply)(Arguments&);
  /// The complaint about a second argument that is written out, or "".
  std::string (*refuses)(const Value& second) = nullptr;
};

std::span<const Function> text_functions();
std::span<const Function> number_functions();
std::span<const Function> date_functions();
std::span<const Function> list_functions();

/// Null when there is none of that name.
const Function* find_function(std::string_view name);

}  // namespace kernel
