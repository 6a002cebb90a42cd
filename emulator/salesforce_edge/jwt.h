#pragma once
// Signed assertions of the JWT bearer flow (RFC 7519, RS256).
//
// Source: facts/salesforce 1.4.
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/result.h"
#include "middleware/kernel/time.h"

namespace emulator::salesforce_edge {

struct Assertion {
  std::string issuer;                  ///< iss: consumer key of the connected app
  std::string subject;                 ///< sub: username
  std::vector<std::string> audiences;  ///< aud
  kernel::WallTime expires;            ///< exp, whole seconds
  std::string signed_part;             ///< what the signature is over
  std::string signature;               ///< bytes
};

/// The error says what is wrong with the token.
kernel::Result<Assertion> read_assertion(std::string_view token);

/// Whether the private key that belongs to `pem` (a certificate or a public key) signed it. False as well
/// when `pem` is neither.
bool is_signed_by(const Assertion& assertion, const std::string& pem);

/// Whether `pem` can be read at all: for whoever reads settings.
bool is_certificate(const std::string& pem);

}  // namespace emulator::salesforce_edge
