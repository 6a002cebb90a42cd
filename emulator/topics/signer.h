#pragma once
// Who signs what SNS delivers. The box is given one: it makes no keys.
//
// Source: facts/aws-delivery 2.2.
#include <cstdint>
#include <string>
#include <string_view>

namespace emulator::topics {

enum class SignatureVersion : std::uint8_t {
  One,  ///< RSA over SHA-1
  Two,  ///< RSA over SHA-256
};

class Signer {
 public:
  virtual ~Signer() = default;
  /// Base64. The same text and version always give the same signature.
  virtual std::string sign(std::string_view text, SignatureVersion version) = 0;
  /// The X.509 certificate that a receiver checks signatures with.
  virtual std::string_view certificate_pem() const = 0;
};

/// "/SimpleNotificationService-<32 hexadecimal digits of the certificate>.pem": the path of SigningCertURL.
std::string certificate_path(const Signer& signer);

}  // namespace emulator::topics
