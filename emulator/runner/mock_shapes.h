#pragma once
// The shapes of mocks that are made of stubs: what stands in an API's file, and in `expect` about it.
#include <memory>
#include <string>
#include <vector>

#include "middleware/config/reader.h"
#include "middleware/ingest/schema.h"
#include "mocks/stubs/spec.h"
#include "mocks/stubs/verify.h"

namespace emulator::runner {

/// A text with {{expressions}}.
config::Shape<mocks::render::Template> template_shape();

/// A text that is equal to it, or a map of operators that all must hold.
config::Shape<mocks::match::Matcher> matcher_shape();
/// Which requests are meant.
config::Shape<mocks::match::RequestPattern> request_shape();
config::Shape<mocks::stubs::StubSpec> one_stub_shape();
config::Shape<std::vector<mocks::stubs::StubSpec>> stubs_shape();
config::Shape<std::shared_ptr<const ingest::Schema>> schema_shape();
config::Shape<std::shared_ptr<const mocks::stubs::ContractSpec>> contract_shape();

// The layers around the stubs.
config::Shape<mocks::stubs::IdempotencySpec> idempotency_shape();
config::Shape<std::vector<mocks::stubs::LimitSpec>> limits_shape();
config::Shape<mocks::stubs::SaturationSpec> saturation_shape();
config::Shape<std::vector<mocks::stubs::BucketSpec>> buckets_shape();
config::Shape<mocks::stubs::TokenSpec> tokens_shape();
config::Shape<mocks::stubs::CredentialSpec> credential_shape();

}  // namespace emulator::runner
