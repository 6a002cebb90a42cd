// `make bench`, the parts that compare: relayrig_peer_bench [middleware] [mocks]
#include <cstdio>
#include <exception>
#include <string_view>

#include "tests/bench/peers/parts.h"

int main(int argc, char** argv) {
  const auto wants = [&](std::string_view part) {
    for (int i = 1; i < argc; ++i) {
      if (part == argv[i]) return true;
    }
    return argc == 1;
  };
  try {
    if (wants("middleware")) bench::middleware_bench();
    if (wants("mocks")) bench::mocks_bench();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench: %s\n", failure.what());
    return 1;
  }
  return 0;
}
