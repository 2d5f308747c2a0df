package resolve

import (
	"cmp"
	"container/heap"
	"slices"

	"sluice/compiler/model"
)

// topological orders items so that each comes after all it depends on; ties, and the
// items on or behind a cycle (which come last), are ordered by name. names must be
// sorted; before gives the indices of what item i depends on.
func topological(n int, before func(int) []int) []int {
	next := make([][]int, n)
	waiting := make([]int, n)
	for i := range n {
		for _, b := range before(i) {
			if b != i {
				next[b] = append(next[b], i)
				waiting[i]++
			}
		}
	}
	var ready indexHeap
	for i := range n {
		if waiting[i] == 0 {
			ready = append(ready, i)
		}
	}
	heap.Init(&ready)
	order := make([]int, 0, n)
	for len(ready) > 0 {
		i := heap.Pop(&ready).(int)
		order = append(order, i)
		for _, k := range next[i] {
			if waiting[k]--; waiting[k] == 0 {
				heap.Push(&ready, k)
			}
		}
	}
	for i := range n {
		if waiting[i] > 0 {
			order = append(order, i)
		}
	}
	return order
}

type indexHeap []int

func (h indexHeap) Len() int           { return len(h) }
func (h indexHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h indexHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *indexHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *indexHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

// orderTables sorts tables by name and then topologically. A prediction comes after
// what its model reads.
func (r *resolver) orderTables() {
	list := r.m.Tables
	sortTables(list)
	index := make(map[*model.Table]int, len(list))
	for i, t := range list {
		index[t] = i
	}
	inputs := map[*model.Table][]*model.Table{}
	for _, m := range r.m.Models {
		if m.Output == nil {
			continue
		}
		for _, t := range []*model.Table{m.Train, m.Predict} {
			if t != nil {
				inputs[m.Output] = append(inputs[m.Output], t)
			}
		}
	}
	order := topological(len(list), func(i int) []int {
		var before []int
		for _, tables := range [][]*model.Table{list[i].Reads, list[i].After, inputs[list[i]]} {
			for _, t := range tables {
				before = append(before, index[t])
			}
		}
		return before
	})
	sorted := make([]*model.Table, len(list))
	for k, i := range order {
		sorted[k] = list[i]
	}
	r.m.Tables = sorted
}

// orderTasks does the same for tasks.
func (r *resolver) orderTasks() {
	list := r.m.Tasks
	slices.SortFunc(list, func(a, b *model.Task) int { return cmp.Compare(a.ID, b.ID) })
	index := make(map[*model.Task]int, len(list))
	for i, t := range list {
		index[t] = i
	}
	order := topological(len(list), func(i int) []int {
		before := make([]int, 0, len(list[i].After))
		for _, t := range list[i].After {
			before = append(before, index[t])
		}
		return before
	})
	sorted := make([]*model.Task, len(list))
	for k, i := range order {
		sorted[k] = list[i]
	}
	r.m.Tasks = sorted
}
