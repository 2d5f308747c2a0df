// Package wholefile replaces files as a whole: whoever reads one sees its old content
// or its new, and a process that is killed while it writes leaves nothing that the
// next writer does not take up.
package wholefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write gives a file its content, and makes the folders above it. What is not finished
// yet stands beside it as .<name>.tmp; writers of the same file take turns.
func Write(name string, content []byte, perm fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	temp := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".tmp")
	f, err := own(temp, perm)
	if err != nil {
		return err
	}
	err = f.Truncate(0) // what another left that died
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		err = f.Chmod(perm)
	}
	if err == nil {
		err = os.Rename(temp, name)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return errors.Join(err, f.Close())
}

// own opens a file that this writer alone writes to, until it closes it.
func own(name string, perm fs.FileMode) (*os.File, error) {
	for {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, perm)
		if err != nil {
			return nil, err
		}
		if err := lock(f); err != nil {
			f.Close()
			return nil, err
		}
		// Whoever had it before may have put it in its place: then it is no longer this file.
		mine, err := f.Stat()
		if err == nil {
			var there fs.FileInfo
			there, err = os.Stat(name)
			if err == nil && os.SameFile(mine, there) {
				return f, nil
			}
		}
		f.Close()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
}
