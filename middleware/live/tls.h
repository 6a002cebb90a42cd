#pragma once
// OpenSSL contexts made from PEM texts. OpenSSL's own headers stay in the sources.
#include <memory>
#include <string>

#include "middleware/kernel/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace live {

/// What a server shows: its certificate, then the ones that lead to the CA, and the private key of the first.
/// PEM.
struct TlsIdentity {
  std::string certificate_chain_pem;
  std::string private_key_pem;
};

struct TlsContextFree {
  void operator()(ssl_ctx_st* context) const;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, TlsContextFree>;

struct TlsStreamFree {
  void operator()(ssl_st* stream) const;
};
using TlsStream = std::unique_ptr<ssl_st, TlsStreamFree>;

/// A server that clients cannot get on with: for faults.
struct TlsRules {
  bool is_old = false;        ///< TLS 1.1 and nothing else
  bool wants_client = false;  ///< a certificate of the client, which is asked for in the handshake of TLS 1.2
};

/// TLS 1.2 or later, unless the rules say otherwise.
kernel::Result<TlsContext> server_tls_context(const TlsIdentity& identity, TlsRules rules = {});

/// Verifies the peer, always: against the certificates of `ca_pem` and of the file `ca_file`, or against the
/// system's when both are empty.
kernel::Result<TlsContext> client_tls_context(const std::string& ca_pem, const std::string& ca_file);

/// The oldest waiting error of OpenSSL on this thread, as text; forgets the others.
std::string take_openssl_error();

}  // namespace live
