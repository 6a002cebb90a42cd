#pragma once
// A certificate authority of one's own, so that loopback traffic can be HTTPS with real verification: EC
// P-256, made in memory, kept in a directory from the first start on. Dates follow real time, also under a
// virtual clock, because the TLS libraries of clients read the real one.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/result.h"
#include "middleware/live/tls.h"

namespace live {

class CertificateAuthority {
 public:
  /// A new one, in memory only.
  static kernel::Result<CertificateAuthority> create();

  /// The one kept in `directory` (ca.pem, and ca.key for the owner alone). It is made, and the directory with
  /// it, when there is none, when it cannot be read, or when it ends within a week. Several processes may do
  /// this at once.
  static kernel::Result<CertificateAuthority> load_or_create(const std::filesystem::path& directory);

  /// The certificate that clients have to trust.
  const std::string& ca_pem() const { return ca_pem_; }

  /// An identity, valid for a year, for localhost, 127.0.0.1, ::1 and `names` (DNS names or IP addresses).
  /// With `flaw` it is one that no client may accept: SelfSigned, Expired, NotYetValid or WrongHost; other
  /// doors are no flaw of a certificate.
  kernel::Result<TlsIdentity> issue(const std::vector<std::string>& names = {},
                                    kernel::Door flaw = kernel::Door::Open) const;

 private:
  CertificateAuthority(std::string ca_pem, std::string key_pem)
      : ca_pem_(std::move(ca_pem)), key_pem_(std::move(key_pem)) {}
  bool is_usable() const;

  std::string ca_pem_;
  std::string key_pem_;
};

}  // namespace live
