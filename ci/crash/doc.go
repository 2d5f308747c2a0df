// Package crash proves that a business day survives what happens to processes: the
// real binary runs real loads, is killed and stopped at random moments, meets full
// disks, read-only files and rivals, and the same command again ends in the very state
// of a day that nothing happened to.
//
// SLUICE_KILLS=n sets how many times each platform is killed while a day runs (a few
// by default), SLUICE_SEED=n chooses the moments; the seed in use is printed.
package crash
