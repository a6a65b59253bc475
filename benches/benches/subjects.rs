//! The subjects of the ratios one by one, in nanoseconds.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use tower_webhook_benches::subjects;

fn all(criterion: &mut Criterion) {
    for len in [1024, 64 * 1024] {
        let mut group = criterion.benchmark_group(format!("{} KiB", len / 1024));
        group.warm_up_time(Duration::from_secs(1));
        group.measurement_time(Duration::from_secs(2));
        for mut subject in subjects(len) {
            group.bench_function(subject.name(), |bencher| {
                bencher.iter_custom(|times| subject.time(times));
            });
        }
    }
}

criterion_group!(benches, all);
criterion_main!(benches);
