package file

import (
	"context"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"sluice/runtime/task"
)

// checkIntact reads a compressed file to its end, because DuckDB takes one that is
// cut off for a shorter one. Such a file may still be on its way, so the error is
// worth another attempt.
func checkIntact(ctx context.Context, f dayFile) error {
	if f.compression == "none" {
		return nil
	}
	in, err := os.Open(f.path)
	if err != nil {
		return task.Retry("file %s: %w", f.name, err)
	}
	defer in.Close()
	if info, err := in.Stat(); err == nil && info.Size() == 0 {
		return task.Retry("file %s: empty, which no %s file is", f.name, f.compression)
	}
	plain, err := decompress(in, f.compression)
	if err == nil {
		_, err = io.Copy(io.Discard, cancellable{ctx, plain})
		plain.Close()
	}
	if err != nil {
		return task.Retry("file %s: cut off or damaged: %w", f.name, err)
	}
	return nil
}

func decompress(in io.Reader, compression string) (io.ReadCloser, error) {
	if compression == "gzip" {
		return gzip.NewReader(in)
	}
	d, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// cancellable is a reader that ends with its context.
type cancellable struct {
	ctx context.Context
	in  io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.in.Read(p)
}
