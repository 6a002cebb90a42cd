#include "middleware/live/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <vector>

namespace live {
namespace {

struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct CertificateFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, CertificateFree>;

std::unique_ptr<BIO, BioFree> reading(const std::string& pem) {
  return std::unique_ptr<BIO, BioFree>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::vector<Certificate> certificates_in(const std::string& pem) {
  std::vector<Certificate> found;
  const auto bio = reading(pem);
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    found.emplace_back(certificate);
  ERR_clear_error();  // the end of the text is reported as an error
  return found;
}

kernel::Result<TlsContext> new_context(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return kernel::infrastructure("OpenSSL gives no context: " + take_openssl_error());
  }
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context.get(), 1);  // one read a record instead of two
  return context;
}

void apply(TlsRules rules, SSL_CTX* ctx) {
  if (rules.is_old) {
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_min_proto_version(ctx, TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
  }
  if (rules.wants_client) {
    SSL_CTX_set_max_proto_version(ctx,
                                  TLS1_2_VERSION);  // in 1.3 the client would be told behind its handshake
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
}

}  // namespace

void TlsContextFree::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsStreamFree::operator()(ssl_st* stream) const { SSL_free(stream); }

std::string take_openssl_error() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

kernel::Result<TlsContext> server_tls_context(const TlsIdentity& identity, TlsRules rules) {
  ERR_clear_error();
  auto context = new_context(TLS_server_method());
  if (!context) return context;
  const auto chain = certificates_in(identity.certificate_chain_pem);
  if (chain.empty()) return kernel::invalid("the TLS certificate chain holds no PEM certificate");
  const auto bio = reading(identity.private_key_pem);
  const std::unique_ptr<EVP_PKEY, KeyFree> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return kernel::invalid("the TLS private key is not PEM: " + take_openssl_error());

  SSL_CTX* ctx = context->get();
  bool ok = SSL_CTX_use_certificate(ctx, chain.front().get()) == 1;
  for (std::size_t i = 1; ok && i < chain.size(); ++i) ok = SSL_CTX_add1_chain_cert(ctx, chain[i].get()) == 1;
  if (!ok || SSL_CTX_use_PrivateKey(ctx, key.get()) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
    return kernel::invalid("the TLS certificate and its private key do not fit: " + take_openssl_error());
  }
  apply(rules, ctx);
  return context;
}

kernel::Result<TlsContext> client_tls_context(const std::string& ca_pem, const std::string& ca_file) {
  ERR_clear_error();
  auto context = new_context(TLS_client_method());
  if (!context) return context;
  SSL_CTX* ctx = context->get();
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
  if (ca_pem.empty() && ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(ctx) != 1) {
      return kernel::infrastructure("the system has no CA certificates: " + take_openssl_error());
    }
    return context;
  }
  if (!ca_file.empty() && SSL_CTX_load_verify_file(ctx, ca_file.c_str()) != 1) {
    return kernel::invalid("no CA certificate can be read from it: " + take_openssl_error(), ca_file);
  }
  if (!ca_pem.empty()) {
    const auto certificates = certificates_in(ca_pem);
    if (certificates.empty()) return kernel::invalid("the CA text holds no PEM certificate");
    for (const Certificate& ca : certificates) X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), ca.get());
  }
  return context;
}

}  // namespace live
