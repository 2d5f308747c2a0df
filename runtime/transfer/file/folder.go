package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// folder is one day's files of one source table.
type folder struct {
	day   string // YYYY-MM-DD
	files []dayFile
	bytes int64
}

// dayFile is one file to read.
type dayFile struct {
	path        string // resolved, free of symbolic links
	name        string // <source>/<table>/<day>/<file>, for people
	format      string // csv, jsonl, parquet
	compression string // none, gzip, zstd
}

// findFolder finds the files to read for a business day. A full transfer takes the
// newest snapshot up to that day; the others take that very day. What is not there
// yet is a NotReady error; what lies outside root is a permanent one.
func findFolder(root string, spec *plan.TransferSpec, date string) (folder, error) {
	table, err := tableFolder(root, spec)
	if err != nil {
		return folder{}, err
	}
	days := []string{date}
	if readsSnapshot(spec) {
		if days, err = snapshotDays(filepath.Join(root, table), date); err != nil {
			return folder{}, err
		}
	}
	for _, day := range days {
		found, err := readFolder(root, table, day, spec)
		if err != nil || len(found.files) > 0 {
			return found, err
		}
	}
	return folder{}, &task.Error{Class: task.NotReady,
		Err: fmt.Errorf("no files for %s yet: looked in %s", spec.Table, filepath.Join(root, table, date))}
}

// readsSnapshot says whether a day's folder holds the whole table.
func readsSnapshot(spec *plan.TransferSpec) bool {
	return spec.Mode == "full" || spec.Mode == "external" && spec.Partition == "" && !isFamily(spec)
}

// isFamily says whether the table is a wildcard family, events_*.
func isFamily(spec *plan.TransferSpec) bool { return strings.HasSuffix(spec.Table, "*") }

// tableFolder is <source>/<table> under root. A wildcard family events_* lies in
// events, or in events_ where that exists.
func tableFolder(root string, spec *plan.TransferSpec) (string, error) {
	_, name, ok := strings.Cut(spec.Table, ".")
	if !ok || !plainName(spec.Source) || !plainName(strings.TrimSuffix(name, "*")) {
		return "", task.Fail("source table %q of %q: its name cannot be a folder's", spec.Table, spec.Source)
	}
	stem := strings.TrimSuffix(name, "*")
	folder := filepath.Join(spec.Source, strings.TrimSuffix(stem, "_"))
	if isFamily(spec) {
		if _, err := os.Stat(filepath.Join(root, spec.Source, stem)); err == nil {
			folder = filepath.Join(spec.Source, stem)
		}
	} else {
		folder = filepath.Join(spec.Source, stem)
	}
	return folder, nil
}

// plainName holds for names that are one step of a path and nothing else.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, `/\`)
}

// snapshotDays lists the day folders up to date, newest first.
func snapshotDays(dir, date string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, task.Retry("list %s: %w", dir, err)
	}
	var days []string
	for _, e := range entries {
		if _, err := time.Parse(time.DateOnly, e.Name()); err == nil && e.Name() <= date {
			days = append(days, e.Name())
		}
	}
	slices.Sort(days)
	slices.Reverse(days)
	return days, nil
}

// readFolder lists a day's files by name. Hidden files and those that begin with an
// underscore (_SUCCESS) are left out.
func readFolder(root, table, day string, spec *plan.TransferSpec) (folder, error) {
	found := folder{day: day}
	dir := filepath.Join(root, table, day)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	if err != nil {
		return found, task.Retry("list %s: %w", dir, err)
	}
	home, err := filepath.EvalSymlinks(root)
	if err != nil {
		return found, task.Retry("data folder: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "_") {
			continue
		}
		f := dayFile{name: filepath.ToSlash(filepath.Join(table, day, e.Name()))}
		if f.path, err = filepath.EvalSymlinks(filepath.Join(dir, e.Name())); err != nil {
			return found, task.Retry("file %s: %w", f.name, err)
		}
		if inside, err := filepath.Rel(home, f.path); err != nil || !filepath.IsLocal(inside) {
			return found, task.Fail("file %s leads outside the data folder %s", f.name, root)
		}
		if f.format, f.compression, err = formatOf(e.Name(), spec); err != nil {
			return found, err
		}
		info, err := os.Stat(f.path)
		if err != nil {
			return found, task.Retry("file %s: %w", f.name, err)
		}
		found.files = append(found.files, f)
		found.bytes += info.Size()
	}
	return found, nil
}

// formatOf reads format and compression off a file's name; where the name does not
// say, the source table's declaration does.
func formatOf(name string, spec *plan.TransferSpec) (format, compression string, err error) {
	stem := strings.ToLower(name)
	compression = "none"
	for suffix, c := range map[string]string{".gz": "gzip", ".zst": "zstd"} {
		if s, ok := strings.CutSuffix(stem, suffix); ok {
			stem, compression = s, c
		}
	}
	switch filepath.Ext(stem) {
	case ".csv":
		return "csv", compression, nil
	case ".jsonl", ".ndjson":
		return "jsonl", compression, nil
	case ".parquet":
		if compression != "none" {
			return "", "", task.Fail("file %s: Parquet is compressed inside: unpack it", name)
		}
		return "parquet", "none", nil
	}
	if spec.Format == "" {
		return "", "", task.Fail("file %s: its name does not end in .csv, .jsonl or .parquet (with .gz or .zst), and %s declares no format", name, spec.Table)
	}
	if compression == "none" && spec.Compression != "" {
		compression = spec.Compression
	}
	return spec.Format, compression, nil
}
