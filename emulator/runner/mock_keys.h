#pragma once
// The template of mock_given.h. Include that one.
#include "emulator/runner/mock_given.h"
#include "emulator/runner/mock_shapes.h"

namespace emulator::runner {

template <class Api>
void add_mock_keys(config::Object<Api>& keys, MockText Api::* stubs) {
  const auto add = [&keys, stubs](const char* key, auto member, auto shape, const char* doc) {
    keys.optional(
        key,
        [stubs, member](Api& api, auto value) {
          MockText& text = api.*stubs;
          text.*member = std::move(value);
          text.is_there = true;
        },
        shape, doc);
  };
  add("stubs", &MockText::stubs, stubs_shape(), "Which requests get which answer.");
  add("idempotency", &MockText::idempotency, idempotency_shape(), "Idempotency keys, of stubs.");
  add("limits", &MockText::limits, limits_shape(), "Rate limits, of stubs.");
  add("saturation", &MockText::saturation, saturation_shape(), "Latency that grows with load, of stubs.");
  add("buckets", &MockText::buckets, buckets_shape(), "Records over REST, of stubs.");
  add("oauth", &MockText::tokens, tokens_shape(), "Tokens that every other request needs, of stubs.");
  add("credential", &MockText::credential, credential_shape(), "What every request has to carry, of stubs.");
  add("correlation", &MockText::correlation, template_shape(),
      "A template; attempts are counted by it. The event of the caller when absent. Of stubs.");
  add("strict", &MockText::is_strict, config::boolean(),
      "A request that no stub answers fails the scenario.");
}

}  // namespace emulator::runner
