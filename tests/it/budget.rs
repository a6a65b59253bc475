//! The counter of a budget, under every order in which threads can meet in it.

#[path = "../../crates/tower-webhook/src/budget/counter.rs"]
mod counter;
/// The atomics of the model checker, in the place of those of the standard library.
use loom::sync::atomic;

use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

use self::counter::Counter;

const CEILING: usize = 3;

#[test]
fn the_sum_never_passes_the_ceiling_and_all_of_it_comes_back() {
    let mut model = Builder::new();
    // Enough for every pair of operations to meet; without a bound three threads take minutes.
    model.preemption_bound = Some(2);
    model.check(|| {
        let counter = Arc::new(Counter::new());
        let threads = [2, 1, 2].map(|bytes| {
            let counter = counter.clone();
            thread::spawn(move || {
                let added = counter.add(bytes, CEILING);
                let sum = counter.get();
                assert!(sum <= CEILING, "{sum}");
                if added {
                    assert!(sum >= bytes, "{sum}");
                    counter.subtract(bytes);
                }
                added
            })
        });
        let added = threads.map(|thread| thread.join().unwrap());
        assert!(added[1], "one byte fits beside either two");
        assert!(
            added[0] || added[2],
            "what is refused is refused because of another one"
        );
        assert_eq!(counter.get(), 0);
    });
}
