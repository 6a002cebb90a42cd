#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "emulator/salesforce_edge/jwt.h"

namespace emulator::salesforce_edge {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};
using Memory = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

Memory memory_of(const std::string& text) {
  return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Key key_of(const std::string& pem) {
  const Memory of_certificate = memory_of(pem);
  const Certificate certificate(PEM_read_bio_X509(of_certificate.get(), nullptr, nullptr, nullptr));
  if (certificate) return Key(X509_get_pubkey(certificate.get()));
  const Memory of_key = memory_of(pem);
  return Key(PEM_read_bio_PUBKEY(of_key.get(), nullptr, nullptr, nullptr));
}

}  // namespace

bool is_certificate(const std::string& pem) { return key_of(pem) != nullptr; }

bool is_signed_by(const Assertion& assertion, const std::string& pem) {
  const Key key = key_of(pem);
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return false;
  const Digest digest(EVP_MD_CTX_new());
  if (EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1) return false;
  const auto* signature = reinterpret_cast<const unsigned char*>(assertion.signature.data());
  const auto* text = reinterpret_cast<const unsigned char*>(assertion.signed_part.data());
  return EVP_DigestVerify(digest.get(), signature, assertion.signature.size(), text,
                          assertion.signed_part.size()) == 1;
}

}  // namespace emulator::salesforce_edge
