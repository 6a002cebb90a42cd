#pragma once
// Texts and numbers that keep a schema, as far as its format, bounds and lengths say. For Sampler.
#include <cstddef>

#include "middleware/kernel/json.h"

namespace mocks::imports {

/// `n`: the nth of a list differs from the others where the schema leaves room for it.
/// ASSUMPTION: a pattern is met by the texts that its plain parts spell; the caller checks what came out.
/// The whole number, not negative, that the keyword says.
std::size_t count_of(const kernel::Json& schema, const char* keyword, std::size_t otherwise);

kernel::Json sample_text(const kernel::Json& schema, std::size_t n);
kernel::Json sample_number(const kernel::Json& schema, bool is_integer, std::size_t n);

}  // namespace mocks::imports
