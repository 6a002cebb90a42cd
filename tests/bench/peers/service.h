#pragma once
// A service under measurement: a process that says its port.
#include <string>
#include <thread>
#include <vector>

namespace bench {

/// A child; some line of its output has `port_mark` and the port behind it. Throws when it ends before.
class Service {
 public:
  Service(const std::vector<std::string>& command, const std::string& port_mark);
  /// It is told to stop.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  int port() const { return port_; }
  /// Of the process and of those that it started.
  double resident_mib() const;

 private:
  void read_port(const std::string& mark);
  int pid_ = 0;
  int output_ = -1;
  int port_ = 0;
  std::thread drain_;
};

/// One line of the bench.
void print(const std::string& name, const std::string& value);
std::string fixed(double value, int decimals);
/// "-" without a divisor.
std::string ratio(double a, double b);

}  // namespace bench
