#pragma once

namespace convlab {

/// Handles SIGINT (Ctrl-C) and SIGTERM during its lifetime: the first signal is only recorded, so
/// that the program can stop cleanly; the second ends the program.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  /// Returns the number of the received signal, or 0.
  int received() const;
};

}  // namespace convlab
