// SPDX-License-Identifier: Apache-2.0
// Does nothing until it is killed: in the gateway's place it shows a process as exec leaves it.
#include <unistd.h>

int main() {
  ::alarm(60);
  for (;;)
    ::pause();
}
