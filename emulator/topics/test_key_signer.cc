#include "emulator/topics/test_key_signer.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <vector>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/digest.h"

namespace emulator::topics {
namespace {

// TEST KEY, not a secret: it is public, protects nothing, and nobody outside a rehearsal may trust it. 1024
// bits, because nothing is gained by more and every message costs a signature.
constexpr std::string_view kTestKey = R"(
-----BEGIN PRIVATE KEY-----
MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAMvZwI9jPlQLchd5
nrt4qb9JNEBHbE8u9n2NRyW2y/PDG7CB2d3vj3jj9JY112psJ5gDB+ZC68v6fP/c
UlKGwOhlvvet4CefZHKQ5ZeZDSPExPNPX7r0bi7rEtyf7laMgG6Kxqr7e4mf7KKL
kuvMu5arVcWfV2n6TOqE7wApcuePAgMBAAECgYEAlK7xlWQknPZwNBEgJsr+vKev
Nccih6rQXIkEQMzQe65ubtJ3TzohImLaDgmdYmEai/SB+YAMLo44SAKyBMGGx2zh
D0M7EH+uM9i6oGmZiM+GWybTFGqlfnLxTt0kMHpp47v9DkKbihJrjFKoqCwJshG9
eM/iKs/XwnrVMgszXbECQQD2gcPic7scKhBm84Geud2F/lMTL8CPLWc4W2vETacy
GvO7TlRmniz6E0e1ReKsGugUbAMC+Ujwg8NjfskJTl6XAkEA07Nzqcc+mHmeafwP
/TeyUHQgKA9grrBK4+4NYxs83VT6gM3AmJ1ZUSHAmha3IWZKPZBV+ionu4stRo3P
iWHVyQJATBeGZfKfgXQimAT2sA5jqSb2cee9ovS69hSSUYg+4iKbtefZ+cs9yvwE
mJo3/DRaC2PEEjjtIQErYR0T5YGBhQJBAIUigufPvMbpHT3r3iZR45sDHMH0wcm6
Zq6nI9Yi6AkNiyh7vNZ9hhEm19hP1sVzbdb/sYJNBoXERinrvwvX8jkCQQCB2Rci
j2arJ2d1AfB2BV6PK/NWNFoYhFIWbGhhy3cBF4W/HK4Lnu16M31YWm+d0ApKAnrZ
tCbEBs4gORTG8vy5
-----END PRIVATE KEY-----
)";

// Self-signed, valid from 2025 to 2125.
constexpr std::string_view kTestCertificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIB/TCCAWYCAQEwDQYJKoZIhvcNAQELBQAwRjEoMCYGA1UECgwfcmVsYXlyaWcg\n"
    "dGVzdCBrZXksIG5vdCBhIHNlY3JldDEaMBgGA1UEAwwRc25zLmFtYXpvbmF3cy5j\n"
    "b20wIBcNMjUwMTAxMDAwMDAwWhgPMjEyNTAxMDEwMDAwMDBaMEYxKDAmBgNVBAoM\n"
    "H3JlbGF5cmlnIHRlc3Qga2V5LCBub3QgYSBzZWNyZXQxGjAYBgNVBAMMEXNucy5h\n"
    "bWF6b25hd3MuY29tMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDL2cCPYz5U\n"
    "C3IXeZ67eKm/STRAR2xPLvZ9jUcltsvzwxuwgdnd74944/SWNddqbCeYAwfmQuvL\n"
    "+nz/3FJShsDoZb73reAnn2RykOWXmQ0jxMTzT1+69G4u6xLcn+5WjIBuisaq+3uJ\n"
    "n+yii5LrzLuWq1XFn1dp+kzqhO8AKXLnjwIDAQABMA0GCSqGSIb3DQEBCwUAA4GB\n"
    "AI65KItFgDLrEbC/sw6xej7TSxH7MwovBY1vEnnaohHr9a40lAaZcgfCN0k2UDdc\n"
    "c/Bb/vO4H6rK12K45CUBmqr5HPSMvf6+1gvusRo9xB6WjN8YhdwFmI1hjcemhXLJ\n"
    "fenkM4TKZVJfCud/wiU22qqlVtFKuSFBhOmdWTC5gVM5\n"
    "-----END CERTIFICATE-----\n";

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

/// Reading the key takes 3 ms, which a run without topics does not pay.
struct TestKeySigner::State {
  EVP_PKEY* key() {
    if (read_key) return read_key.get();
    BIO* pem = BIO_new_mem_buf(kTestKey.data(), static_cast<int>(kTestKey.size()));
    read_key.reset(PEM_read_bio_PrivateKey(pem, nullptr, nullptr, nullptr));
    BIO_free(pem);
    CHECK(read_key != nullptr);
    return read_key.get();
  }
  std::unique_ptr<EVP_PKEY, FreeKey> read_key;
};

TestKeySigner::TestKeySigner() : state_(std::make_unique<State>()) {}
TestKeySigner::~TestKeySigner() = default;

std::string TestKeySigner::sign(std::string_view text, SignatureVersion version) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  const EVP_MD* digest = version == SignatureVersion::One ? EVP_sha1() : EVP_sha256();
  // PKCS #1 v1.5: no luck in it, so that one text has one signature.
  CHECK(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, state_->key()) == 1);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  CHECK(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1);
  std::vector<unsigned char> signature(size);
  CHECK(EVP_DigestSign(context.get(), signature.data(), &size, bytes, text.size()) == 1);
  return kernel::base64({reinterpret_cast<const char*>(signature.data()), size});
}

std::string_view TestKeySigner::certificate_pem() const { return kTestCertificate; }

std::string certificate_path(const Signer& signer) {
  const auto digest = kernel::sha256(signer.certificate_pem());
  return "/SimpleNotificationService-" + kernel::to_hex(digest.data(), 16) + ".pem";
}

}  // namespace emulator::topics
