package regression

import (
	"math"
	"slices"
)

// Metrics say how well a model does on rows that it did not learn from.
type Metrics struct {
	Rows    int     `json:"rows"`
	AUC     float64 `json:"auc,omitempty"`      // logistic
	LogLoss float64 `json:"log_loss,omitempty"` // logistic
	RMSE    float64 `json:"rmse,omitempty"`     // linear
	R2      float64 `json:"r2,omitempty"`       // linear
}

func logisticMetrics(d *design, beta []float64) Metrics {
	m := Metrics{Rows: d.rows()}
	scores := make([]float64, d.rows())
	for i := range scores {
		z := dot(d.row(i), beta)
		scores[i] = sigmoid(z)
		m.LogLoss += (softplus(z) - d.y[i]*z) / float64(d.rows())
	}
	m.AUC = auc(scores, d.y)
	return m
}

// auc is the chance that a positive row scores higher than a negative one, ties
// counting half; 0.5 where there are only rows of one kind.
func auc(scores, y []float64) float64 {
	order := make([]int, len(y))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return a - b
	})
	var positives, ranks float64
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && scores[order[j]] == scores[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			if y[k] == 1 {
				positives++
				ranks += float64(i+j+1) / 2 // mean rank of the tie, from 1
			}
		}
		i = j
	}
	negatives := float64(len(y)) - positives
	if positives == 0 || negatives == 0 {
		return 0.5
	}
	return (ranks - positives*(positives+1)/2) / (positives * negatives)
}

func linearMetrics(d *design, beta []float64) Metrics {
	m := Metrics{Rows: d.rows()}
	var mean, squares, spread float64
	for _, y := range d.y {
		mean += y / float64(d.rows())
	}
	for i, y := range d.y {
		e := y - dot(d.row(i), beta)
		squares += e * e
		spread += (y - mean) * (y - mean)
	}
	m.RMSE = math.Sqrt(squares / float64(d.rows()))
	if spread > 0 {
		m.R2 = 1 - squares/spread
	}
	return m
}
