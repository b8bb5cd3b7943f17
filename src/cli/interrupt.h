#pragma once

namespace convlab {

/// While it lives, the first SIGINT (Ctrl-C) or SIGTERM asks for a clean stop instead of ending the
/// program; the second ends it.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  /// The signal that came, or 0.
  int received() const;
};

}  // namespace convlab
