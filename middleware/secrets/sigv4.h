#pragma once
// AWS Signature Version 4: a request is signed with a key that is never sent.
//
// Source: facts/aws-platform 5 (form of the Authorization header, X-Amz-Date, X-Amz-Security-Token; what the
// SDKs sign); the steps are those of AWS's published examples, which the test repeats.
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/result.h"

namespace secrets {

struct SigningKeys {
  std::string access_key_id{};
  std::string secret_access_key{};
  std::string session_token{};  ///< of temporary credentials, else ""
};

struct SigningScope {
  std::string region;
  std::string service;  ///< "secretsmanager"
};

/// Adds X-Amz-Date, X-Amz-Security-Token where there is one, and Authorization. Signed are all headers that
/// `request` has, Host, which must be one of them, and the body. `request.target` is what the server will
/// see.
void sign(kernel::HttpRequest& request, const SigningKeys& keys, const SigningScope& scope,
          kernel::WallTime now);

/// What an Authorization header claims.
struct SignedClaim {
  std::string access_key_id{};
  std::string date{};  ///< "20150830"
  SigningScope scope{};
  std::vector<std::string> signed_headers{};  ///< lower case, in order
  std::string signature{};
};
/// Invalid when it is not of this kind or not whole. The error does not quote the header.
kernel::Result<SignedClaim> read_claim(std::string_view authorization);

/// Whether `request` as it came carries the signature that `secret_access_key` gives, compared in constant
/// time. Its age is not looked at.
bool is_signature_right(const kernel::HttpRequest& request, const SignedClaim& claim,
                        std::string_view secret_access_key);

/// When a request was signed, by its X-Amz-Date: "20150830T123600Z".
kernel::Result<kernel::WallTime> signed_at(const kernel::HttpRequest& request);

}  // namespace secrets
