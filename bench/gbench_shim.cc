#include "gbench_shim.h"
#include <benchmark/benchmark.h>
#include <ctime>

namespace
{

// A quantity per call: the library multiplies it by the number of calls and divides by their time.
benchmark::Counter rate(double per_call)
{
    return benchmark::Counter(per_call, benchmark::Counter::kIsIterationInvariantRate);
}

// The clock that the row's rates refer to.
double seconds(const gbench_row &row)
{
    timespec t;
    clock_gettime(row.threads > 1 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

void time_row(benchmark::State &state, const gbench_row &row)
{
    gbench_measure m = {};
    if (const char *reason = row.prepare(row.arg, &m)) {
        state.SkipWithError(reason);
        return;
    }
    const double start = seconds(row);
    for (auto _ : state) {
        row.run(row.arg);
        benchmark::ClobberMemory();
    }
    const double each = (seconds(row) - start) / static_cast<double>(state.iterations());
    if (const char *reason = row.check(&m, each)) {
        state.SkipWithError(reason);
        return;
    }
    if (m.flops > 0) state.counters["GFLOP/s"] = rate(1e-9 * m.flops);
    if (m.bytes > 0) state.counters["GB/s"] = rate(1e-9 * m.bytes);
    if (m.flops > 0 && m.peak > 0) state.counters["share_of_peak"] = rate(m.flops / m.peak);
    if (m.bytes > 0 && m.bandwidth > 0)
        state.counters["share_of_bandwidth"] = rate(m.bytes / m.bandwidth);
    if (m.bytes > 0) state.counters["flops_per_byte"] = m.flops / m.bytes;
    if (m.peak > 0) state.counters["beside_GFLOP/s"] = 1e-9 * m.peak;
    if (m.bandwidth > 0) state.counters["beside_GB/s"] = 1e-9 * m.bandwidth;
    if (m.worst > 0) state.counters["worst_error_over_bound"] = m.worst;
}

} // namespace

void gbench_register(const gbench_row *row)
{
    const gbench_row copy = *row;
    auto *b = benchmark::RegisterBenchmark(row->name, [copy](auto &s) { time_row(s, copy); });
    if (row->threads > 1) b->UseRealTime();
}

void gbench_context(const char *key, const char *value) { benchmark::AddCustomContext(key, value); }

int gbench_flags(int *argc, char **argv)
{
    benchmark::Initialize(argc, argv);
    return !benchmark::ReportUnrecognizedArguments(*argc, argv);
}

unsigned long gbench_run(void) { return benchmark::RunSpecifiedBenchmarks(); }
