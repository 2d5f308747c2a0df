//go:build unix

package wholefile

import (
	"errors"
	"os"
	"syscall"
)

// lock waits for the file; the kernel lets go of it when the process dies. A file
// system without locks has writers that do not wait for each other.
func lock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, errors.ErrUnsupported):
			return nil
		}
		return err
	}
}
