#pragma once
// The parts of the bench that measure us beside others. Each prints its figures; it throws what stops it.

namespace bench {

/// relayrig-middleware against an Express service with cockatiel.
void middleware_bench();
/// A mock that answers a POST, beside WireMock and Mockoon.
void mocks_bench();

}  // namespace bench
