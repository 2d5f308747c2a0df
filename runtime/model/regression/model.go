package regression

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sluice/runtime/task"
)

// Model is what was learnt, as it is stored.
type Model struct {
	Name      string    `json:"name"`
	Type      string    `json:"type"` // logistic_reg or linear_reg
	Date      string    `json:"date"` // business day it was trained on
	Label     string    `json:"label"`
	Rows      int       `json:"rows"` // learnt from
	Intercept float64   `json:"intercept"`
	Features  []Feature `json:"features"`
	Metrics   Metrics   `json:"metrics"`
	// Version is the day and a digest of all of the above.
	Version string `json:"version"`
}

// Feature is one column and its weight: a number, standardised, or levels with a
// weight each.
type Feature struct {
	Name   string  `json:"name"`
	Kind   string  `json:"kind"` // number or category
	Mean   float64 `json:"mean,omitempty"`
	Scale  float64 `json:"scale,omitempty"` // standard deviation; 1 where the column does not vary
	Weight float64 `json:"weight,omitempty"`
	Levels []Level `json:"levels,omitempty"` // a value that is not listed weighs nothing
}

// Level is one value of a category.
type Level struct {
	Value  string  `json:"value"`
	Weight float64 `json:"weight"`
}

// seal sets the version.
func (m *Model) seal() error {
	m.Version = ""
	data, err := json.Marshal(m)
	if err != nil {
		return task.Fail("model %s cannot be stored: %w", m.Name, err)
	}
	sum := sha256.Sum256(data)
	m.Version = m.Date + "-" + hex.EncodeToString(sum[:4])
	return nil
}

// save writes a model to <state>/models/<name>/<date>.json, whole or not at all.
func (m *Model) save(state string) error {
	dir := filepath.Join(state, "models", m.Name)
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return task.Fail("model %s cannot be stored: %w", m.Name, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return task.Retry("model folder: %w", err)
	}
	// The name is the day's alone: what a crashed attempt left is written over.
	temp, err := os.Create(filepath.Join(dir, "."+m.Date+".tmp"))
	if err != nil {
		return task.Retry("model file: %w", err)
	}
	_, err = temp.Write(append(data, '\n'))
	if err == nil {
		err = temp.Sync()
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temp.Name(), filepath.Join(dir, m.Date+".json"))
	}
	if err != nil {
		_ = os.Remove(temp.Name())
		return task.Retry("model file: %w", err)
	}
	return nil
}

// load reads the newest model that was trained up to a day; nil where there is none.
func load(state, name, date string) (*Model, error) {
	dir := filepath.Join(state, "models", name)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, task.Retry("models: %w", err)
	}
	var days []string
	for _, e := range entries {
		day, ok := strings.CutSuffix(e.Name(), ".json")
		if _, err := time.Parse(time.DateOnly, day); ok && err == nil && day <= date {
			days = append(days, day)
		}
	}
	if len(days) == 0 {
		return nil, nil
	}
	path := filepath.Join(dir, slices.Max(days)+".json")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, task.Retry("model: %w", err)
	}
	var m Model
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, task.Fail("model %s: %w", path, err)
	}
	return &m, nil
}

// String says in a line what was learnt and how good it is.
func (m *Model) String() string {
	how := fmt.Sprintf("AUC %.3f, log loss %.3f", m.Metrics.AUC, m.Metrics.LogLoss)
	if m.Type == linear {
		how = fmt.Sprintf("RMSE %.4g, R² %.3f", m.Metrics.RMSE, m.Metrics.R2)
	}
	return fmt.Sprintf("model %s: %s on %d held-out rows; learnt from %d rows, %d features", m.Version, how, m.Metrics.Rows, m.Rows, len(m.Features))
}
